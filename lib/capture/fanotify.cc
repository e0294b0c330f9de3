#include "lib/capture/fanotify.h"

#include <linux/fanotify.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "lib/capture/fanotify_frames.h"
#include "lib/capture/fanotify_marks.h"
#include "lib/capture/mount_news.h"
#include "lib/capture/proc_connector.h"
#include "lib/capture/steady_flow.h"

namespace vexevt {
namespace {

// Some 3,000 records. The kernel stops when the next record does not fit.
constexpr std::size_t kEventBytes = std::size_t{256} << 10;
constexpr std::size_t kMaxRecordBytes = 8192;

class FanotifySource final : public Source {
 public:
  FanotifySource(FanotifyOptions options, FanotifyMarks marks, std::optional<ProcConnector> connector)
      : warn_(options.warn),
        marks_(std::move(marks)),
        connector_(std::move(connector)),
        frames_(options, connector_.has_value(), SystemClock()),
        buffer_(std::make_unique_for_overwrite<std::byte[]>(kEventBytes)) {}

  Status Begin();

  int poll_fd() const override { return epoll_.get(); }
  Result<DrainState> Drain(FrameBatch* batch) override;
  Status InsertBarrier(std::string_view token) override;
  void Stop() override;
  const SourceCounters& counters() const override { return frames_.counters; }

 private:
  struct Barrier {
    std::string token;
    std::uint64_t left;  // records to read before it
  };

  Status Add(int fd, std::uint32_t events);
  Result<std::size_t> ReadRecords();
  void FollowMounts(FrameBatch* batch);
  DrainState Idle();
  void CountForBarriers(FrameBatch* batch);
  void GiveBarriers(FrameBatch* batch);
  void Emptied(FrameBatch* batch);

  std::function<void(std::string_view)> warn_;
  FanotifyMarks marks_;
  std::optional<ProcConnector> connector_;
  FanotifyFrames frames_;
  UniqueFd epoll_;
  MountNews mounts_;
  std::unique_ptr<std::byte[]> buffer_;
  FanotifyReader reader_;
  bool queue_empty_ = true;  // as far as the last read told
  bool stopped_ = false;
  SteadyFlow flow_;
  std::deque<Barrier> barriers_;
};

Status FanotifySource::Add(int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) < 0) return ErrnoStatus("cannot poll", errno);
  return Status::Ok();
}

Status FanotifySource::Begin() {
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) return ErrnoStatus("cannot poll", errno);
  // Before the marks: a mount that appears between the two is told of.
  VEXEVT_ASSIGN(mounts_, MountNews::Open());
  VEXEVT_TRY(Add(mounts_.fd(), EPOLLPRI));
  if (connector_) VEXEVT_TRY(Add(connector_->fd(), EPOLLIN));
  VEXEVT_TRY(Add(marks_.fd(), EPOLLIN));
  return marks_.MarkAll(&frames_.resolver());
}

// Bytes read; 0: nothing was waiting.
Result<std::size_t> FanotifySource::ReadRecords() {
  for (;;) {
    ssize_t size = ::read(marks_.fd(), buffer_.get(), kEventBytes);
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno == EAGAIN) return std::size_t{0};
    if (errno != EINTR) return ErrnoStatus("cannot read from fanotify", errno);
  }
}

void FanotifySource::FollowMounts(FrameBatch* batch) {
  if (!mounts_.Take() || stopped_) return;
  std::vector<FanotifyMarks::Change> changes;
  Status status = marks_.FollowMounts(&frames_.resolver(), &changes);
  if (!status.ok()) warn_(status.message());
  for (const FanotifyMarks::Change& change : changes) frames_.AppendMount(change.mount, change.mounted, batch);
}

// What was reported is in batches, so that what happened to mounts comes after it.
void FanotifySource::Emptied(FrameBatch* batch) {
  frames_.QueueIsEmpty();
  FollowMounts(batch);
  GiveBarriers(batch);
}

DrainState FanotifySource::Idle() {
  flow_.Idle();
  return DrainState::kIdle;
}

Result<DrainState> FanotifySource::Drain(FrameBatch* batch) {
  if (reader_.done() && queue_empty_) flow_.Gather(stopped_ || !barriers_.empty());
  while (!batch->full()) {
    if (reader_.done()) {
      VEXEVT_ASSIGN(std::size_t size, ReadRecords());
      // Who forked or exec'd before these records were queued has been told before: it is read after them.
      if (connector_) connector_->Drain(&frames_.processes());
      frames_.BeginBatch(SystemClock().Now());
      queue_empty_ = size + kMaxRecordBytes < kEventBytes;
      reader_ = FanotifyReader({buffer_.get(), size});
      if (size == 0) {
        Emptied(batch);
        return stopped_ ? DrainState::kEnd : Idle();
      }
    }
    FanotifyRecord record;
    while (!batch->full() && reader_.Next(&record)) {
      frames_.Append(record, batch);
      if (!barriers_.empty()) CountForBarriers(batch);
    }
    if (reader_.bad()) return DataLoss("cannot understand what fanotify told: a record is malformed");
    if (reader_.done() && queue_empty_) {
      Emptied(batch);
      if (!stopped_) return Idle();
    }
  }
  return DrainState::kMore;
}

// What happened before the call is in the queue, or was read from it: so many records, and then the barrier.
Status FanotifySource::InsertBarrier(std::string_view token) {
  int bytes = 0;
  if (::ioctl(marks_.fd(), FIONREAD, &bytes) < 0) return ErrnoStatus("cannot ask fanotify for its queue", errno);
  std::uint64_t records = static_cast<unsigned>(bytes) / sizeof(fanotify_event_metadata);
  FanotifyReader rest = reader_;
  for (FanotifyRecord record; rest.Next(&record);) ++records;
  barriers_.push_back({std::string(token), records});
  return Status::Ok();
}

void FanotifySource::CountForBarriers(FrameBatch* batch) {
  for (Barrier& barrier : barriers_) {
    if (barrier.left > 0) --barrier.left;
  }
  while (!barriers_.empty() && barriers_.front().left == 0) {
    frames_.AppendBarrier(barriers_.front().token, batch);
    barriers_.pop_front();
  }
}

void FanotifySource::GiveBarriers(FrameBatch* batch) {
  for (; !barriers_.empty(); barriers_.pop_front()) frames_.AppendBarrier(barriers_.front().token, batch);
}

void FanotifySource::Stop() {
  if (std::exchange(stopped_, true)) return;
  marks_.Remove();
}

}  // namespace

Result<std::unique_ptr<Source>> OpenFanotify(FanotifyOptions options) {
  VEXEVT_ASSIGN(FanotifyMarks marks, FanotifyMarks::Open(options));
  std::optional<ProcConnector> connector;
  if (auto opened = ProcConnector::Open(); opened.ok()) {
    connector.emplace(std::move(opened).value());
  } else if (options.command != 0) {
    options.warn(opened.status().message() + ": what short-lived processes do may be missed");
  }
  auto source = std::make_unique<FanotifySource>(std::move(options), std::move(marks), std::move(connector));
  VEXEVT_TRY(source->Begin());
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace vexevt
