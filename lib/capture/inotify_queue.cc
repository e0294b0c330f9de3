#include "lib/capture/inotify_queue.h"

#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "lib/base/bytes.h"

namespace vexevt {

Status InotifyQueue::ReadAhead(Instant now) {
  if (at_ > bytes_.size() / 2 || empty()) {  // so that each byte is moved once on average
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(at_));
    base_ += at_;
    at_ = 0;
  }
  int waiting = 0;
  if (::ioctl(fd_, FIONREAD, &waiting) != 0) return ErrnoStatus("cannot ask inotify", errno);
  while (waiting > 0) {
    // Room for what waits and one record more, so that a read never fails for want of room.
    constexpr std::size_t kLargestRecord = sizeof(inotify_event) + 256;
    std::size_t before = bytes_.size();
    bytes_.resize(before + static_cast<std::size_t>(waiting) + kLargestRecord);
    ssize_t count = ::read(fd_, bytes_.data() + before, bytes_.size() - before);
    int error = errno;
    bytes_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && error == EINTR) continue;
    if (count < 0 && error != EAGAIN) return ErrnoStatus("cannot read from inotify", error);
    if (count <= 0) break;
    waiting -= static_cast<int>(count);
    chunks_.push_back({end(), now});
    for (std::size_t at = before; at < bytes_.size(); at = NextAt(at)) ++records_;
  }
  return {};
}

InotifyRecord InotifyQueue::RecordAt(std::size_t at) const {
  auto head = Load<inotify_event>(bytes_.data() + at);
  const char* name = bytes_.data() + at + sizeof(inotify_event);
  return {head.wd, head.mask, head.cookie, {name, ::strnlen(name, head.len)}, base_ + at};
}

std::size_t InotifyQueue::NextAt(std::size_t at) const {
  return at + sizeof(inotify_event) + Load<std::uint32_t>(bytes_.data() + at + offsetof(inotify_event, len));
}

InotifyRecord InotifyQueue::Front() const { return RecordAt(at_); }

Instant InotifyQueue::FrontReadAt() const {
  return std::ranges::upper_bound(chunks_, front_position(), {}, &Chunk::end)->read_at;
}

void InotifyQueue::Pop() {
  at_ = NextAt(at_);
  while (!chunks_.empty() && chunks_.front().end <= front_position()) chunks_.pop_front();
}

void InotifyQueue::Strike(const InotifyRecord& record) {
  Store<std::uint32_t>(bytes_.data() + (record.position - base_) + offsetof(inotify_event, mask), 0);
}

}  // namespace vexevt
