#include "lib/capture/kernel.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "lib/base/namespaces.h"
#include "lib/capture/downstream.h"
#include "lib/capture/kernel_device.h"
#include "lib/capture/kernel_frames.h"
#include "lib/capture/kernel_lanes.h"
#include "lib/capture/kernel_marks.h"
#include "lib/capture/mount_news.h"
#include "lib/capture/proc_connector.h"
#include "lib/capture/process_table.h"
#include "lib/capture/steady_flow.h"
#include "lib/event/barrier_event.h"
#include "lib/event/id_source.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxProcesses = 8192;

// Who reads us by pipes, and what they start.
struct Readers {
  Readers(std::optional<ProcConnector> tells, Downstream downstream)
      : connector(std::move(tells)), processes(connector.has_value(), kMaxProcesses, std::move(downstream)) {}

  std::optional<ProcConnector> connector;
  ProcessTable processes;
};

class KernelSource final : public Source {
 public:
  KernelSource(const KernelOptions& options, KernelDevice device, KernelLanes lanes, std::unique_ptr<Readers> readers)
      : warn_(options.warn),
        host_(options.host),
        tenant_(options.tenant),
        command_(options.command != 0),
        readers_(std::move(readers)),
        device_(std::move(device)),
        lanes_(lanes),
        frames_(options.selection, device_.id_source(), command_, readers_ ? &readers_->processes : nullptr),
        marks_(options) {}

  Status Begin();

  int poll_fd() const override { return epoll_.get(); }
  Result<DrainState> Drain(FrameBatch* batch) override;
  Status InsertBarrier(std::string_view token) override;
  void Stop() override;
  const SourceCounters& counters() const override { return frames_.counters; }

 private:
  Status Add(int fd, std::uint32_t events);
  Status Look();
  Result<bool> TakeAll(FrameBatch* batch);
  void GiveBarriers(FrameBatch* batch);
  void FollowMounts(FrameBatch* batch);
  void Put(Event event, FrameBatch* batch);

  std::function<void(std::string_view)> warn_;
  std::string host_, tenant_;
  bool command_;
  std::unique_ptr<Readers> readers_;
  KernelDevice device_;
  KernelLanes lanes_;
  KernelFrames frames_;
  KernelMarks marks_;
  UniqueFd epoll_;
  MountNews mounts_;
  SteadyFlow flow_;
  EventIds ids_;
  Instant looked_;
  bool all_taken_ = true;  // of what was looked at
  bool stopped_ = false;
  std::vector<std::string> barriers_;
};

Status KernelSource::Add(int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) < 0) return ErrnoStatus("cannot poll", errno);
  return Status::Ok();
}

Status KernelSource::Begin() {
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) return ErrnoStatus("cannot poll", errno);
  // Before the marks: a mount that appears between the two is told of.
  VEXEVT_ASSIGN(mounts_, MountNews::Open());
  VEXEVT_TRY(Add(mounts_.fd(), EPOLLPRI));
  VEXEVT_TRY(Add(device_.fd(), EPOLLIN));
  if (readers_ && readers_->connector) VEXEVT_TRY(Add(readers_->connector->fd(), EPOLLIN));
  return marks_.MarkAll(&device_, &frames_);
}

Status KernelSource::Look() {
  looked_ = SystemClock().Now();
  VEXEVT_TRY(lanes_.Look());
  if (!readers_) return Status::Ok();
  readers_->processes.BeginBatch();
  // Who forked or exec'd before these events has been told before: it is read after them.
  if (readers_->connector) readers_->connector->Drain(&readers_->processes);
  return Status::Ok();
}

// Whether all of what was looked at is in batches; else this one is full.
Result<bool> KernelSource::TakeAll(FrameBatch* batch) {
  while (!batch->full()) {
    VEXEVT_ASSIGN(std::span<std::byte> frames, lanes_.Next(batch));
    if (frames.empty()) return true;
    VEXEVT_TRY(frames_.Forward(frames, batch));
  }
  return false;
}

Result<DrainState> KernelSource::Drain(FrameBatch* batch) {
  if (all_taken_) flow_.Gather(stopped_ || !barriers_.empty());
  for (bool looked = false;; looked = true) {
    VEXEVT_ASSIGN(all_taken_, TakeAll(batch));
    lanes_.Release();
    if (!all_taken_) return DrainState::kMore;
    GiveBarriers(batch);
    if (stopped_) return DrainState::kEnd;
    if (looked) break;
    VEXEVT_TRY(Look());
  }
  FollowMounts(batch);
  flow_.Idle();
  return DrainState::kIdle;
}

// What we make stands behind all that was looked at, and so after it in time.
void KernelSource::Put(Event event, FrameBatch* batch) {
  event.host = host_;
  event.tenant = tenant_;
  Instant last = frames_.last();
  ids_.Stamp(&event, {std::max(last.wall_ns, looked_.wall_ns), std::max(last.mono_ns, looked_.mono_ns)});
  batch->Append(event);
  ++frames_.counters.events;
}

// What happened before the call is in the ring, and now looked at.
Status KernelSource::InsertBarrier(std::string_view token) {
  barriers_.emplace_back(token);
  all_taken_ = false;
  return stopped_ ? Status::Ok() : Look();
}

void KernelSource::GiveBarriers(FrameBatch* batch) {
  for (const std::string& token : barriers_) Put(BarrierEvent(token), batch);
  barriers_.clear();
}

void KernelSource::FollowMounts(FrameBatch* batch) {
  if (!mounts_.Take()) return;
  std::vector<KernelMarks::Change> changes;
  Status status = marks_.FollowMounts(&device_, &frames_, &changes);
  if (!status.ok()) warn_(status.message());
  if (command_) return;  // who did it is not known
  for (const auto& [mount, mounted] : changes) {
    Event event;
    event.type = mounted ? kSystemMount : kSystemUnmount;
    event.boundary = Boundary::kKernel;
    event.payload = SystemPayload{.subject = mount.point, .object = mount.type};
    Put(event, batch);
  }
}

// The kernel goes on to fill the ring; we go no further than what there is now.
void KernelSource::Stop() {
  if (std::exchange(stopped_, true)) return;
  if (Status status = Look(); !status.ok()) warn_(status.message());
}

}  // namespace

Result<std::unique_ptr<Source>> OpenKernel(const KernelOptions& options) {
  std::uint32_t flags = VEXEVT_SETUP_SKIP_SELF | (options.bus ? VEXEVT_SETUP_BUS : 0);
  VEXEVT_ASSIGN(KernelDevice device, KernelDevice::Open(flags, options.host, options.tenant));
  if (options.command != 0 && !InInitialPidNamespace()) {
    return Unsupported("cannot tell a command's processes by the kernel module: pids are not the kernel's own here");
  }
  VEXEVT_ASSIGN(KernelLanes lanes, KernelLanes::Over(device.ring(), static_cast<std::size_t>(::getpagesize())));
  std::unique_ptr<Readers> readers;
  Downstream downstream(options.output);
  if (downstream.ends() > 0 && !InInitialPidNamespace()) {
    options.warn("who reads the events cannot be told by pid here: what they do to watched files is told, too");
  } else if (downstream.ends() > 0) {
    std::optional<ProcConnector> connector;
    if (auto opened = ProcConnector::Open(); opened.ok()) connector.emplace(std::move(opened).value());
    readers = std::make_unique<Readers>(std::move(connector), std::move(downstream));
  }
  auto source = std::make_unique<KernelSource>(options, std::move(device), lanes, std::move(readers));
  VEXEVT_TRY(source->Begin());
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace vexevt
