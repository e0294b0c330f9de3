#include "cmd/vexevt-capture/open_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/utsname.h>

#include <cerrno>

#include "lib/capture/audit_log.h"
#include "lib/capture/fanotify.h"
#include "lib/capture/generate.h"
#include "lib/capture/import.h"
#include "lib/capture/inotify.h"
#include "lib/cli/diagnostics.h"

namespace vexevt {
namespace {

Result<OpenedSource> OpenGenerator(const CaptureOptions& options) {
  GenerateOptions generate;
  generate.mix = FindMix(options.mix);
  generate.seed = options.seed;
  if (options.rate.count > 0) {
    // Events in a second; a rate below one a second is none that the generator knows.
    generate.events_per_second = static_cast<std::uint64_t>(static_cast<double>(options.rate.count) * 1e9 /
                                                            static_cast<double>(options.rate.per_ns));
    if (generate.events_per_second == 0 || generate.events_per_second > 1'000'000'000) {
      return InvalidArgument("--rate: from 1/s to 1G/s");
    }
  }
  if (!options.host.empty()) generate.host = options.host;
  generate.tenant = options.tenant;
  VEXEVT_ASSIGN(auto source, MakeGenerator(generate));
  return OpenedSource{std::move(source), fmt::format("generator, {}", options.mix)};
}

Result<UniqueFd> OpenFile(const std::string& name) {
  UniqueFd fd(name == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : ::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return ErrnoStatus(fmt::format("cannot open '{}'", name), errno);
  return fd;
}

std::string NameOf(const std::string& name) { return name == "-" ? "standard input" : name; }

// Several sources, one after the other.
class Sequence final : public Source {
 public:
  explicit Sequence(std::vector<std::unique_ptr<Source>> sources) : sources_(std::move(sources)) {}

  int poll_fd() const override { return sources_[at_]->poll_fd(); }
  Result<DrainState> Drain(FrameBatch* batch) override {
    VEXEVT_ASSIGN(DrainState state, sources_[at_]->Drain(batch));
    if (state != DrainState::kEnd || at_ + 1 == sources_.size()) return state;
    ++at_;
    return DrainState::kMore;
  }
  Status InsertBarrier(std::string_view token) override { return sources_[at_]->InsertBarrier(token); }
  void Stop() override {
    for (auto& source : sources_) source->Stop();
  }
  const SourceCounters& counters() const override { return sources_[at_]->counters(); }

 private:
  std::vector<std::unique_ptr<Source>> sources_;
  std::size_t at_ = 0;
};

Result<OpenedSource> OpenImports(const CaptureOptions& options) {
  std::vector<std::unique_ptr<Source>> sources;
  for (const std::string& name : options.imports) {
    VEXEVT_ASSIGN(UniqueFd fd, OpenFile(name));
    sources.push_back(ImportJson(std::move(fd), NameOf(name)));
  }
  for (const std::string& name : options.audit_imports) {
    VEXEVT_ASSIGN(UniqueFd fd, OpenFile(name));
    AuditLogOptions audit{HostName(options), options.tenant, ReportDetail};
    sources.push_back(ImportAuditLog(std::move(fd), NameOf(name), std::move(audit)));
  }
  return OpenedSource{std::make_unique<Sequence>(std::move(sources)), "import"};
}

Result<OpenedSource> OpenByFanotify(const CaptureOptions& options, const Selection& selection, const OwnOutput& output,
                                    std::uint32_t command) {
  FanotifyOptions fanotify;
  fanotify.selection = selection;
  fanotify.mark = options.mark;
  fanotify.bounded_queue = options.bounded_queue;
  fanotify.output = output.fd;
  fanotify.command = command;
  fanotify.auid = options.auid;
  fanotify.host = HostName(options);
  fanotify.tenant = options.tenant;
  fanotify.warn = [](std::string_view text) { ReportWarning(text); };
  VEXEVT_ASSIGN(auto source, OpenFanotify(std::move(fanotify)));
  return OpenedSource{std::move(source), "fanotify"};
}

Result<OpenedSource> OpenByInotify(const CaptureOptions& options, const Selection& selection, const OwnOutput& output) {
  InotifyOptions inotify;
  inotify.selection = selection;
  if (!output.path.empty()) inotify.unseen = {output.path};
  inotify.host = HostName(options);
  inotify.tenant = options.tenant;
  inotify.warn = [](std::string_view text) { ReportWarning(text); };
  VEXEVT_ASSIGN(auto source, OpenInotify(std::move(inotify)));
  return OpenedSource{std::move(source), "inotify"};
}

}  // namespace

std::string HostName(const CaptureOptions& options) {
  utsname names;
  if (!options.host.empty()) return options.host;
  return ::uname(&names) == 0 ? names.nodename : "";
}

Result<OpenedSource> OpenSource(const CaptureOptions& options, const SelectionPlan& plan, const OwnOutput& output,
                                std::uint32_t command) {
  const Selection& selection = plan.selection;
  bool import = !options.imports.empty() || !options.audit_imports.empty();
  int sources = (options.generate ? 1 : 0) + (import ? 1 : 0) + (plan.live ? 1 : 0);
  if (sources > 1) return InvalidArgument("PATH, COMMAND, --generate and imports exclude each other");
  if (sources == 0) return InvalidArgument("a PATH to watch is wanted, or -- COMMAND, --generate or --import");
  if (!plan.live && (options.hash_bytes || options.auid)) {
    return InvalidArgument("--hash and --auid need a PATH or COMMAND");
  }
  if (options.auid && options.backend == Backend::kInotify) {
    return InvalidArgument("inotify does not tell who did what: --auid needs --backend fanotify");
  }
  if (options.generate) return OpenGenerator(options);
  if (import) return OpenImports(options);
  if (options.backend == Backend::kInotify && command != 0) {
    return InvalidArgument("inotify does not tell who did what: -- COMMAND needs --backend fanotify");
  }
  if (options.backend != Backend::kInotify) {
    auto opened = OpenByFanotify(options, selection, output, command);
    StatusCode code = opened.status().code();
    bool missing = code == StatusCode::kPermissionDenied || code == StatusCode::kUnsupported;
    bool needed = options.backend == Backend::kFanotify || command != 0 || options.auid;
    if (opened.ok() || !missing || needed) return opened;
    ReportNotice(fmt::format("watching by inotify, without processes: {}", opened.status().message()));
  }
  return OpenByInotify(options, selection, output);
}

}  // namespace vexevt
