// CallerTable: who a thread that calls us is. Its facts are read from /proc at its first operation, while it waits for
// the answer, so it is there. Later its name is read again, at most every kTrustNs, to see an exec or a new owner of
// the number; a process that ran another program for less than that may go by its old name.
//
// Bounded. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "lib/base/clock.h"
#include "lib/base/unique_fd.h"
#include "lib/capture/process_facts.h"

namespace vexevt {

class CallerTable {
 public:
  static constexpr std::uint64_t kTrustNs = 100 * kNsPerUs;

  // Valid as long as the caller keeps it, and unchanged.
  std::shared_ptr<const ProcessFacts> Find(std::uint32_t tid, std::uint64_t now_ns);

 private:
  struct Entry {
    std::shared_ptr<const ProcessFacts> facts;
    UniqueFd comm;
    std::uint64_t checked_ns = 0;
  };
  struct alignas(64) Shard {
    std::mutex mutex;
    std::unordered_map<std::uint32_t, Entry> entries;
  };
  static constexpr std::size_t kShards = 16, kMostOfShard = 64;

  void MakeRoom(Shard* shard);

  std::array<Shard, kShards> shards_;
};

}  // namespace vexevt
