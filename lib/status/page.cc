#include "lib/status/page.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <new>
#include <type_traits>

namespace vexevt {
namespace {

constexpr std::uint64_t kMagic = 0x3276'7473'7476'6578;  // "xevtstv2": another layout has another number
constexpr std::size_t kNumbers = sizeof(StatusNumbers) / sizeof(std::uint64_t);
static_assert(std::is_trivially_copyable_v<StatusNumbers>);
using Words = std::array<std::uint64_t, kNumbers>;

// As it lies in the memory.
struct Layout {
  std::uint64_t magic;
  std::uint64_t started_wall_ns;
  char tool[32];  // texts end with a zero byte
  char input[256];
  char output[256];
  std::atomic<std::uint64_t> turn;  // odd: the numbers are being written
  std::atomic<std::uint64_t> numbers[kNumbers];
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

// Neither we nor who shares the memory can be made to fault by somebody who cuts it off.
constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

template <std::size_t N>
void Put(std::string_view text, char (&to)[N]) {
  text = text.substr(0, N - 1);
  std::copy(text.begin(), text.end(), to);
}

template <std::size_t N>
std::string Take(const char (&from)[N]) {
  return {from, ::strnlen(from, N)};
}

// A copy of the numbers that were written at once; the writer is done with them in nanoseconds, if it is honest.
bool TakeNumbers(const Layout& page, StatusNumbers* numbers) {
  Words words;
  for (int attempt = 0; attempt < 10'000; ++attempt) {
    const std::uint64_t turn = page.turn.load(std::memory_order_acquire);  // pairs with the release in Publish
    for (std::size_t i = 0; i < kNumbers; ++i) words[i] = page.numbers[i].load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_acquire);  // pairs with the release fence in Publish
    if (turn % 2 == 1 || page.turn.load(std::memory_order_relaxed) != turn) continue;
    *numbers = std::bit_cast<StatusNumbers>(words);
    return true;
  }
  return false;
}

}  // namespace

StatusPage::StatusPage(const StatusFacts& facts) {
  UniqueFd fd(::memfd_create("vexevt-status", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd || ::ftruncate(fd.get(), sizeof(Layout)) != 0 || ::fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) return;
  void* memory = ::mmap(nullptr, sizeof(Layout), PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (memory == MAP_FAILED) return;
  auto* page = new (memory) Layout{};
  page->started_wall_ns = facts.started_wall_ns;
  Put(facts.tool, page->tool);
  Put(facts.input, page->input);
  Put(facts.output, page->output);
  page->magic = kMagic;
  memory_ = memory;
  fd_ = std::move(fd);
}

StatusPage::~StatusPage() {
  if (memory_ != nullptr) ::munmap(memory_, sizeof(Layout));
}

void StatusPage::Publish(const StatusNumbers& numbers) {
  if (memory_ == nullptr) return;
  auto& page = *static_cast<Layout*>(memory_);
  const auto words = std::bit_cast<Words>(numbers);
  const std::uint64_t turn = page.turn.load(std::memory_order_relaxed);
  page.turn.store(turn + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);  // pairs with the acquire fence in TakeNumbers
  for (std::size_t i = 0; i < kNumbers; ++i) page.numbers[i].store(words[i], std::memory_order_relaxed);
  page.turn.store(turn + 2, std::memory_order_release);  // pairs with the acquire in TakeNumbers
}

std::optional<StatusReading> ReadStatusPage(int fd) {
  struct stat status;
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size != sizeof(Layout)) return {};
  const int seals = ::fcntl(fd, F_GET_SEALS);
  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0) return {};
  void* memory = ::mmap(nullptr, sizeof(Layout), PROT_READ, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return {};
  const auto& page = *static_cast<const Layout*>(memory);
  std::optional<StatusReading> reading;
  if (page.magic == kMagic) {
    reading.emplace();
    reading->facts = {Take(page.tool), Take(page.input), Take(page.output), page.started_wall_ns};
    if (!TakeNumbers(page, &reading->numbers)) reading.reset();
  }
  ::munmap(memory, sizeof(Layout));
  return reading;
}

}  // namespace vexevt
