#include <sys/inotify.h>

#include <unordered_map>

#include "lib/capture/inotify_source.h"

namespace vexevt {

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
    const Node directory = waiting.back().node;
    const std::size_t from = waiting.back().since;
    waiting.pop_back();
    std::vector<DirectoryEntry> entries = watcher_.List(directory);
    // What was reported until now: an entry whose first record says that it came will be told by that record.
    VEXEVT_TRY(queue_.ReadAhead(SystemClock().Now()));
    std::unordered_map<std::string, std::uint32_t> first;  // the first record of each name
    InotifyRecord record;
    queue_.Find(
        from,
        [&](const InotifyRecord& other) {
          if (other.watch == tree().watch(directory)) first.try_emplace(std::string(other.name), other.mask);
          return false;
        },
        &record);
    for (const auto& [name, mask] : first) {
      // What goes first of all was there before the watch.
      if (!(mask & (IN_DELETE | IN_MOVED_FROM))) continue;
      bool is_directory = (mask & IN_ISDIR) != 0;
      Tell(is_directory ? kFsMkdir : kFsCreate, watcher_.PathOf(directory, name), {},
           is_directory ? kFlagDirectory | kFlagSynthetic : kFlagSynthetic);
    }
    for (const DirectoryEntry& entry : entries) {
      auto it = first.find(entry.name);
      if (it != first.end() && (it->second & (IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM))) continue;
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
  for (const auto& [node, root] : roots_) {
    if (root.whole) before.push_back(node);
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

}  // namespace vexevt
