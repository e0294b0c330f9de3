#include "lib/match/string_set.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "lib/base/unique_fd.h"
#include "lib/match/hash.h"

namespace vexevt {
namespace {

constexpr int kOffsetBits = 40;
constexpr std::uint64_t kOffsetMask = (std::uint64_t{1} << kOffsetBits) - 1;
constexpr std::size_t kReadBytes = std::size_t{1} << 20;

// Lists may come from anyone, so that the table must not be steerable; but a replay decides the same under any seed.
constexpr std::uint64_t kSeed = 0x9ae16a3b2f90404f;

std::uint64_t Tag(std::uint64_t hash) { return hash & ~kOffsetMask; }

// Four of 64 bits, from hash bits that choose neither the block nor the first slot of small tables.
std::uint64_t BloomBits(std::uint64_t hash) {
  const std::uint64_t one = 1;
  return one << (hash >> 58) | one << ((hash >> 52) & 63) | one << ((hash >> 46) & 63) | one << ((hash >> 40) & 63);
}

}  // namespace

Result<StringSet> StringSet::FromTexts(const std::vector<std::string>& texts) {
  StringSet set;
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size() + 1;
  set.arena_.reserve(bytes);
  for (const std::string& text : texts) {
    if (text.find('\0') != text.npos) return InvalidArgument("a text in a list holds a NUL byte");
    set.arena_ += text;
    set.arena_ += '\0';
  }
  VEXEVT_TRY(set.Index());
  return set;
}

Result<StringSet> StringSet::FromFile(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return ErrnoStatus(fmt::format("cannot open '{}'", path), errno);
  StringSet set;
  struct stat stat = {};
  if (::fstat(file.get(), &stat) == 0 && S_ISREG(stat.st_mode))
    set.arena_.reserve(static_cast<std::size_t>(stat.st_size) + kReadBytes);
  for (;;) {
    const std::size_t size = set.arena_.size();
    set.arena_.resize(size + kReadBytes);
    const ssize_t got = ::read(file.get(), set.arena_.data() + size, kReadBytes);
    set.arena_.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) break;
    if (got < 0 && errno != EINTR) return ErrnoStatus(fmt::format("cannot read '{}'", path), errno);
  }
  if (const std::size_t nul = set.arena_.find('\0'); nul != set.arena_.npos) {
    const auto lines = std::count(set.arena_.begin(), set.arena_.begin() + static_cast<std::ptrdiff_t>(nul), '\n');
    return InvalidArgument(fmt::format("{}:{}: the line holds a NUL byte", path, lines + 1));
  }

  // In place: newlines become NULs, empty lines go.
  if (!set.arena_.empty() && set.arena_.back() != '\n') set.arena_ += '\n';
  std::size_t kept = 0;
  for (const char c : set.arena_) {
    if (c != '\n') {
      set.arena_[kept++] = c;
    } else if (kept > 0 && set.arena_[kept - 1] != '\0') {
      set.arena_[kept++] = '\0';
    }
  }
  set.arena_.resize(kept);
  if (set.arena_.capacity() - kept > kept / 8) set.arena_.shrink_to_fit();
  VEXEVT_TRY(set.Index().WithContext(path));
  return set;
}

Status StringSet::Index() {
  if (arena_.size() >= kOffsetMask) return ResourceExhausted("the list is larger than 1 TiB");
  const auto texts = static_cast<std::size_t>(std::count(arena_.begin(), arena_.end(), '\0'));
  if (texts == 0) return Status::Ok();
  slots_.assign(std::bit_ceil(texts + texts / 2), 0);
  bloom_.assign(std::bit_ceil((texts + 3) / 4), 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = 0; at < arena_.size();) {
    const std::string_view text(arena_.data() + at);
    if (!Contains(text)) {
      const std::uint64_t hash = Hash(text, kSeed);
      std::size_t slot = hash & mask;
      while (slots_[slot] != 0) slot = (slot + 1) & mask;
      slots_[slot] = Tag(hash) | (at + 1);
      bloom_[hash & (bloom_.size() - 1)] |= BloomBits(hash);
      ++size_;
    }
    at += text.size() + 1;
  }
  return Status::Ok();
}

bool StringSet::Contains(std::string_view text) const {
  if (slots_.empty()) return false;
  const std::uint64_t hash = Hash(text, kSeed);
  const std::uint64_t bits = BloomBits(hash);
  if ((bloom_[hash & (bloom_.size() - 1)] & bits) != bits) return false;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
    if (Tag(slots_[slot]) != Tag(hash)) continue;
    const std::size_t at = (slots_[slot] & kOffsetMask) - 1;
    // A text that holds a NUL could span several entries, and is in no set.
    if (arena_.size() - at > text.size() && std::memcmp(arena_.data() + at, text.data(), text.size()) == 0 &&
        arena_[at + text.size()] == '\0' && text.find('\0') == text.npos) {
      return true;
    }
  }
  return false;
}

std::size_t StringSet::memory() const {
  return arena_.capacity() + (slots_.capacity() + bloom_.capacity()) * sizeof(std::uint64_t);
}

}  // namespace vexevt
