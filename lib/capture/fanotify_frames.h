// FanotifyFrames: turns fanotify's records, in queue order, into frames: paths, processes, types, selection. The
// kernel is asked only for what is met for the first time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/capture/directory_resolver.h"
#include "lib/capture/directory_tree.h"
#include "lib/capture/fanotify.h"
#include "lib/capture/fanotify_record.h"
#include "lib/capture/process_table.h"
#include "lib/capture/source.h"
#include "lib/event/id_source.h"
#include "lib/io/mounts.h"

namespace vexevt {

class FanotifyFrames {
 public:
  // `told` as for ProcessTable. `clock` outlives this.
  FanotifyFrames(const FanotifyOptions& options, bool told, Clock& clock);

  DirectoryTree& tree() { return tree_; }
  DirectoryResolver& resolver() { return resolver_; }
  ProcessTable& processes() { return processes_; }

  void BeginBatch(Instant now);  // what is appended from now on was read at `now`
  void Append(const FanotifyRecord& record, FrameBatch* batch);
  void AppendBarrier(std::string_view token, FrameBatch* batch);
  void AppendGap(std::string_view cause, FrameBatch* batch);
  void AppendMount(const Mount& mount, bool mounted, FrameBatch* batch);
  void QueueIsEmpty();

  SourceCounters counters;

 private:
  bool WantsProcess(std::uint32_t pid);
  void FollowTree(const FanotifyRecord& record);
  void FollowRename(const FanotifyRecord& record);
  // The path of what a name stands for, into *path. False: not selected; then *path is set only if `anyway`.
  bool PathOf(const FanotifyRecord::Name& name, bool anyway, std::string* path);
  void Describe(const FanotifyRecord& record, FsPayload* fs);
  void LookUp(const std::string& path, FsPayload* fs);
  EventType TypeOfCreated(const std::string& path);
  void Put(EventType type, FrameBatch* batch);

  Selection selection_;
  bool stat_;
  std::uint32_t own_pid_, command_;
  std::string host_, tenant_;
  DirectoryTree tree_;
  DirectoryResolver resolver_;
  ProcessTable processes_;
  EventIds ids_;
  Instant now_;
  std::uint64_t last_wall_ns_ = 0;  // of the last event

  Event event_;  // reused
  std::string path_, path2_, target_;
  std::uint16_t links_ = 0;                 // of the object looked up
  std::vector<DirectoryTree::Id> renamed_;  // since the queue was last empty
};

}  // namespace vexevt
