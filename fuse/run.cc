#include "fuse/run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <thread>

#include "fuse/background.h"
#include "fuse/emitter.h"
#include "fuse/event_output.h"
#include "fuse/event_types.h"
#include "fuse/filesystem.h"
#include "fuse/mountpoint.h"
#include "fuse/open_file.h"
#include "fuse/session.h"
#include "fuse/spill_output.h"
#include "lib/base/host_name.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/pipeline.h"
#include "lib/cli/run_monitor.h"
#include "lib/cli/signals.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

constexpr int kGraceMs = 2000;                // for files that are open when we are asked to end
constexpr rlim_t kFewDescriptors = 64 << 10;  // a source tree with its objects has as many files

// A descriptor is held for each file that the kernel remembers. As many as there may be.
std::size_t RaiseLimits() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (::geteuid() == 0) {
    auto most = ReadFile("/proc/sys/fs/nr_open", 64);
    if (most.ok()) limit.rlim_max = std::max<rlim_t>(limit.rlim_max, std::strtoull(most->c_str(), nullptr, 10));
  }
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur < kFewDescriptors) {
    ReportDetail(fmt::format("the limit of open files is {}: more would save looking names up again", limit.rlim_cur));
  }
  rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  ::setrlimit(RLIMIT_FSIZE, &unlimited);  // the caller's counts
  return limit.rlim_cur;
}

class FuseRun {
 public:
  FuseRun(const FuseOptions& options, EventPlan plan)
      : options_(options), plan_(std::move(plan)), monitor_(kFuseTool, options.common, ledger_) {}

  Status Mount(std::string mountpoint, UniqueFd root, const struct stat& status, std::size_t descriptors) {
    host_ = options_.host.empty() ? HostName() : options_.host;
    VEXEVT_ASSIGN(queue_, EventQueue::Make(options_.queue_bytes));
    bool spills = options_.on_full == WhenFull::kSpill;
    auto on_failure = spills ? EventOutput::OnFailure::kWait : EventOutput::OnFailure::kLose;
    VEXEVT_ASSIGN(output_, EventOutput::Open(options_.common, on_failure, &ledger_));
    if (spills) {
      VEXEVT_ASSIGN(spill_, SpillOutput::Open(options_.spill_directory, *output_));
    }
    mountpoint_ = std::move(mountpoint);
    fs_ = std::make_unique<Filesystem>(options_, std::move(root), status, mountpoint_, *queue_, plan_.fs_types,
                                       descriptors / 2);
    VEXEVT_ASSIGN(session_, Session::Mount(fs_.get(), options_, mountpoint_));
    session_->Start();
    MountIdentity identity = IdentityOf(mountpoint_);  // and so the kernel has been answered
    FrameOutput& output = spill_ ? static_cast<FrameOutput&>(*spill_) : *output_;
    emitter_ = std::make_unique<Emitter>(*queue_, output, plan_.where ? &*plan_.where : nullptr,
                                         Place{host_, options_.tenant, identity.device, identity.mount});
    emitter_->Tell(kSystemMount, mountpoint_, options_.source, "fuse.vexevt");
    Warn();
    return {};
  }

  // Until the mount ends.
  Status Serve() {
    std::thread writer([this] { emitter_->Run(); });
    Status waited = monitor_.Start(options_.source, 0, output_->terminal());
    if (waited.ok()) waited = Wait();
    session_->Unmount(kGraceMs);
    bool stopped = session_->Stop();
    if (stopped) ReleaseAllFiles(*fs_);
    emitter_->Stop();
    writer.join();
    emitter_->Tell(kSystemUnmount, mountpoint_, options_.source, "fuse.vexevt");
    output_->StopWaiting();
    if (spill_) spill_->Close();
    Status closed = output_->Close();
    monitor_.Finish();
    if (!stopped) {
      ReportError("the file system below does not answer");
      std::_Exit(static_cast<int>(ExitCode::kFailed));  // a thread still uses what would end now
    }
    return waited.ok() ? std::move(closed) : std::move(waited);
  }

  const Ledger& ledger() const { return ledger_; }

 private:
  void Warn() {
    if (options_.passthrough && !fs_->passthrough) {
      ReportWarning("--passthrough: the kernel has no FUSE_PASSTHROUGH; reads and writes go through here");
    }
    if (fs_->limited_identity) {
      ReportWarning("without CAP_SETPCAP what users create is limited by their own rights on the source");
    }
    if (::geteuid() != 0 && options_.mount_options.find("allow_other") != std::string::npos) {
      ReportWarning("what other users create will belong to this one");
    }
  }

  Status Wait() {
    while (!StopRequested()) {
      pollfd polls[] = {{session_->ended_fd(), POLLIN, 0}, {SignalFd(), POLLIN, 0}};
      std::uint64_t now = SystemClock().Now().mono_ns, wake = monitor_.next_beat_ns();
      // Another thread moves the events: once a second their numbers get to the status page.
      wake = std::min(wake, now + kNsPerSecond);
      int timeout = wake <= now ? 0 : static_cast<int>((wake - now) / kNsPerMs + 1);
      monitor_.Waits();
      if (::poll(polls, 2, timeout) < 0 && errno != EINTR) return ErrnoStatus("cannot wait", errno);
      if (polls[0].revents != 0) return {};
      monitor_.Beat();
      if (!RequestsWaiting()) continue;
      Requests requests = TakeRequests();
      if (requests.reload) return {};  // SIGHUP: there is nothing to reload, and a mount must not be left dead
      if (requests.state) monitor_.ShowState();
    }
    return {};
  }

  const FuseOptions& options_;
  EventPlan plan_;
  Ledger ledger_;
  RunMonitor monitor_;
  std::string host_, mountpoint_;
  std::unique_ptr<EventQueue> queue_;
  std::unique_ptr<EventOutput> output_;
  std::unique_ptr<SpillOutput> spill_;
  std::unique_ptr<Filesystem> fs_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Emitter> emitter_;
};

}  // namespace

Result<ExitCode> RunFuse(const FuseOptions& options) {
  VEXEVT_ASSIGN(EventPlan plan, PlanEvents(options));
  if (options.background && options.common.output == "-") {
    return InvalidArgument("in the background events need a place to go: --output ENDPOINT");
  }
  UniqueFd root(::open(options.source.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct stat status;
  if (!root || ::fstat(root.get(), &status) != 0) {
    return ErrnoStatus(fmt::format("cannot open '{}'", options.source), errno);
  }
  bool recovered;
  VEXEVT_ASSIGN(std::string mountpoint, PrepareMountpoint(options.mountpoint, &recovered));
  if (recovered) ReportNotice(fmt::format("took a dead mount off '{}'", mountpoint));
  Background background;
  if (options.background) {
    VEXEVT_ASSIGN(std::optional<ExitCode> parent, Background::Enter(&background));
    if (parent) return *parent;
  }
  std::size_t descriptors = RaiseLimits();
  CatchSignals(/*reload=*/true);  // before the mount, which nobody would take off
  FuseRun run(options, std::move(plan));
  VEXEVT_TRY(run.Mount(std::move(mountpoint), std::move(root), status, descriptors));
  background.Ready();
  VEXEVT_TRY(run.Serve());
  return JudgeLoss(ExitCode::kDone, options.common, run.ledger());
}

}  // namespace vexevt
