// KernelRing: a ring as /dev/vexevt maps it, written by a test in the kernel's place.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "kmod/uapi/vexevt.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

class KernelRing {
 public:
  // Positions begin at `start`, as if so many bytes had gone through each lane.
  KernelRing(std::uint32_t normal_bytes, std::uint32_t urgent_bytes, std::uint64_t start = 0)
      : page_(static_cast<std::size_t>(::getpagesize())),
        bytes_(2 * page_ + 2 * (std::size_t{normal_bytes} + urgent_bytes)),
        file_(::memfd_create("ring", MFD_CLOEXEC)) {
    if (::ftruncate(file_.get(), static_cast<off_t>(2 * page_ + normal_bytes + urgent_bytes)) < 0) std::abort();
    data_ = static_cast<std::byte*>(::mmap(nullptr, bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    std::size_t at = 0;
    auto map = [&](std::size_t from, std::size_t size) {
      if (size == 0) return;
      void* got = ::mmap(data_ + at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file_.get(),
                         static_cast<off_t>(from));
      if (got == MAP_FAILED) std::abort();
      at += size;
    };
    map(0, 2 * page_);
    for (int i = 0; i < 2; ++i) map(2 * page_, normal_bytes);
    for (int i = 0; i < 2; ++i) map(2 * page_ + normal_bytes, urgent_bytes);
    *producer() = {.abi = VEXEVT_ABI,
                   .flags = 0,
                   .normal_at = 2 * page_,
                   .normal_bytes = normal_bytes,
                   .urgent_at = 2 * page_ + std::uint64_t{2} * normal_bytes,
                   .urgent_bytes = urgent_bytes,
                   .pad0 = {},
                   .normal = start,
                   .pad1 = {},
                   .urgent = start};
    consumer()->normal = consumer()->urgent = start;
  }
  KernelRing(const KernelRing&) = delete;
  KernelRing& operator=(const KernelRing&) = delete;
  ~KernelRing() { ::munmap(data_, bytes_); }

  std::size_t page() const { return page_; }
  std::span<std::byte> bytes() const { return {data_, bytes_}; }
  vexevt_consumer* consumer() const { return reinterpret_cast<vexevt_consumer*>(data_); }
  vexevt_producer* producer() const { return reinterpret_cast<vexevt_producer*>(data_ + page_); }
  std::byte* normal_at(std::uint64_t position) const {
    return data_ + producer()->normal_at + position % producer()->normal_bytes;
  }
  std::byte* urgent_at(std::uint64_t position) const {
    return data_ + producer()->urgent_at + position % producer()->urgent_bytes;
  }

  // There has to be room.
  void Put(std::span<const std::byte> frame) {
    std::memcpy(normal_at(producer()->normal), frame.data(), frame.size());
    producer()->normal += frame.size();
  }
  void PutUrgent(std::span<const std::byte> frame) { PutUrgent(frame, producer()->normal); }
  void PutUrgent(std::span<const std::byte> frame, std::uint64_t place) {
    std::memcpy(urgent_at(producer()->urgent), &place, sizeof place);
    std::memcpy(urgent_at(producer()->urgent + sizeof place), frame.data(), frame.size());
    producer()->urgent += sizeof place + frame.size();
  }

 private:
  std::size_t page_, bytes_;
  UniqueFd file_;
  std::byte* data_ = nullptr;
};

}  // namespace vexevt
