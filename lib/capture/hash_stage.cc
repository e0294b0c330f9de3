#include "lib/capture/hash_stage.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "lib/base/quiet_thread.h"
#include "lib/event/event_view.h"

namespace vexevt {

HashStage::HashStage(std::uint64_t most_bytes)
    : most_bytes_(most_bytes), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Result<std::unique_ptr<HashStage>> HashStage::Start(std::uint64_t most_bytes) {
  std::unique_ptr<HashStage> stage(new HashStage(most_bytes));
  auto work = [hashes = stage.get()] { hashes->Work(); };
  auto worker = StartQuietThread(work);
  if (!worker.ok()) return std::move(worker).status().WithContext("--hash");
  stage->worker_ = std::move(*worker);
  return stage;
}

HashStage::~HashStage() {
  if (!worker_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
    for (const auto& job : jobs_) job->given_up = true;
  }
  for (const Held& held : held_) {
    if (held.job) held.job->given_up = true;
  }
  work_.notify_one();
  worker_.join();
}

void HashStage::Work() {
  for (;;) {
    std::shared_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [&] { return stop_ || !jobs_.empty(); });
      if (stop_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    if (!job->given_up) job->result = HashContent(job->path, job->inode, most_bytes_, job->given_up);
    job->done.store(true, std::memory_order_release);  // with Release's acquire
    std::uint64_t one = 1;
    [[maybe_unused]] ssize_t put = ::write(wake_.get(), &one, sizeof one);  // fails only where it is readable anyway
  }
}

namespace {

// Whether a frame is to be given a hash.
bool WantsHash(const EventView& event) { return event.type() == kFsCloseWrite && event.has_fs(); }

// The bytes of the frames before the first that is.
std::size_t LeadingBytes(std::span<const std::byte> frames) {
  std::size_t bytes = 0;
  while (bytes < frames.size()) {
    std::span<const std::byte> rest = frames.subspan(bytes);
    std::size_t size = MeasureFrame(rest).bytes;
    EventView event;
    if (EventView::Bind(rest.first(size), &event) && WantsHash(event)) break;
    bytes += size;
  }
  return bytes;
}

void AppendTo(std::vector<std::byte>* out, std::span<const std::byte> bytes) {
  out->insert(out->end(), bytes.begin(), bytes.end());
}

}  // namespace

std::span<const std::byte> HashStage::Pass(std::span<const std::byte> frames) {
  std::uint64_t ticks;
  [[maybe_unused]] ssize_t got = ::read(wake_.get(), &ticks, sizeof ticks);  // before the jobs are looked at
  out_.clear();
  Release();
  std::size_t direct = held_.empty() ? LeadingBytes(frames) : 0;
  if (direct == frames.size() && out_.empty()) return frames;
  AppendTo(&out_, frames.first(direct));
  for (std::span<const std::byte> rest = frames.subspan(direct); !rest.empty();) {
    std::size_t size = MeasureFrame(rest).bytes;
    Hold(rest.first(size));
    rest = rest.subspan(size);
  }
  Release();
  return out_;
}

std::span<const std::byte> HashStage::Finish() {
  out_.clear();
  for (Release(); !held_.empty(); Release()) {
    pollfd wake{wake_.get(), POLLIN, 0};
    std::uint64_t ticks;
    ::poll(&wake, 1, -1);
    [[maybe_unused]] ssize_t got = ::read(wake_.get(), &ticks, sizeof ticks);
  }
  return out_;
}

void HashStage::Hold(std::span<const std::byte> frame) {
  held_bytes_ += frame.size();
  EventView event;
  if (!EventView::Bind(frame, &event) || !WantsHash(event)) {
    if (held_.empty() || held_.back().job) held_.emplace_back();
    AppendTo(&held_.back().frames, frame);
    return;
  }
  Held& held = held_.emplace_back();
  AppendTo(&held.frames, frame);
  held.job = std::make_shared<Job>();
  held.job->path = event.path();
  held.job->inode = event.Get<std::uint64_t>(layout::kPayloadFsInode);
  {
    std::lock_guard lock(mutex_);
    jobs_.push_back(held.job);
  }
  work_.notify_one();
}

void HashStage::Release() {
  for (; !held_.empty(); held_.pop_front()) {
    const Held& held = held_.front();
    if (!held.job) {
      AppendTo(&out_, held.frames);
    } else if (held.job->done.load(std::memory_order_acquire)) {  // with Work's release
      AppendHashed(held.frames, held.job->result);
    } else if (held_bytes_ > kMostHeld) {
      held.job->given_up = true;
      AppendHashed(held.frames, {"", "busy"});
    } else {
      return;
    }
    held_bytes_ -= held.frames.size();
  }
}

void HashStage::AppendHashed(std::span<const std::byte> frame, const ContentHash& hash) {
  Attribute attribute{"hash", AttributeText{hash.digest}};
  if (hash.digest.empty()) attribute = {"hash.missing", AttributeText{hash.missing}};
  Status status = editor_.Load(frame);
  if (status.ok()) {
    editor_.SetAttribute(attribute);
    status = editor_.Save(&edited_);
  }
  AppendTo(&out_, status.ok() ? std::span<const std::byte>(edited_) : frame);  // the longest paths leave no room
}

}  // namespace vexevt
