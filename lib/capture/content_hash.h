// ContentHash: what a file holds, as 64 hexadecimal digits of BLAKE2b, as `b2sum -l 256` prints them.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace vexevt {

struct ContentHash {
  std::string digest;   // empty: not hashed,
  std::string missing;  // and why: gone, replaced, larger than …, changed, unreadable, not a file
};

// Of the file at `path` while it is the one with `inode` (0: any), holds at most `most_bytes`, and does not change
// meanwhile. Ends early, with whatever result, once `stop` is set.
ContentHash HashContent(const std::string& path, std::uint64_t inode, std::uint64_t most_bytes,
                        const std::atomic<bool>& stop);

}  // namespace vexevt
