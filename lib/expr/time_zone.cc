#include "lib/expr/time_zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "lib/base/bytes.h"
#include "lib/expr/posix_zone.h"

namespace vexevt {
namespace {

// TZif is big-endian.
std::int64_t BigInt64(const char* at) { return static_cast<std::int64_t>(__builtin_bswap64(Load<std::uint64_t>(at))); }
std::int32_t BigInt32(const char* at) { return static_cast<std::int32_t>(__builtin_bswap32(Load<std::uint32_t>(at))); }

constexpr std::size_t kHeaderBytes = 44, kTypeBytes = 6;

// The header's counts, and how many bytes the block behind it takes with times of `time_bytes`.
struct Header {
  std::size_t utc_marks, standard_marks, leaps, changes, types, names;
  char version;

  std::size_t BlockBytes(std::size_t time_bytes) const {
    return changes * (time_bytes + 1) + types * kTypeBytes + names + leaps * (time_bytes + 4) + standard_marks +
           utc_marks;
  }
};

std::optional<Header> ReadHeader(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || !bytes.starts_with("TZif")) return std::nullopt;
  auto count = [&](std::size_t i) { return std::size_t{__builtin_bswap32(Load<std::uint32_t>(&bytes[20 + 4 * i]))}; };
  return Header{count(0), count(1), count(2), count(3), count(4), count(5), bytes[4]};
}

bool IsZoneName(std::string_view name) {
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '+' || c == '/';
  };
  return !name.empty() && name[0] != '/' && std::ranges::all_of(name, allowed);
}

}  // namespace

Result<TimeZone> TimeZone::Load(std::string_view name) {
  constexpr std::string_view kFolder = "/usr/share/zoneinfo/";
  if (name == "UTC") return TimeZone();
  if (!IsZoneName(name)) return InvalidArgument(fmt::format("'{}' is not the name of a time zone", name));
  std::ifstream file(std::string(kFolder).append(name), std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (!bytes.starts_with("TZif")) {
    return InvalidArgument(fmt::format("unknown time zone '{}': there is no '{}{}'", name, kFolder, name));
  }
  auto zone = Parse(bytes);
  if (!zone.ok()) return std::move(zone).status().WithContext(fmt::format("'{}{}'", kFolder, name));
  return zone;
}

Result<TimeZone> TimeZone::Parse(std::string_view bytes) {
  Status damaged = DataLoss("not a sound time zone file");
  auto header = ReadHeader(bytes);
  if (!header) return damaged;
  bytes.remove_prefix(kHeaderBytes);
  // From version 2 on a second block has 64-bit times; the first is for readers of old.
  std::size_t time_bytes = 4;
  if (header->version >= '2') {
    if (header->BlockBytes(4) > bytes.size()) return damaged;
    bytes.remove_prefix(header->BlockBytes(4));
    header = ReadHeader(bytes);
    if (!header) return damaged;
    bytes.remove_prefix(kHeaderBytes);
    time_bytes = 8;
  }
  if (header->BlockBytes(time_bytes) > bytes.size() || header->types == 0) return damaged;
  const char* times = bytes.data();
  const char* indexes = times + header->changes * time_bytes;
  const char* types = indexes + header->changes;

  TimeZone zone;
  zone.first_offset_ = BigInt32(types);
  for (std::size_t i = 0; i < header->changes; ++i) {
    auto type = static_cast<unsigned char>(indexes[i]);
    if (type >= header->types) return damaged;
    std::int64_t at = time_bytes == 8 ? BigInt64(times + 8 * i) : BigInt32(times + 4 * i);
    if (!zone.changes_.empty() && at <= zone.changes_.back().at) return damaged;
    zone.changes_.push_back({at, BigInt32(types + type * kTypeBytes)});
  }
  bytes.remove_prefix(header->BlockBytes(time_bytes));

  // The footer says how it goes on after the last change: unrolled here for as long as a frame can tell time.
  if (bytes.size() > 2 && bytes.front() == '\n' && bytes.back() == '\n') {
    std::int64_t last = zone.changes_.empty() ? std::numeric_limits<std::int64_t>::min() : zone.changes_.back().at;
    auto footer = UnrollPosixZone(bytes.substr(1, bytes.size() - 2));
    if (!footer) return damaged;
    if (zone.changes_.empty()) zone.first_offset_ = footer->standard_offset;
    for (const ZoneChange& change : footer->changes) {
      if (change.at > last) zone.changes_.push_back({change.at, change.offset});
    }
  }
  return zone;
}

std::int32_t TimeZone::OffsetAt(std::int64_t seconds) const {
  auto next = std::ranges::upper_bound(changes_, seconds, {}, &Change::at);
  return next == changes_.begin() ? first_offset_ : std::prev(next)->offset;
}

}  // namespace vexevt
