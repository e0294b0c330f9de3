// Bytes as a fanotify descriptor gives them, for tests and benchmarks. The layout was taken from records of a
// Linux 6.18.
#pragma once

#include <linux/fanotify.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/bytes.h"

namespace vexevt {

// fsid and handle of an inode on an ext4: type 1, inode and generation.
inline std::string Ext4Key(std::uint32_t inode, std::uint32_t generation = 0x5eed) {
  std::string key(24, '\0');
  Store<std::uint64_t>(key.data(), 0x904cb3c86ea4000e);
  Store<std::uint32_t>(key.data() + 8, 8);
  Store<std::uint32_t>(key.data() + 12, 1);
  Store<std::uint32_t>(key.data() + 16, inode);
  Store<std::uint32_t>(key.data() + 20, generation);
  return key;
}

class FanotifyBytes {
 public:
  FanotifyBytes& Record(std::uint64_t mask, std::uint32_t pid) {
    start_ = bytes_.size();
    fanotify_event_metadata metadata{};
    metadata.vers = FANOTIFY_METADATA_VERSION;
    metadata.metadata_len = sizeof metadata;
    metadata.event_len = sizeof metadata;
    metadata.mask = mask;
    metadata.fd = FAN_NOFD;
    metadata.pid = static_cast<std::int32_t>(pid);
    bytes_.resize(start_ + sizeof metadata);
    Store(bytes_.data() + start_, metadata);
    return *this;
  }

  // `name` ends with a 0 and is padded to 4 bytes; a record of type FID has none.
  FanotifyBytes& Info(std::uint8_t type, std::string_view key, std::string_view name = {}) {
    std::size_t length = sizeof(fanotify_event_info_header) + key.size() + (name.empty() ? 0 : name.size() + 1);
    length = (length + 3) & ~std::size_t{3};
    std::size_t at = bytes_.size();
    bytes_.resize(at + length);
    Store(bytes_.data() + at, fanotify_event_info_header{type, 0, static_cast<std::uint16_t>(length)});
    // copy and not memcpy: a view of nothing may be null.
    std::byte* to = bytes_.data() + at + sizeof(fanotify_event_info_header);
    key.copy(reinterpret_cast<char*>(to), key.size());
    name.copy(reinterpret_cast<char*>(to) + key.size(), name.size());
    Store(bytes_.data() + start_, static_cast<std::uint32_t>(bytes_.size() - start_));
    return *this;
  }

  FanotifyBytes& Named(std::string_view directory, std::string_view name) {
    return Info(FAN_EVENT_INFO_TYPE_DFID_NAME, directory, name);
  }
  FanotifyBytes& Object(std::string_view key) { return Info(FAN_EVENT_INFO_TYPE_FID, key); }

  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
  std::size_t start_ = 0;  // of the last record
};

}  // namespace vexevt
