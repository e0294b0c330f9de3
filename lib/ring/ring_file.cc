#include "lib/ring/ring_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/units.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kDefaultLaneBytes = std::uint64_t{8} << 20;
constexpr std::uint32_t kDefaultLanes = 32;

constexpr std::uint64_t kSharedOffset = kRingPage;
constexpr std::uint64_t kCellsOffset = 2 * kRingPage;
constexpr std::uint64_t SlotsOffset(std::uint32_t lanes) { return kCellsOffset + std::uint64_t{lanes} * kRingPage; }
constexpr std::uint64_t DataOffset(std::uint32_t lanes) {
  const std::uint64_t slots = std::uint64_t{kRingSlots} * lanes * sizeof(std::uint64_t);
  return SlotsOffset(lanes) + (slots + kRingPage - 1) / kRingPage * kRingPage;
}

struct flock LockOf(short type, std::int64_t first, std::int64_t count) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = first;
  lock.l_len = count;
  return lock;
}

Status ParseOption(std::string_view option, const std::string& whole, RingName* name) {
  const auto value = [&] { return option.substr(option.find('=') + 1); };
  const auto refuse = [&](std::string_view why) {
    return InvalidArgument(fmt::format("'ring:{}': '{}' {}", whole, option, why));
  };
  if (option == "block" || option == "overwrite") {
    name->mode = option == "block" ? RingMode::kBlock : RingMode::kOverwrite;
  } else if (option.starts_with("size=")) {
    const auto bytes = ParseSize(value());
    if (!bytes.ok()) return refuse(bytes.status().message());
    if (*bytes < kMinLaneBytes || *bytes > kMaxLaneBytes) return refuse("is not between 64K and 1G");
    name->lane_bytes = std::bit_ceil(*bytes);
  } else if (option.starts_with("lanes=")) {
    const auto lanes = ParseCount(value());
    if (!lanes.ok()) return refuse(lanes.status().message());
    if (*lanes < 1 || *lanes > kMaxLanes) return refuse("is not between 1 and 64");
    name->lanes = static_cast<std::uint32_t>(*lanes);
  } else {
    return refuse("is no option of a ring: those are block, overwrite, size=SIZE and lanes=COUNT");
  }
  return Status::Ok();
}

}  // namespace

Result<RingName> ParseRingName(const std::string& text) {
  RingName name;
  std::string_view rest = text;
  name.path = rest.substr(0, rest.find(','));
  if (name.path.empty()) return InvalidArgument(fmt::format("'ring:{}' needs a path", text));
  rest.remove_prefix(name.path.size());
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view option = rest.substr(0, rest.find(','));
    VEXEVT_TRY(ParseOption(option, text, &name));
    rest.remove_prefix(option.size());
  }
  return name;
}

Result<RingFile> RingFile::OpenOrMake(const RingName& name) {
  UniqueFd fd(::open(name.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600));
  if (!fd) return ErrnoStatus(fmt::format("cannot open '{}'", name.path), errno);
  RingFile file(name.path, std::move(fd));
  // Of two who come at once, one makes it.
  struct flock lock = LockOf(F_WRLCK, kMakerLock, 1);
  while (::fcntl(file.fd_.get(), F_OFD_SETLKW, &lock) != 0) {
    if (errno != EINTR) return ErrnoStatus(fmt::format("cannot lock '{}'", name.path), errno);
  }
  struct stat found;
  if (::fstat(file.fd_.get(), &found) != 0) return ErrnoStatus(fmt::format("cannot open '{}'", name.path), errno);
  if (S_ISREG(found.st_mode) && found.st_size == 0) VEXEVT_TRY(file.Make(name));
  file.Unlock(kMakerLock);
  VEXEVT_TRY(file.Check(name));
  VEXEVT_TRY(file.MapFront());
  return file;
}

Result<RingFile> RingFile::Open(const RingName& name) {
  UniqueFd fd(::open(name.path.c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!fd) return ErrnoStatus(fmt::format("cannot open '{}'", name.path), errno);
  RingFile file(name.path, std::move(fd));
  VEXEVT_TRY(file.Check(name));
  VEXEVT_TRY(file.MapFront());
  return file;
}

// The header comes last: a file without one is not a ring yet.
Status RingFile::Make(const RingName& name) {
  const auto failed = [&] { return ErrnoStatus(fmt::format("cannot make the ring '{}'", path_), errno); };
  const RingHeader header{.magic = kRingMagic,
                          .lanes = name.lanes.value_or(kDefaultLanes),
                          .mode = name.mode.value_or(RingMode::kOverwrite),
                          .lane_bytes = name.lane_bytes.value_or(kDefaultLaneBytes)};
  const std::uint64_t front = DataOffset(header.lanes);
  if (::ftruncate(fd_.get(), static_cast<off_t>(front + header.lanes * header.lane_bytes)) != 0) return failed();
  if (::fallocate(fd_.get(), 0, 0, static_cast<off_t>(front)) != 0 && errno != EOPNOTSUPP) return failed();
  const std::vector<std::uint64_t> free_slots((front - SlotsOffset(header.lanes)) / 8, ~std::uint64_t{0});
  const auto write = [&](std::span<const std::byte> bytes, std::uint64_t offset) {
    return ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)) ==
           static_cast<ssize_t>(bytes.size());
  };
  if (!write(std::as_bytes(std::span(free_slots)), SlotsOffset(header.lanes)) ||
      !write(std::as_bytes(std::span(&header, 1)), 0)) {
    return failed();
  }
  return Status::Ok();
}

