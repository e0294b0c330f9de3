#include "cmd/vexevt-capture/open_source.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "lib/base/host_name.h"
#include "lib/capture/audit_log.h"
#include "lib/capture/endpoint_source.h"
#include "lib/capture/fanotify.h"
#include "lib/capture/generate.h"
#include "lib/capture/import.h"
#include "lib/capture/inotify.h"
#include "lib/capture/kernel.h"
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

struct Watched {
  const CaptureOptions& options;
  const Selection& selection;
  const OwnOutput& output;
  std::uint32_t command;  // as for OpenSource
};

Result<std::unique_ptr<Source>> OpenByFanotify(const Watched& watched) {
  const auto& [options, selection, output, command] = watched;
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
  return OpenFanotify(std::move(fanotify));
}

Result<std::unique_ptr<Source>> OpenByInotify(const Watched& watched) {
  const auto& [options, selection, output, command] = watched;
  InotifyOptions inotify;
  inotify.selection = selection;
  if (!output.path.empty()) inotify.unseen = {output.path};
  inotify.host = HostName(options);
  inotify.tenant = options.tenant;
  inotify.warn = [](std::string_view text) { ReportWarning(text); };
  return OpenInotify(std::move(inotify));
}

Result<std::unique_ptr<Source>> OpenByKernel(const Watched& watched) {
  const auto& [options, selection, output, command] = watched;
  KernelOptions kernel;
  kernel.selection = selection;
  kernel.files = !selection.roots.empty() || command != 0;
  kernel.mark = options.mark;
  kernel.bus = options.bus;
  kernel.output = output.fd;
  kernel.command = command;
  kernel.host = HostName(options);
  kernel.tenant = options.tenant;
  kernel.warn = [](std::string_view text) { ReportWarning(text); };
  return OpenKernel(std::move(kernel));
}

// Without two boundaries there are no doubles.
bool TakesDoublesOut(const CaptureOptions& options) {
  return IsFrom(options, SourceKind::kFuse) && std::ranges::any_of(options.from, Watches);
}

// Each --from.
Result<SourceToMerge> OpenChoice(const SourceChoice& choice, const Watched& watched) {
  SourceToMerge opened;
  switch (choice.kind) {
    case SourceKind::kKernel: {
      VEXEVT_ASSIGN(opened.source, OpenByKernel(watched));
      opened.name = "kernel module";
      break;
    }
    case SourceKind::kFanotify: {
      VEXEVT_ASSIGN(opened.source, OpenByFanotify(watched));
      opened.name = "fanotify";
      opened.stamps_late = true;
      break;
    }
    case SourceKind::kInotify: {
      VEXEVT_ASSIGN(opened.source, OpenByInotify(watched));
      opened.name = "inotify";
      opened.stamps_late = true;
      break;
    }
    case SourceKind::kFuse: {
      VEXEVT_ASSIGN(opened.source,
                    OpenEndpoint({choice.endpoint, watched.selection.fs_types, TakesDoublesOut(watched.options)}));
      opened.name = fmt::format("fuse '{}'", choice.endpoint);
      opened.lag_ns = kEndpointLagNs;
      break;
    }
  }
  return opened;
}

Result<OpenedSource> OpenAll(const Watched& watched) {
  std::vector<SourceToMerge> sources;
  std::string names;
  for (const SourceChoice& choice : watched.options.from) {
    VEXEVT_ASSIGN(SourceToMerge source, OpenChoice(choice, watched));
    names += fmt::format("{}{}", names.empty() ? "" : " and ", source.name);
    sources.push_back(std::move(source));
  }
  VEXEVT_ASSIGN(auto merged, MergedSource::Of(std::move(sources), TakesDoublesOut(watched.options),
                                              [](std::string_view text) { ReportWarning(text); }));
  const MergedSource* source = merged.get();
  return OpenedSource{std::move(merged), std::move(names), source};
}

// Without --from: by fanotify if that may be.
Result<OpenedSource> OpenWatching(const Watched& watched) {
  auto source = OpenByFanotify(watched);
  if (source.ok()) return OpenedSource{std::move(*source), "fanotify"};
  StatusCode code = source.status().code();
  bool missing = code == StatusCode::kPermissionDenied || code == StatusCode::kUnsupported;
  if (!missing || watched.command != 0 || watched.options.auid) return std::move(source).status();
  ReportNotice(fmt::format("watching by inotify, without processes: {}", source.status().message()));
  VEXEVT_ASSIGN(source, OpenByInotify(watched));
  return OpenedSource{std::move(*source), "inotify"};
}

// That what is asked for can be had of the sources.
Status CheckWatched(const CaptureOptions& options, const SelectionPlan& plan, std::uint32_t command) {
  const bool fanotify = IsFrom(options, SourceKind::kFanotify), module = IsFrom(options, SourceKind::kKernel);
  const bool watches = options.from.empty() || std::ranges::any_of(options.from, Watches);
  const bool paths = !plan.selection.roots.empty();
  if (options.bus && !module) return InvalidArgument("--bus needs --from kernel");
  if (!watches && paths) {
    return InvalidArgument(
        "a PATH is watched by fanotify, inotify or the module: of what --from fuse tells, --where "
        "selects");
  }
  const bool only_bus = options.bus && !fanotify && !IsFrom(options, SourceKind::kInotify);
  if (watches && !paths && command == 0 && !only_bus) {
    return InvalidArgument(options.from.empty()
                               ? "a PATH to watch is wanted, or -- COMMAND, --from, --generate or --import"
                               : "a PATH to watch is wanted, or -- COMMAND");
  }
  if (!options.from.empty() && !fanotify) {
    if (options.auid) return InvalidArgument("only fanotify tells who logged in: --auid needs --from fanotify");
    if (command != 0 && !module) {
      return InvalidArgument("this does not tell who did what: -- COMMAND needs --from fanotify or --from kernel");
    }
  }
  if (command != 0 && options.from.size() > 1) {
    return InvalidArgument("-- COMMAND: several sources cannot follow one process");
  }
  return {};
}

}  // namespace

std::string HostName(const CaptureOptions& options) { return options.host.empty() ? HostName() : options.host; }

Result<OpenedSource> OpenSource(const CaptureOptions& options, const SelectionPlan& plan, const OwnOutput& output,
                                std::uint32_t command) {
  bool import = !options.imports.empty() || !options.audit_imports.empty();
  bool made = options.generate || import;
  int sources = (options.generate ? 1 : 0) + (import ? 1 : 0) + (plan.live || !options.from.empty() ? 1 : 0);
  if (sources > 1) return InvalidArgument("PATH, COMMAND, --from, --generate and imports exclude each other");
  if (!made) VEXEVT_TRY(CheckWatched(options, plan, command));
  if (made && (options.hash_bytes || options.auid)) return InvalidArgument("--hash and --auid need a PATH or COMMAND");
  if (options.generate) return OpenGenerator(options);
  if (import) return OpenImports(options);
  const Watched watched{options, plan.selection, output, command};
  if (options.from.empty()) return OpenWatching(watched);
  if (options.from.size() == 1) {
    VEXEVT_ASSIGN(SourceToMerge only, OpenChoice(options.from.front(), watched));
    return OpenedSource{std::move(only.source), std::move(only.name)};
  }
  return OpenAll(watched);
}

}  // namespace vexevt
