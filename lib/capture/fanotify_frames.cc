#include "lib/capture/fanotify_frames.h"

#include <fcntl.h>
#include <linux/fanotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <variant>

#include "lib/capture/fanotify_types.h"
#include "lib/event/barrier_event.h"
#include "lib/event/lost_event.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxDirectories = 40'000;
// Told of every fork, the table holds whoever lives and as many that ended; else each entry holds a descriptor.
constexpr std::size_t kMaxTold = 8192, kMaxHeld = 512;

bool Holds(const std::vector<std::uint32_t>& numbers, std::uint32_t number) {
  return std::ranges::find(numbers, number) != numbers.end();
}

}  // namespace

FanotifyFrames::FanotifyFrames(const FanotifyOptions& options, bool told, Clock& clock)
    : selection_(options.selection),
      stat_(options.stat),
      own_pid_(static_cast<std::uint32_t>(::getpid())),
      command_(options.command),
      host_(options.host),
      tenant_(options.tenant),
      tree_(RootSet(options.selection.roots), kMaxDirectories),
      resolver_(&tree_),
      processes_(told, told ? kMaxTold : kMaxHeld, Downstream(options.output), options.auid),
      ids_(EventIds().source(), clock) {
  if (command_ != 0) processes_.WatchTree(command_);
  event_.boundary = Boundary::kKernel;
  event_.host = host_;
  event_.tenant = tenant_;
}

void FanotifyFrames::BeginBatch(Instant now) {
  now_ = now;
  processes_.BeginBatch();
}

bool FanotifyFrames::WantsProcess(std::uint32_t pid) {
  if (command_ != 0 && !processes_.Contains(pid)) return false;
  if (!selection_.pids.empty() && !Holds(selection_.pids, pid)) return false;
  if (selection_.uids.empty()) return true;
  const ProcessFacts& facts = processes_.Find(pid);
  return !facts.credentials || std::ranges::any_of(selection_.uids, [&](UserRange range) {
    return range.first <= facts.uid && facts.uid <= range.last;
  });
}

bool FanotifyFrames::PathOf(const FanotifyRecord::Name& name, bool anyway, std::string* path) {
  if (name.directory.empty()) {
    path->assign(1, '?');
    return true;
  }
  DirectoryTree::Id directory = resolver_.Find(name.directory);
  Standing standing = tree_.StandingOf(directory);
  // Most of a busy file system's records end here; but what is renamed across the border has two ends to tell.
  if (standing == Standing::kOutside && !anyway) return false;
  *path = tree_.Path(directory);
  if (name.name != ".") {
    if (path->back() != '/') *path += '/';
    *path += name.name;
  }
  return standing == Standing::kInside || (standing == Standing::kAbove && tree_.roots().Holds(*path));
}

// Directories that are made or moved, selected or not: what is below them may be.
void FanotifyFrames::FollowTree(const FanotifyRecord& record) {
  if ((record.mask & FAN_ONDIR) == 0 || record.object.empty() || record.name.directory.empty()) return;
  if ((record.mask & FAN_CREATE) != 0) {
    tree_.Place(record.object, resolver_.Find(record.name.directory), record.name.name);
  }
}

void FanotifyFrames::FollowRename(const FanotifyRecord& record) {
  if ((record.mask & FAN_ONDIR) == 0 || record.object.empty() || record.new_name.directory.empty()) return;
  renamed_.push_back(tree_.Place(record.object, resolver_.Find(record.new_name.directory), record.new_name.name));
}

