// ProcessTable: who a pid is. Facts are read from /proc once for each process and exec, and kept when it is gone.
//
// Told by a ProcConnector (Forked, Executed, …) it is exact: a new process under an old pid is a new entry. Without
// one, a descriptor of /proc/PID kept open tells whether that process is still there, and its name is read again once a
// batch to see an exec. Bounded: what has exited longest ago goes first. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "lib/base/unique_fd.h"
#include "lib/capture/downstream.h"
#include "lib/capture/proc_connector.h"
#include "lib/capture/process_facts.h"

namespace vexevt {

class ProcessTable final : public ProcListener {
 public:
  // `told`: a connector will tell. `limit`: processes kept.
  ProcessTable(bool told, std::size_t limit, Downstream downstream = {}, bool auid = false)
      : told_(told), limit_(limit), downstream_(std::move(downstream)), auid_(auid) {}

  void BeginBatch() { ++batch_; }

  // Valid until the next call of any member.
  const ProcessFacts& Find(std::uint32_t pid);

  // In queue order: `pid` opened `path` to execute it. Names a process that had ended before it was looked up.
  void OpenedToExecute(std::uint32_t pid, std::string_view path);

  // Whether it reads what we write.
  bool IsDownstream(std::uint32_t pid);

  // From now on Contains tells of `pid`, a process that exists, and its descendants.
  void WatchTree(std::uint32_t pid);
  bool Contains(std::uint32_t pid);  // whether it is, or was, of the watched tree

  void Forked(std::uint32_t parent, std::uint32_t child) override;
  void Executed(std::uint32_t pid) override;
  void Changed(std::uint32_t pid) override;
  void Exited(std::uint32_t pid) override;
  void Missed() override;

  std::size_t size() const { return entries_.size(); }

 private:
  enum class Kin : std::uint8_t { kUnknown, kMember, kStranger };
  struct Program {
    std::string comm, exe;  // empty: none
    bool whole = false;     // what is opened next is of another exec

    void Open(std::string_view path);
  };
  struct Entry {
    ProcessFacts facts;
    UniqueFd comm;  // /proc/PID/comm, where not told: reading it fails once that process is gone
    std::uint64_t serial = 0;
    std::uint64_t checked = 0;  // the batch in which it last was
    bool loaded = false;
    bool exited = false;
    Program opened;          // to execute, most recently
    bool ahead = false;      // `opened` is of an exec that was not told yet
    std::uint32_t owed = 0;  // execs that were told, of which not all has been opened yet
    bool nameless = false;   // it had ended before its executable could be read after exec: `opened` tells,
    bool has_comm = false;   // but not the name
    bool downstream = false;
    std::size_t ends = 0;  // of downstream_, when it was looked at
    Kin kin = Kin::kUnknown;
  };

  Entry& Get(std::uint32_t pid);
  void Load(std::uint32_t pid, Entry* entry);  // facts stay as they are where it is gone
  void Check(std::uint32_t pid, Entry* entry);
  static void TakeName(Entry* entry);
  void LookDownstream(int directory, Entry* entry);
  bool HoldsParent(std::uint32_t pid);
  void MakeRoom();
  Kin KinByAncestors(std::uint32_t pid, int depth);

  bool told_;
  std::size_t limit_;
  Downstream downstream_;
  bool auid_;
  std::uint64_t batch_ = 1;
  std::uint64_t serials_ = 0;
  std::uint32_t root_ = 0;  // of the watched tree
  std::unordered_map<std::uint32_t, Entry> entries_;
  std::deque<std::pair<std::uint32_t, std::uint64_t>> order_;  // pid and serial: who may go first
  std::uint32_t last_pid_ = 0;
  Entry* last_ = nullptr;
};

}  // namespace vexevt
