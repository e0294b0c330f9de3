#include "lib/capture/inotify.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "lib/base/unique_fd.h"
#include "lib/capture/inotify_queue.h"
#include "lib/capture/inotify_watcher.h"
#include "lib/event/id_source.h"

namespace vexevt {
namespace {

using Node = WatchTree::Node;
constexpr Node kNone = WatchTree::kNone;

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

std::string ReadLink(const std::string& path) {
  std::string target(PATH_MAX, '\0');
  ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
  target.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return target;
}

class Inotify final : public Source {
 public:
  Inotify(InotifyOptions options, UniqueFd inotify, UniqueFd timer, UniqueFd poll)
      : options_(std::move(options)),
        inotify_(std::move(inotify)),
        timer_(std::move(timer)),
        poll_(std::move(poll)),
        queue_(inotify_.get()),
        watcher_(inotify_.get(), MaskOf(options_.selection), options_.warn),
        unseen_(options_.unseen.begin(), options_.unseen.end()) {
    event_.boundary = Boundary::kKernel;
    event_.host = options_.host;
    event_.tenant = options_.tenant;
  }

  Status WatchRoots();

  int poll_fd() const override { return poll_.get(); }
  Result<DrainState> Drain(FrameBatch* batch) override;
  Status InsertBarrier(std::string_view token) override;
  void Stop() override;
  const SourceCounters& counters() const override { return counters_; }

 private:
  // A root: a directory with all below it, or some names in it.
  struct Root {
    Node node;
    bool whole;
    std::unordered_set<std::string> files;  // absolute paths
  };
  struct Barrier {
    std::size_t position;
    std::string token;
  };
  struct Displaced {  // by a rename onto it: deleted, or about to be exchanged
    Node node = kNone, parent = kNone;
    std::string name;
  };

  const WatchTree& tree() const { return watcher_.tree(); }
  Root* FindRoot(Node node) {
    auto it = std::ranges::find(roots_, node, &Root::node);
    return it == roots_.end() ? nullptr : &*it;
  }
  bool Wants(Node directory, const std::string& path);

  Result<bool> Handle();  // false: the record at the front must wait for its second half
  Status HandleCreate(const InotifyRecord& record, Node directory, const std::string& path);
  Status HandleMovedTo(const InotifyRecord& record, Node directory, const std::string& path);
  Result<bool> HandleMovedFrom(const InotifyRecord& record, Node directory, const std::string& path);
  Status MoveDirectory(Node from, const std::string& name, Node to, const std::string& new_name);
  void HandleSelf(const InotifyRecord& record, Node node);
  void LoseRoot(Node node, std::string_view how);

  // What lies in `top`, a directory that appeared; `since` is the end of the queue before it was watched.
  Status TellFound(Node top, std::size_t since);
  Status WatchAndTell(Node parent, const std::string& name, std::size_t since);
  bool TakeMovedHere(Node known, Node parent, const std::string& name);
  Status Rescan();
  Status RescanDirectory(Node directory, std::vector<Node>* waiting, std::unordered_set<Node>* seen);

  void Tell(EventType type, std::string_view path, std::string_view path2, std::uint16_t flags,
            const struct stat* status = nullptr);
  void TellExisting(EventType type, const std::string& path, std::uint16_t flags);
  void TellGap();
  void TellUnmount(Node node);
  void TellBarriers();
  void Stamp();
  void WakeAfter(std::uint64_t ns);

