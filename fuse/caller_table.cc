#include "fuse/caller_table.h"

#include <utility>

namespace vexevt {

std::shared_ptr<const ProcessFacts> CallerTable::Find(std::uint32_t tid, std::uint64_t now_ns) {
  static const auto kUnknown = std::make_shared<const ProcessFacts>();
  if (tid == 0) return kUnknown;
  Shard& shard = shards_[tid % kShards];
  std::lock_guard lock(shard.mutex);
  if (shard.entries.size() > kMostOfShard) MakeRoom(&shard);
  Entry& entry = shard.entries[tid];
  if (entry.facts != nullptr) {
    if (now_ns - entry.checked_ns < kTrustNs) return entry.facts;
    if (NameStillIs(entry.comm, entry.facts->comm) == NameState::kSame) {
      entry.checked_ns = now_ns;
      return entry.facts;
    }
  }
  auto facts = std::make_shared<ProcessFacts>();
  UniqueFd comm;
  UniqueFd directory = OpenProcess(tid);
  if (directory && ReadProcessFacts(directory.get(), facts.get(), &comm)) {
    if (facts->tgid != 0 && facts->tgid != tid) {
      // A thread: the event's process is the whole, and goes by its name.
      ProcessFacts process;
      UniqueFd process_comm, process_directory = OpenProcess(facts->tgid);
      if (process_directory && ReadProcessFacts(process_directory.get(), &process, &process_comm)) {
        *facts = std::move(process);
        comm = std::move(process_comm);
      }
    }
    entry.facts = std::move(facts);
    entry.comm = std::move(comm);
  } else if (entry.facts == nullptr) {
    entry.facts = kUnknown;
  }  // else it is gone, as after its last close: it is still who it was
  entry.checked_ns = now_ns;
  return entry.facts;
}

void CallerTable::MakeRoom(Shard* shard) {
  auto oldest = shard->entries.begin();
  for (auto at = shard->entries.begin(); at != shard->entries.end(); ++at) {
    if (at->second.checked_ns < oldest->second.checked_ns) oldest = at;
  }
  shard->entries.erase(oldest);
}

}  // namespace vexevt
