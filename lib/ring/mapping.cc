#include "lib/ring/mapping.h"

#include <signal.h>
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>

namespace vexevt {
namespace {

// What the handler looks through. An entry belongs to one mapping from the store of its `bytes` on.
struct GuardEntry {
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<std::size_t> bytes{0};
  std::atomic<bool> used{false}, broken{false};
};
// Every lane of every ring that a process has open is one.
std::array<GuardEntry, 1024> guards;
struct sigaction previous;

void OnBusError(int signal, siginfo_t* info, void* context) {
  const int saved = errno;
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (GuardEntry& guard : guards) {
    const std::size_t bytes = guard.bytes.load(std::memory_order_acquire);
    const std::uintptr_t begin = guard.begin.load(std::memory_order_relaxed);
    if (address < begin || address - begin >= bytes) continue;
    void* const zeros = ::mmap(reinterpret_cast<void*>(begin), bytes, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (zeros == MAP_FAILED) break;
    guard.broken.store(true, std::memory_order_relaxed);
    errno = saved;
    return;
  }
  if ((previous.sa_flags & SA_SIGINFO) != 0 && previous.sa_sigaction != nullptr) {
    return previous.sa_sigaction(signal, info, context);
  }
  if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) return previous.sa_handler(signal);
  ::signal(signal, SIG_DFL);  // the access is tried again, and ends the process
}

void CatchBusErrors() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action = {};
    action.sa_sigaction = OnBusError;
    action.sa_flags = SA_SIGINFO;
    ::sigaction(SIGBUS, &action, &previous);
  });
}

}  // namespace

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(guard_, other.guard_);
  return *this;
}

Mapping::~Mapping() {
  if (data_ == nullptr) return;
  if (guard_ >= 0) {
    GuardEntry& guard = guards[static_cast<std::size_t>(guard_)];
    guard.bytes.store(0, std::memory_order_relaxed);
    guard.used.store(false, std::memory_order_release);
  }
  ::munmap(data_, bytes_);
}

Status Mapping::Guard() {
  CatchBusErrors();
  for (std::size_t i = 0; i < guards.size(); ++i) {
    GuardEntry& guard = guards[i];
    if (guard.used.exchange(true, std::memory_order_acquire)) continue;
    guard.broken.store(false, std::memory_order_relaxed);
    guard.begin.store(reinterpret_cast<std::uintptr_t>(data_), std::memory_order_relaxed);
    guard.bytes.store(bytes_, std::memory_order_release);
    guard_ = static_cast<int>(i);
    return Status::Ok();
  }
  return ResourceExhausted("too many lanes of rings are open in this process");
}

Result<Mapping> Mapping::Map(int fd, std::uint64_t offset, std::size_t bytes, Access access) {
  const int protection = access == Access::kRead ? PROT_READ : PROT_READ | PROT_WRITE;
  void* const at = ::mmap(nullptr, bytes, protection, MAP_SHARED, fd, static_cast<off_t>(offset));
  if (at == MAP_FAILED) return ErrnoStatus("cannot map the file", errno);
  Mapping mapping(static_cast<std::byte*>(at), bytes);
  VEXEVT_TRY(mapping.Guard());
  return mapping;
}

Result<Mapping> Mapping::MapTwice(int fd, std::uint64_t offset, std::size_t bytes, Access access) {
  const int protection = access == Access::kRead ? PROT_READ : PROT_READ | PROT_WRITE;
  void* const room = ::mmap(nullptr, 2 * bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) return ErrnoStatus("cannot map the file", errno);
  Mapping mapping(static_cast<std::byte*>(room), 2 * bytes);
  for (std::byte* at : {mapping.data_, mapping.data_ + bytes}) {
    if (::mmap(at, bytes, protection, MAP_SHARED | MAP_FIXED, fd, static_cast<off_t>(offset)) == MAP_FAILED) {
      return ErrnoStatus("cannot map the file", errno);
    }
  }
  VEXEVT_TRY(mapping.Guard());
  return mapping;
}

bool Mapping::broken() const {
  return guard_ >= 0 && guards[static_cast<std::size_t>(guard_)].broken.load(std::memory_order_relaxed);
}

}  // namespace vexevt