Status RingFile::Check(const RingName& name) {
  struct stat found;
  if (::fstat(fd_.get(), &found) != 0) return ErrnoStatus(fmt::format("cannot open '{}'", path_), errno);
  const bool whole = S_ISREG(found.st_mode) &&
                     ::pread(fd_.get(), &header_, sizeof header_, 0) == static_cast<ssize_t>(sizeof header_) &&
                     header_.magic == kRingMagic;
  if (!whole) return InvalidArgument(fmt::format("'{}' is not a ring", path_));
  if (header_.lanes < 1 || header_.lanes > kMaxLanes || header_.lane_bytes < kMinLaneBytes ||
      header_.lane_bytes > kMaxLaneBytes || !std::has_single_bit(header_.lane_bytes) ||
      (header_.mode != RingMode::kOverwrite && header_.mode != RingMode::kBlock) ||
      static_cast<std::uint64_t>(found.st_size) < data_offset() + header_.lanes * header_.lane_bytes) {
    return DataLoss(fmt::format("'{}' is a damaged ring", path_));
  }
  if (name.mode.value_or(header_.mode) != header_.mode || name.lanes.value_or(header_.lanes) != header_.lanes ||
      name.lane_bytes.value_or(header_.lane_bytes) != header_.lane_bytes) {
    return InvalidArgument(fmt::format("the ring '{}' was made with {},size={},lanes={}", path_,
                                       header_.mode == RingMode::kBlock ? "block" : "overwrite", header_.lane_bytes,
                                       header_.lanes));
  }
  return Status::Ok();
}

Status RingFile::MapFront() {
  auto front = Mapping::Map(fd_.get(), 0, data_offset(), Mapping::Access::kReadWrite);
  if (!front.ok()) return std::move(front).status().WithContext(path_);
  front_ = *std::move(front);
  return Status::Ok();
}

std::uint64_t RingFile::data_offset() const { return DataOffset(header_.lanes); }

// Objects of lock-free atomics over zeroed memory: what the writers of the file, and mmap, have made them.
RingShared& RingFile::shared() const { return *reinterpret_cast<RingShared*>(front_.data() + kSharedOffset); }

LaneCells& RingFile::cells(std::uint32_t lane) const {
  return *reinterpret_cast<LaneCells*>(front_.data() + kCellsOffset + std::size_t{lane} * kRingPage);
}

std::atomic<std::uint64_t>& RingFile::slot(std::uint32_t slot, std::uint32_t lane) const {
  auto* const slots = reinterpret_cast<std::atomic<std::uint64_t>*>(front_.data() + SlotsOffset(header_.lanes));
  return slots[std::size_t{slot} * header_.lanes + lane];
}

Result<Mapping> RingFile::MapLane(std::uint32_t lane, Mapping::Access access) const {
  auto mapping = Mapping::MapTwice(fd_.get(), data_offset() + lane * header_.lane_bytes, header_.lane_bytes, access);
  if (!mapping.ok()) return std::move(mapping).status().WithContext(path_);
  return mapping;
}

LaneWords RingFile::WordsOf(const Mapping& lane) const {
  return {reinterpret_cast<std::uint64_t*>(lane.data()), header_.lane_bytes - 1};
}

Status RingFile::Allocate(std::uint32_t lane) const {
  const auto offset = static_cast<off_t>(data_offset() + lane * header_.lane_bytes);
  if (::fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, offset, static_cast<off_t>(header_.lane_bytes)) == 0) return {};
  if (errno == EOPNOTSUPP) return {};
  return ErrnoStatus(fmt::format("cannot take a lane of the ring '{}'", path_), errno);
}

bool RingFile::TryLock(std::int64_t byte) const {
  struct flock lock = LockOf(F_WRLCK, byte, 1);
  return ::fcntl(fd_.get(), F_OFD_SETLK, &lock) == 0;
}

void RingFile::Unlock(std::int64_t byte) const {
  struct flock lock = LockOf(F_UNLCK, byte, 1);
  ::fcntl(fd_.get(), F_OFD_SETLK, &lock);
}

bool RingFile::IsLocked(std::int64_t first, std::int64_t count) const {
  struct flock lock = LockOf(F_WRLCK, first, count);
  return ::fcntl(fd_.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

Status RingFile::Broken() const { return DataLoss(fmt::format("the ring '{}' was made shorter under us", path_)); }

}  // namespace vexevt
