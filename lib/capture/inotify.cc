#include "lib/capture/inotify.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "lib/base/unique_fd.h"
#include "lib/capture/inotify_source.h"

namespace vexevt {
namespace {

// The two records of a rename stand next to each other, but for the moment in which the kernel has written the first
// only. So long a rename waits for its second half before it is taken for a move out of what is watched.
constexpr std::uint64_t kPairingNs = 10 * kNsPerMs;

// What the tree needs to be kept right, whatever is asked for.
constexpr std::uint32_t kTreeMask = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;

std::uint32_t MaskOf(const Selection& selection) {
  std::uint32_t mask = kTreeMask;
  constexpr std::pair<EventType, std::uint32_t> kWanted[] = {
      {kFsWrite, IN_MODIFY}, {kFsCloseWrite, IN_CLOSE_WRITE}, {kFsAttrib, IN_ATTRIB}, {kFsOpen, IN_OPEN},
      {kFsRead, IN_ACCESS},  {kFsClose, IN_CLOSE_NOWRITE},
  };
  for (auto [type, bit] : kWanted) {
    if (selection.WantsType(type)) mask |= bit;
  }
  return mask;
}

EventType TypeOf(std::uint32_t mask) {
  switch (mask & IN_ALL_EVENTS) {
    case IN_MODIFY:
      return kFsWrite;
    case IN_CLOSE_WRITE:
      return kFsCloseWrite;
    case IN_ATTRIB:
      return kFsAttrib;
    case IN_OPEN:
      return kFsOpen;
    case IN_ACCESS:
      return kFsRead;
    case IN_CLOSE_NOWRITE:
      return kFsClose;
    default:
      return 0;
  }
}

}  // namespace

Status Inotify::WatchRoots() {
  std::vector<std::pair<bool, std::string>> roots;  // whether it is a directory
  for (const std::string& path : options_.selection.roots) {
    struct stat status;
    if (::lstat(path.c_str(), &status) != 0) return ErrnoStatus(fmt::format("cannot watch '{}'", path), errno);
    roots.emplace_back(S_ISDIR(status.st_mode), path);
  }
  // Directories first, the outer before the inner, so that what lies in another root is seen to.
  std::ranges::sort(roots, [](const auto& a, const auto& b) {
    return std::pair(!a.first, a.second.size()) < std::pair(!b.first, b.second.size());
  });
  for (const auto& [whole, path] : roots) {
    std::string directory = whole ? path : std::string(path, 0, std::max<std::size_t>(path.rfind('/'), 1));
    VEXEVT_ASSIGN(Node node, watcher_.WatchRoot(directory));
    Root* root = FindRoot(node);
    if (!root && (tree().parent(node) == kNone)) root = &roots_[node];
    if (!root) continue;  // lies below another root, and so is watched
    if (whole && !root->whole) {
      root->whole = true;
      VEXEVT_TRY(watcher_.WatchBelow(node));
    }
    if (!whole) root->files.insert(path);
  }
  return {};
}

Result<DrainState> Inotify::Drain(FrameBatch* batch) {
  batch_ = batch;
  std::uint64_t ticks = 0;
  if (::read(timer_.get(), &ticks, sizeof ticks) < 0) ticks = 0;  // only to make it unreadable
  if (!stopping_) VEXEVT_TRY(queue_.ReadAhead(SystemClock().Now()));
  for (;;) {
    while (!queue_.empty()) {
      if (batch->full()) return DrainState::kMore;
      TellBarriers();
      VEXEVT_ASSIGN(bool handled, Handle());
      if (!handled) {
        WakeAfter(kPairingNs);
        return DrainState::kIdle;
      }
      queue_.Pop();
    }
    if (!overflowed_ || stopping_) break;
    overflowed_ = false;
    VEXEVT_TRY(Rescan());
  }
  overflowed_ = false;
  TellBarriers();
  counters_.reported = queue_.records();
  if (stopping_) return DrainState::kEnd;
  if (roots_.empty()) return Status(StatusCode::kNotFound, lost_root_);
  return DrainState::kIdle;
}

Status Inotify::InsertBarrier(std::string_view token) {
  VEXEVT_TRY(queue_.ReadAhead(SystemClock().Now()));
  barriers_.push_back({queue_.end(), std::string(token)});
  return {};
}

void Inotify::Stop() {
  if (stopping_) return;
  stopping_ = true;
  // What cannot be read now is what would not have been read either way.
  static_cast<void>(queue_.ReadAhead(SystemClock().Now()).ok());
}

bool Inotify::Wants(Node directory, const std::string& path) {
  const Root* root = FindRoot(directory);
  return !root || root->whole || root->files.contains(path);
}

Result<bool> Inotify::Handle() {
  InotifyRecord record = queue_.Front();
  if (record.mask == 0) return true;  // struck
  if (record.mask & IN_Q_OVERFLOW) {
    TellGap();
    overflowed_ = true;
    return true;
  }
  Node node = tree().FindWatch(record.watch);
  if (node == kNone) {
    counters_.unwanted += (record.mask & IN_IGNORED) == 0;
    return true;
  }
  if (record.name.empty()) {
    HandleSelf(record, node);
    return true;
  }
  std::string path = watcher_.PathOf(node, record.name);
  bool directory = (record.mask & IN_ISDIR) != 0;
  auto flags = directory ? kFlagDirectory : std::uint16_t{0};
  switch (record.mask & IN_ALL_EVENTS) {
    case IN_CREATE:
      VEXEVT_TRY(HandleCreate(record, node, path));
      return true;
    case IN_MOVED_FROM:
      return HandleMovedFrom(record, node, path);
    case IN_MOVED_TO:
      VEXEVT_TRY(HandleMovedTo(record, node, path));
      return true;
    case IN_DELETE:
      if (Wants(node, path)) Tell(directory ? kFsRmdir : kFsDelete, path, {}, flags);
      if (directory) {
        if (Node child = tree().FindChild(node, record.name); child != kNone) watcher_.Forget(child);
      }
      return true;
    default:
      break;
  }
  EventType type = TypeOf(record.mask);
  bool noise = directory && (record.mask & (IN_OPEN | IN_ACCESS | IN_CLOSE_NOWRITE));  // our own walks are among them
  if (type == 0 || noise || !Wants(node, path)) {
    ++counters_.unwanted;
  } else if (type == kFsAttrib || type == kFsCloseWrite) {
    TellExisting(type, path, flags);
  } else {
    Tell(type, path, {}, flags);
  }
  return true;
}

Status Inotify::HandleCreate(const InotifyRecord& record, Node directory, const std::string& path) {
  bool is_directory = (record.mask & IN_ISDIR) != 0;
  if (Wants(directory, path)) {
    TellExisting(is_directory ? kFsMkdir : kFsCreate, path, is_directory ? kFlagDirectory : std::uint16_t{0});
  }
  const Root* root = FindRoot(directory);
  if (!is_directory || (root && !root->whole)) return {};
  return WatchAndTell(directory, std::string(record.name), queue_.end());
}

Status Inotify::HandleMovedTo(const InotifyRecord& record, Node directory, const std::string& path) {
  bool is_directory = (record.mask & IN_ISDIR) != 0;
  if (Wants(directory, path)) {
    TellExisting(kFsMoveIn, path, is_directory ? kFlagDirectory : std::uint16_t{0});
  }
  const Root* root = FindRoot(directory);
  if (!is_directory || (root && !root->whole)) return {};
  VEXEVT_ASSIGN(InotifyWatcher::Watched child, watcher_.WatchChild(directory, record.name));
  if (child.node == kNone || child.known) return {};
  return watcher_.WatchBelow(child.node);
}

Result<bool> Inotify::HandleMovedFrom(const InotifyRecord& record, Node directory, const std::string& path) {
  InotifyRecord partner;
  auto is_partner = [cookie = record.cookie](const InotifyRecord& other) {
    return (other.mask & IN_MOVED_TO) && other.cookie == cookie;
  };
  std::string name(record.name);
  bool found = queue_.Find(record.position, is_partner, &partner);
  if (!found && !stopping_) {
    Instant now = SystemClock().Now();
    VEXEVT_TRY(queue_.ReadAhead(now));
    found = queue_.Find(record.position, is_partner, &partner);
    if (!found && now.mono_ns - queue_.FrontReadAt().mono_ns < kPairingNs) return false;
  }
  bool is_directory = (record.mask & IN_ISDIR) != 0;
  auto flags = is_directory ? kFlagDirectory : std::uint16_t{0};
  Node to = found ? tree().FindWatch(partner.watch) : kNone;
  if (to == kNone) {
    if (Wants(directory, path)) Tell(kFsMoveOut, path, {}, flags);
    Node child = is_directory ? tree().FindChild(directory, name) : kNone;
    if (child != kNone) watcher_.Forget(child);
    return true;
  }
  std::string new_name(partner.name), new_path = watcher_.PathOf(to, new_name);
  queue_.Strike(partner);
  bool from_wanted = Wants(directory, path), to_wanted = Wants(to, new_path);
  struct stat status;
  const struct stat* known = ::lstat(new_path.c_str(), &status) == 0 ? &status : nullptr;
  if (from_wanted && to_wanted) {
    Tell(kFsRename, path, new_path, flags, known);
  } else if (from_wanted) {
    Tell(kFsMoveOut, path, new_path, flags, known);
  } else if (to_wanted) {
    Tell(kFsMoveIn, new_path, path, flags, known);
  }
  if (is_directory) VEXEVT_TRY(MoveDirectory(directory, name, to, new_name));
  return true;
}

Status Inotify::MoveDirectory(Node from, const std::string& name, Node to, const std::string& new_name) {
  WatchTree& tree = watcher_.tree();
  // Of an exchange the second rename finds the other directory where the first has put its own.
  bool exchanged = displaced_.node != kNone && displaced_.parent == from && displaced_.name == name;
  Node child = exchanged ? displaced_.node : tree.FindChild(from, name);
  displaced_ = {};
  const Root* root = FindRoot(to);
  if (root && !root->whole) {
    if (child != kNone) watcher_.Forget(child);
    return {};
  }
  // Renamed before it could be watched: what lies in it was never told.
  if (child == kNone || tree.IsBelow(to, child)) return WatchAndTell(to, new_name, queue_.end());
  Node target = tree.FindChild(to, new_name);
  if (target != kNone && target != child) {
    tree.Detach(target);
    displaced_ = {target, to, new_name};
  }
  tree.Move(child, to, new_name);
  return {};
}

void Inotify::HandleSelf(const InotifyRecord& record, Node node) {
  Root* root = FindRoot(node);
  if (record.mask & IN_UNMOUNT) {
    TellUnmount(node);
  } else if (record.mask & IN_IGNORED) {
    if (displaced_.node == node) displaced_ = {};
    if (root)
      LoseRoot(node, "is not there any more");
    else
      watcher_.Forget(node);
  } else if (!root) {
    ++counters_.unwanted;  // its parent's watch tells the same, with the name
  } else if (record.mask & (IN_DELETE_SELF | IN_MOVE_SELF)) {
    bool deleted = (record.mask & IN_DELETE_SELF) != 0;
    if (root->whole) Tell(deleted ? kFsRmdir : kFsMoveOut, watcher_.PathOf(node), {}, kFlagDirectory);
    LoseRoot(node, deleted ? "was deleted" : "was moved away");
  } else if ((record.mask & IN_ATTRIB) && root->whole) {
    TellExisting(kFsAttrib, watcher_.PathOf(node), kFlagDirectory);
  } else {
    ++counters_.unwanted;
  }
}

void Inotify::LoseRoot(Node node, std::string_view how) {
  lost_root_ = fmt::format("the watched directory '{}' {}", watcher_.PathOf(node), how);
  roots_.erase(node);
  if (!roots_.empty()) options_.warn(lost_root_);
  watcher_.Forget(node);
}

void Inotify::WakeAfter(std::uint64_t ns) {
  itimerspec spec{};
  spec.it_value.tv_nsec = static_cast<long>(ns);
  ::timerfd_settime(timer_.get(), 0, &spec, nullptr);  // fails only for a bad descriptor or time
}

Result<std::unique_ptr<Source>> OpenInotify(InotifyOptions options) {
  UniqueFd inotify(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify) {
    if (errno == EMFILE) {
      return ResourceExhausted(
          "cannot start inotify: the user's instances are used up, or this process's descriptors: "
          "raise fs.inotify.max_user_instances by sysctl, or see 'ulimit -n'");
    }
    return ErrnoStatus("cannot start inotify", errno);
  }
  UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  UniqueFd poll(::epoll_create1(EPOLL_CLOEXEC));
  if (!timer || !poll) return ErrnoStatus("cannot start inotify", errno);
  for (int fd : {inotify.get(), timer.get()}) {
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    if (::epoll_ctl(poll.get(), EPOLL_CTL_ADD, fd, &wanted) != 0) return ErrnoStatus("cannot start inotify", errno);
  }
  std::uint32_t mask = MaskOf(options.selection);
  auto source =
      std::make_unique<Inotify>(std::move(options), mask, std::move(inotify), std::move(timer), std::move(poll));
  VEXEVT_TRY(source->WatchRoots());
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace vexevt
