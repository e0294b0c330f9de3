#include <sys/sysmacros.h>
#include <sys/timerfd.h>

#include <climits>

#include "lib/capture/inotify_source.h"
#include "lib/event/barrier_event.h"
#include "lib/event/lost_event.h"

namespace vexevt {
namespace {

std::string ReadLink(const std::string& path) {
  std::string target(PATH_MAX, '\0');
  ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
  target.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return target;
}

}  // namespace

void Inotify::Tell(EventType type, std::string_view path, std::string_view path2, std::uint16_t flags,
                   const struct stat* status) {
  if (!options_.selection.WantsType(type)) {
    ++counters_.unwanted;
    return;
  }
  if (!unseen_.empty() && unseen_.contains(std::string(path))) {
    ++counters_.own;
    return;
  }
  FsPayload fs{.path = path, .path2 = path2};
  if (status) {
    flags |= kFlagStat;
    fs.inode = status->st_ino;
    fs.size = static_cast<std::uint64_t>(status->st_size);
    fs.device = static_cast<std::uint32_t>(major(status->st_dev) << 20 | minor(status->st_dev));
    fs.mode = static_cast<std::uint16_t>(status->st_mode);
  }
  event_.type = type;
  event_.flags = flags;
  event_.payload = fs;
  Stamp();
  batch_->Append(event_);
}

void Inotify::TellExisting(EventType type, const std::string& path, std::uint16_t flags) {
  struct stat status;
  if (::lstat(path.c_str(), &status) != 0) {
    Tell(type, path, {}, flags);
    return;
  }
  std::string target;
  if (type == kFsCreate) {
    if (S_ISLNK(status.st_mode)) {
      type = kFsSymlink;
      target = ReadLink(path);
    } else if (!S_ISREG(status.st_mode)) {
      type = S_ISDIR(status.st_mode) ? kFsCreate : kFsMknod;  // a directory: what was created is gone already
    } else if (status.st_nlink > 1) {
      type = kFsHardlink;
    }
  }
  Tell(type, path, target, flags, &status);
}

// When what is told now was read.
Instant Inotify::ReadAt() const { return queue_.empty() ? SystemClock().Now() : queue_.FrontReadAt(); }

void Inotify::Stamp() {
  ids_.Stamp(&event_, ReadAt());
  last_wall_ns_ = event_.wall_ns;
  ++counters_.events;
}

void Inotify::TellGap() {
  Event event =
      LostEvent({.cause = "inotify", .since_ns = last_wall_ns_, .boundary = Boundary::kKernel}, &ids_, ReadAt());
  event.host = options_.host;
  event.tenant = options_.tenant;
  last_wall_ns_ = event.wall_ns;
  batch_->Append(event);
  ++counters_.events;
  ++counters_.gaps;
}

void Inotify::TellUnmount(Node node) {
  Node parent = tree().parent(node);
  // Every watched directory of the file system is told of; only the one that it was mounted on is news.
  if (parent != kNone && tree().device(parent) == tree().device(node)) return;
  std::string path = watcher_.PathOf(node);
  event_.type = kSystemUnmount;
  event_.flags = 0;
  event_.payload = SystemPayload{.subject = path};
  Stamp();
  batch_->Append(event_);
}

void Inotify::TellBarriers() {
  if (overflowed_) return;  // what the second look finds belongs before it
  while (!barriers_.empty() && (queue_.empty() || barriers_.front().position <= queue_.front_position())) {
    Event event = BarrierEvent(barriers_.front().token);
    event.host = options_.host;
    event.tenant = options_.tenant;
    ids_.Stamp(&event, ReadAt());
    ++counters_.events;
    batch_->Append(event);
    barriers_.pop_front();
  }
}

}  // namespace vexevt
