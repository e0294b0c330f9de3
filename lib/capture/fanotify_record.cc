#include "lib/capture/fanotify_record.h"

#include <linux/fanotify.h>

#include <cstring>

#include "lib/base/bytes.h"

namespace vexevt {
namespace {

constexpr std::size_t kInfoHeader = sizeof(fanotify_event_info_header);
constexpr std::size_t kFsidBytes = sizeof(__kernel_fsid_t);
constexpr std::size_t kHandleHeader = 8;  // handle_bytes and handle_type of struct file_handle

// An info record after its header: fsid, file handle and, where `named`, a name that ends with a 0.
bool ReadFid(std::span<const std::byte> bytes, ObjectKey* key, std::string_view* name) {
  if (bytes.size() < kFsidBytes + kHandleHeader) return false;
  std::size_t size = kFsidBytes + kHandleHeader + Load<std::uint32_t>(bytes.data() + kFsidBytes);
  if (size > bytes.size() || size > kMaxKeyBytes) return false;
  *key = AsText(bytes.first(size));
  if (name != nullptr) {
    std::string_view rest = AsText(bytes.subspan(size));
    std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) return false;
    *name = rest.substr(0, end);
  }
  return true;
}

}  // namespace

bool FanotifyReader::Fail() {
  rest_ = {};
  bad_ = true;
  return false;
}

bool FanotifyReader::Next(FanotifyRecord* record) {
  if (rest_.empty()) return false;
  if (rest_.size() < sizeof(fanotify_event_metadata)) return Fail();
  auto metadata = Load<fanotify_event_metadata>(rest_.data());
  if (metadata.vers != FANOTIFY_METADATA_VERSION || metadata.metadata_len < sizeof metadata ||
      metadata.event_len < metadata.metadata_len || metadata.event_len > rest_.size()) {
    return Fail();
  }
  *record = {.mask = metadata.mask, .pid = static_cast<std::uint32_t>(metadata.pid)};
  std::span<const std::byte> infos =
      rest_.subspan(metadata.metadata_len, metadata.event_len - std::size_t{metadata.metadata_len});
  rest_ = rest_.subspan(metadata.event_len);
  while (!infos.empty()) {
    if (infos.size() < kInfoHeader) return Fail();
    auto header = Load<fanotify_event_info_header>(infos.data());
    if (header.len < kInfoHeader || header.len > infos.size()) return Fail();
    std::span<const std::byte> body = infos.subspan(kInfoHeader, header.len - kInfoHeader);
    infos = infos.subspan(header.len);
    bool good = true;
    switch (header.info_type) {
      case FAN_EVENT_INFO_TYPE_FID:
        good = ReadFid(body, &record->object, nullptr);
        break;
      case FAN_EVENT_INFO_TYPE_DFID:
        good = ReadFid(body, &record->name.directory, nullptr);
        record->name.name = ".";
        break;
      case FAN_EVENT_INFO_TYPE_DFID_NAME:
      case FAN_EVENT_INFO_TYPE_OLD_DFID_NAME:
        good = ReadFid(body, &record->name.directory, &record->name.name);
        break;
      case FAN_EVENT_INFO_TYPE_NEW_DFID_NAME:
        good = ReadFid(body, &record->new_name.directory, &record->new_name.name);
        break;
      default:  // what a newer kernel adds
        break;
    }
    if (!good) return Fail();
  }
  return true;
}

std::uint64_t FsidOf(ObjectKey key) { return key.size() >= kFsidBytes ? Load<std::uint64_t>(key.data()) : 0; }

std::string_view HandleOf(ObjectKey key) { return key.substr(kFsidBytes); }

// Types and layouts: enum fid_type in the kernel's include/linux/exportfs.h; shmem_encode_fh in mm/shmem.c, which gives
// 12 bytes under the type of 8.
InodeNumber InodeOf(ObjectKey key) {
  if (key.size() < kFsidBytes + kHandleHeader) return {};
  auto type = Load<std::uint32_t>(key.data() + kFsidBytes + 4);
  std::string_view bytes = key.substr(kFsidBytes + kHandleHeader);
  auto word = [&](std::size_t index) { return Load<std::uint32_t>(bytes.data() + 4 * index); };
  if (type == 0x01 && bytes.size() == 8) return {word(0), word(1)};
  if (type == 0x01 && bytes.size() == 12) return {std::uint64_t{word(2)} << 32 | word(1), word(0)};
  if (type == 0x02 && bytes.size() >= 8) return {word(0), word(1)};  // with the parent's
  if (type == 0x81 && bytes.size() >= 12) return {std::uint64_t{word(1)} << 32 | word(0), word(2)};  // xfs and others
  if ((type == 0x4d || type == 0x4e || type == 0x4f) && bytes.size() >= 20) {                        // btrfs
    return {std::uint64_t{word(1)} << 32 | word(0), word(4)};
  }
  return {};
}

}  // namespace vexevt