  InotifyOptions options_;
  UniqueFd inotify_, timer_, poll_;
  EventIds ids_;
  InotifyQueue queue_;
  InotifyWatcher watcher_;
  std::unordered_set<std::string> unseen_;
  std::vector<Root> roots_;
  std::string lost_root_;
  Displaced displaced_;
  std::deque<Barrier> barriers_;
  bool overflowed_ = false, stopping_ = false;
  Event event_;
  FrameBatch* batch_ = nullptr;  // that of the current Drain
  std::uint64_t last_wall_ns_ = 0;
  SourceCounters counters_;
};

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
    if (node == kNone) return ErrnoStatus(fmt::format("cannot watch '{}'", directory), EACCES);
    Root* root = FindRoot(node);
    if (!root && (tree().parent(node) == kNone)) root = &roots_.emplace_back(Root{node, false, {}});
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
  if (child == kNone || tree.IsBelow(to, child)) {
    VEXEVT_ASSIGN(InotifyWatcher::Watched moved, watcher_.WatchChild(to, new_name));
    return moved.node == kNone || moved.known ? Status() : watcher_.WatchBelow(moved.node);
  }
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
  std::erase_if(roots_, [&](const Root& root) { return root.node == node; });
  if (!roots_.empty()) options_.warn(lost_root_);
  watcher_.Forget(node);
}

Status Inotify::WatchAndTell(Node parent, const std::string& name, std::size_t since) {
  VEXEVT_ASSIGN(InotifyWatcher::Watched child, watcher_.WatchChild(parent, name));
  if (child.node == kNone || child.known) return {};
  return TellFound(child.node, since);
}

// A directory that a scan finds under another name than the tree has was renamed to here before this place was watched:
// of that rename only the first half is in the queue. Told as a whole here; the half is struck.
bool Inotify::TakeMovedHere(Node known, Node parent, const std::string& name) {
  WatchTree& tree = watcher_.tree();
  Node old_parent = tree.parent(known);
  if (old_parent == kNone || tree.IsBelow(parent, known)) return false;
  std::string old_name(tree.name(known));
  InotifyRecord half;
  bool moved = queue_.Find(
      queue_.front_position(),
      [&](const InotifyRecord& record) {
        return record.watch == tree.watch(old_parent) && (record.mask & IN_MOVED_FROM) && record.name == old_name;
      },
      &half);
  if (!moved) return false;  // the same directory seen twice: a bind mount
  queue_.Strike(half);
  std::string old_path = watcher_.PathOf(known);
  tree.Move(known, parent, name);
  Tell(kFsRename, old_path, watcher_.PathOf(known), kFlagDirectory | kFlagSynthetic);
  return true;
}

Status Inotify::TellFound(Node top, std::size_t since) {
  struct Waiting {
    Node node;
    std::size_t since;
  };
  std::vector<Waiting> waiting{{top, since}};
  while (!waiting.empty()) {
    auto [directory, from] = waiting.back();
    waiting.pop_back();
    std::vector<DirectoryEntry> entries = watcher_.List(directory);
    // What was reported until now: an entry whose first record says that it came will be told by that record.
    VEXEVT_TRY(queue_.ReadAhead(SystemClock().Now()));
    std::unordered_map<std::string, bool> came;
    InotifyRecord record;
    queue_.Find(
        from,
        [&](const InotifyRecord& other) {
          if (other.watch == tree().watch(directory)) {
            came.try_emplace(std::string(other.name), (other.mask & (IN_CREATE | IN_MOVED_TO)) != 0);
          }
          return false;
        },
        &record);
    for (const DirectoryEntry& entry : entries) {
      auto it = came.find(entry.name);
      if (it != came.end() && it->second) continue;
      std::string path = watcher_.PathOf(directory, entry.name);
      if (!entry.directory) {
        TellExisting(kFsCreate, path, kFlagSynthetic);
        continue;
      }
      std::size_t before = queue_.end();
      VEXEVT_ASSIGN(InotifyWatcher::Watched child, watcher_.WatchChild(directory, entry.name));
      if (child.known && child.node != kNone && TakeMovedHere(child.node, directory, entry.name)) continue;
      TellExisting(kFsMkdir, path, kFlagDirectory | kFlagSynthetic);
      if (child.node != kNone && !child.known) waiting.push_back({child.node, before});
    }
  }
  return {};
}

Status Inotify::RescanDirectory(Node directory, std::vector<Node>* waiting, std::unordered_set<Node>* seen) {
  WatchTree& tree = watcher_.tree();
  for (const DirectoryEntry& entry : watcher_.List(directory)) {
    if (!entry.directory) continue;
    Node before = tree.FindChild(directory, entry.name);
    std::string old_path = before == kNone ? std::string() : watcher_.PathOf(before);
    std::size_t since = queue_.end();
    VEXEVT_ASSIGN(InotifyWatcher::Watched child, watcher_.WatchChild(directory, entry.name));
    if (child.node == kNone) continue;
    if (!child.known) {
      if (before != kNone) Tell(kFsRmdir, old_path, {}, kFlagDirectory | kFlagSynthetic);  // another in its place
      TellExisting(kFsMkdir, watcher_.PathOf(child.node), kFlagDirectory | kFlagSynthetic);
      VEXEVT_TRY(TellFound(child.node, since));
      seen->insert(child.node);
      continue;
    }
    if (!seen->insert(child.node).second) continue;
    if (child.node != before && tree.parent(child.node) != kNone && !tree.IsBelow(directory, child.node)) {
      if (before != kNone) tree.Detach(before);  // may turn up elsewhere yet
      old_path = watcher_.PathOf(child.node);
      tree.Move(child.node, directory, entry.name);
      Tell(kFsRename, old_path, watcher_.PathOf(child.node), kFlagDirectory | kFlagSynthetic);
    }
    waiting->push_back(child.node);
  }
  return {};
}

// After records were lost: which directories came, went and moved. Their number bounds the work; what happened to files
// is not known, and the gap says so.
Status Inotify::Rescan() {
  WatchTree& tree = watcher_.tree();
  std::vector<Node> before;
  std::vector<Node> waiting;
  for (const Root& root : roots_) {
    if (root.whole) before.push_back(root.node);
  }
  waiting = before;
  std::vector<std::pair<int, Node>>
      watched;  // a node may be gone, and its number another's, by the time it is looked at
  for (std::size_t i = 0; i < before.size(); ++i) {
    for (Node child : tree.Children(before[i])) {
      before.push_back(child);
      watched.emplace_back(tree.watch(child), child);
    }
  }
  std::unordered_set<Node> seen;
  while (!waiting.empty()) {
    Node next = waiting.back();
    waiting.pop_back();
    VEXEVT_TRY(RescanDirectory(next, &waiting, &seen));
  }
  for (auto it = watched.rbegin(); it != watched.rend(); ++it) {  // what lies below first
    auto [watch, node] = *it;
    if (tree.FindWatch(watch) != node || seen.contains(node)) continue;
    Tell(kFsRmdir, watcher_.PathOf(node), {}, kFlagDirectory | kFlagSynthetic);
    watcher_.Forget(node);
  }
  return {};
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

void Inotify::Stamp() {
  ids_.Stamp(&event_, queue_.empty() ? SystemClock().Now() : queue_.FrontReadAt());
  last_wall_ns_ = event_.wall_ns;
  ++counters_.events;
}

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

void Inotify::TellGap() {
  event_.type = kVexevtLost;
  event_.flags = 0;
  event_.payload = GapPayload{.cause = "inotify", .since_ns = last_wall_ns_};
  Stamp();
  batch_->Append(event_);
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
    Event event;
    event.type = kVexevtBarrier;
    event.boundary = Boundary::kUser;
    event.host = options_.host;
    event.attributes.push_back({"token", AttributeText{barriers_.front().token}});
    ids_.Stamp(&event);
    ++counters_.events;
    batch_->Append(event);
    barriers_.pop_front();
  }
}

void Inotify::WakeAfter(std::uint64_t ns) {
  itimerspec spec{};
  spec.it_value.tv_nsec = static_cast<long>(ns);
  ::timerfd_settime(timer_.get(), 0, &spec, nullptr);  // fails only for a bad descriptor or time
}

}  // namespace

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
  auto source = std::make_unique<Inotify>(std::move(options), std::move(inotify), std::move(timer), std::move(poll));
  VEXEVT_TRY(source->WatchRoots());
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace vexevt
