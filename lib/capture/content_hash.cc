#include "lib/capture/content_hash.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "lib/base/unique_fd.h"
#include "lib/base/units.h"

namespace vexevt {
namespace {

constexpr std::size_t kHashBytes = std::size_t{256} << 10;
constexpr std::size_t kDigestBytes = 32;

UniqueFd Open(const std::string& path) {
  constexpr int kFlags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;
  UniqueFd fd(::open(path.c_str(), kFlags | O_NOATIME));
  if (!fd && errno == EPERM) fd.reset(::open(path.c_str(), kFlags));  // only for who owns it
  return fd;
}

bool SameContent(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

ContentHash HashContent(const std::string& path, std::uint64_t inode, std::uint64_t most_bytes,
                        const std::atomic<bool>& stop) {
  if (!path.starts_with('/')) return {"", "gone"};  // a path of which not all is known
  UniqueFd fd = Open(path);
  if (!fd && (errno == ENOENT || errno == ENOTDIR)) return {"", "gone"};
  if (!fd) return {"", errno == ELOOP ? "replaced" : "unreadable"};
  struct stat before, after;
  if (::fstat(fd.get(), &before) != 0) return {"", "unreadable"};
  if (inode != 0 && before.st_ino != inode) return {"", "replaced"};
  if (!S_ISREG(before.st_mode)) return {"", "not a file"};
  if (static_cast<std::uint64_t>(before.st_size) > most_bytes) return {"", "larger than " + RoundedSize(most_bytes)};

  [[maybe_unused]] static const int fastest = ::sodium_init();  // picks what this processor has instructions for
  static thread_local const auto buffer = std::make_unique_for_overwrite<unsigned char[]>(kHashBytes);
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, kDigestBytes);
  std::uint64_t left = most_bytes;
  for (;;) {
    ssize_t size = ::read(fd.get(), buffer.get(), kHashBytes);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return {"", "unreadable"};
    if (size == 0) break;
    if (static_cast<std::uint64_t>(size) > left || stop.load(std::memory_order_relaxed)) return {"", "changed"};
    left -= static_cast<std::uint64_t>(size);
    crypto_generichash_update(&state, buffer.get(), static_cast<unsigned long long>(size));
  }
  if (::fstat(fd.get(), &after) != 0 || !SameContent(before, after)) return {"", "changed"};
  std::array<unsigned char, kDigestBytes> digest;
  crypto_generichash_final(&state, digest.data(), digest.size());
  std::array<char, 2 * kDigestBytes + 1> digits;
  sodium_bin2hex(digits.data(), digits.size(), digest.data(), digest.size());
  return {digits.data(), ""};
}

}  // namespace vexevt