void FanotifyFrames::LookUp(const std::string& path, FsPayload* fs) {
  links_ = 0;
  if (path.front() != '/') return;
  struct stat status;
  if (::fstatat(AT_FDCWD, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) return;
  // Somebody else may have the name by now.
  if (fs->inode != 0 && status.st_ino != fs->inode) return;
  fs->inode = status.st_ino;
  fs->mode = static_cast<std::uint16_t>(status.st_mode);
  fs->size = static_cast<std::uint64_t>(status.st_size);
  links_ = static_cast<std::uint16_t>(std::min<nlink_t>(status.st_nlink, 2));
  event_.flags |= kFlagStat;
}

EventType FanotifyFrames::TypeOfCreated(const std::string& path) {
  if ((event_.flags & kFlagStat) == 0) return kFsCreate;
  const FsPayload& fs = std::get<FsPayload>(event_.payload);
  if (S_ISLNK(fs.mode)) {
    std::array<char, DirectoryTree::kMaxPathBytes> target;
    ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
    target_.assign(target.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    return kFsSymlink;
  }
  if (links_ > 1) return kFsHardlink;
  return S_ISREG(fs.mode) ? kFsCreate : kFsMknod;
}

void FanotifyFrames::Describe(const FanotifyRecord& record, FsPayload* fs) {
  ObjectKey key = record.object.empty() && record.name.name == "." ? record.name.directory : record.object;
  InodeNumber number = InodeOf(key);
  *fs = {.path = path_, .inode = number.inode, .generation = number.generation};
  if (const WatchedFilesystem* filesystem = resolver_.FilesystemOf(key); filesystem != nullptr) {
    fs->device = filesystem->device;
    fs->mount = filesystem->views.front().mount;
  }
  const ProcessFacts& facts = processes_.Find(record.pid);
  event_.pid = record.pid;
  event_.comm = facts.comm;
  event_.exe = facts.exe;
  event_.cgroup = facts.cgroup;
  event_.uid = facts.credentials ? facts.uid : 0;
  event_.gid = facts.credentials ? facts.gid : 0;
  event_.ppid = facts.credentials ? facts.ppid : 0;
  event_.attributes.clear();
  if (facts.auid) event_.attributes.push_back({"auid", std::int64_t{*facts.auid}});
  event_.flags = 0;
  if (facts.credentials) event_.flags |= kFlagCredentials;
  if ((record.mask & FAN_ONDIR) != 0) event_.flags |= kFlagDirectory;
}

void FanotifyFrames::Append(const FanotifyRecord& record, FrameBatch* batch) {
  ++counters.reported;
  if ((record.mask & FAN_Q_OVERFLOW) != 0) {
    AppendGap("fanotify", batch);
    tree_.Clear();
    renamed_.clear();
    return;
  }
  FollowTree(record);
  if ((record.mask & FAN_OPEN_EXEC) != 0) {
    PathOf(record.name, true, &path_);
    processes_.OpenedToExecute(record.pid, path_);
  }
  bool rename = (record.mask & FAN_RENAME) != 0;
  bool from = false, to = false;
  if (record.pid == own_pid_) {
    ++counters.own;
  } else if (WantsProcess(record.pid)) {
    from = PathOf(record.name, rename, &path_);
    // A change without a name is one of the link count: the link's own record says it better.
    if (record.name.directory.empty() && (record.mask & FAN_ATTRIB) != 0) from = false;
    to = rename && PathOf(record.new_name, rename, &path2_);
    if (!from && !to) ++counters.unwanted;
  } else {
    ++counters.unwanted;
  }
  if (rename) FollowRename(record);
  if (!from && !to) return;
  if (processes_.IsDownstream(record.pid)) {
    ++counters.own;
    return;
  }

  FsPayload& fs = event_.payload.emplace<FsPayload>();
  Describe(record, &fs);
  EventType renamed = kFsRename;
  if (rename) {
    if (from && !to) renamed = kFsMoveOut;
    if (to && !from) {
      renamed = kFsMoveIn;
      path_.swap(path2_);
      fs.path = path_;
    }
    if (path2_.starts_with('/')) fs.path2 = path2_;
  }
  constexpr std::uint64_t kChanges = FAN_CREATE | FAN_MODIFY | FAN_ATTRIB | FAN_CLOSE_WRITE | FAN_RENAME;
  bool deleted = (record.mask & (FAN_DELETE | FAN_DELETE_SELF)) != 0;
  if (stat_ && !deleted && (record.mask & kChanges) != 0) LookUp(renamed == kFsRename && rename ? path2_ : path_, &fs);

  TypeList types = TypesOf(record.mask);
  if (types.count > 1) event_.flags |= kFlagSplit;
  for (EventType type : types) {
    if (type == kFsCreate) {
      type = TypeOfCreated(path_);
      if (type == kFsSymlink) fs.path2 = target_;
      Put(type, batch);
      if (type == kFsSymlink) fs.path2 = {};
      continue;
    }
    Put(type == kFsRename ? renamed : type, batch);
  }
}

void FanotifyFrames::Put(EventType type, FrameBatch* batch) {
  if (!selection_.WantsType(type)) {
    ++counters.unwanted;
    return;
  }
  event_.type = type;
  ids_.Stamp(&event_, now_);
  last_wall_ns_ = event_.wall_ns;
  batch->Append(event_);
  ++counters.events;
}

void FanotifyFrames::AppendGap(std::string_view cause, FrameBatch* batch) {
  Event gap = LostEvent({.cause = cause, .since_ns = last_wall_ns_, .boundary = Boundary::kKernel}, &ids_, now_);
  gap.host = host_;
  gap.tenant = tenant_;
  last_wall_ns_ = gap.wall_ns;
  batch->Append(gap);
  ++counters.events;
  ++counters.gaps;
}

// Who did it is not known: so a command's capture says nothing of it.
void FanotifyFrames::AppendMount(const Mount& mount, bool mounted, FrameBatch* batch) {
  if (command_ != 0) return;
  Event event;
  event.type = mounted ? kSystemMount : kSystemUnmount;
  event.boundary = Boundary::kKernel;
  event.host = host_;
  event.tenant = tenant_;
  event.payload = SystemPayload{.subject = mount.point, .object = mount.type};
  ids_.Stamp(&event, now_);
  last_wall_ns_ = event.wall_ns;
  batch->Append(event);
  ++counters.events;
}

void FanotifyFrames::AppendBarrier(std::string_view token, FrameBatch* batch) {
  Event barrier = BarrierEvent(token);
  barrier.host = host_;
  barrier.tenant = tenant_;
  ids_.Stamp(&barrier, now_);
  last_wall_ns_ = barrier.wall_ns;
  batch->Append(barrier);
  ++counters.events;
}

// Of renames a to b, b to a, a to b by one process, the third is merged into the first while that is queued: the tree
// then ends at a. So directories that moved more than once in one backlog are asked for again.
void FanotifyFrames::QueueIsEmpty() {
  if (renamed_.size() > 1) {
    std::ranges::sort(renamed_);
    for (auto at = renamed_.begin(); (at = std::adjacent_find(at, renamed_.end())) != renamed_.end();) {
      DirectoryTree::Id id = *at;
      resolver_.Refresh(id);
      at = std::upper_bound(at, renamed_.end(), id);
    }
  }
  renamed_.clear();
}

}  // namespace vexevt
