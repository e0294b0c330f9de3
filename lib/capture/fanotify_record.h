// FanotifyRecord: one record of what read(2) on a fanotify descriptor gave, taken apart and checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace vexevt {

// The fsid and file handle of an object, as the kernel wrote them: bytes to compare, a name that outlives renames.
using ObjectKey = std::string_view;

struct FanotifyRecord {
  struct Name {
    ObjectKey directory;    // empty: not told
    std::string_view name;  // "." : the directory itself
  };

  std::uint64_t mask = 0;  // FAN_*
  std::uint32_t pid = 0;   // 0: of another pid namespace
  Name name;               // of a rename the old one
  Name new_name;           // of a rename
  ObjectKey object;        // empty: not told; then it is name.directory itself where name is "."
};

class FanotifyReader {
 public:
  FanotifyReader() = default;
  explicit FanotifyReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  // False at the end. Views in *record point into the bytes. A record that is not as it should be ends the bytes: see
  // bad().
  bool Next(FanotifyRecord* record);

  bool done() const { return rest_.empty(); }
  bool bad() const { return bad_; }

 private:
  bool Fail();

  std::span<const std::byte> rest_;
  bool bad_ = false;
};

struct InodeNumber {
  std::uint64_t inode = 0;  // 0: this kind of handle does not tell
  std::uint32_t generation = 0;
};

// What the handle of a known kind tells: ext2/3/4, xfs, tmpfs, btrfs, f2fs and others.
InodeNumber InodeOf(ObjectKey key);

std::uint64_t FsidOf(ObjectKey key);

// The struct file_handle of a key, in place.
std::string_view HandleOf(ObjectKey key);

inline constexpr std::size_t kMaxKeyBytes = 8 + 8 + 128;  // fsid, header of the handle, MAX_HANDLE_SZ

}  // namespace vexevt
