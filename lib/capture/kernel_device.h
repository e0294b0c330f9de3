// KernelDevice: an open descriptor of /dev/vexevt, set up and mapped. Its marks and its filter end with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kmod/uapi/vexevt.h"
#include "lib/base/status.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

// As struct vexevt_filter, in a form that owns what it names. A part that is empty holds.
struct KernelFilter {
  std::vector<vexevt_uids> uids;
  std::vector<std::uint32_t> pids;  // with their descendants
  std::vector<std::string> paths;   // with what is below
};

class KernelDevice {
 public:
  // `flags`: VEXEVT_SETUP_*. kUnsupported: the module is not there, or speaks another version of the interface;
  // kPermissionDenied.
  static Result<KernelDevice> Open(std::uint32_t flags, const std::string& host, const std::string& tenant);

  KernelDevice(KernelDevice&& other) noexcept;
  KernelDevice& operator=(KernelDevice&&) = delete;
  ~KernelDevice();

  int fd() const { return fd_.get(); }
  std::uint64_t id_source() const { return id_source_; }
  std::span<std::byte> ring() const { return ring_; }

  // kResourceExhausted: it is more than the kernel takes.
  Status SetFilter(const KernelFilter& filter);

  // `object`: VEXEVT_OBJECT_*. `at` is on what is marked, and named in messages as `path`. It is as well if it was
  // marked before.
  Status Mark(int at, const std::string& path, std::uint32_t object, std::uint64_t types);
  // It is as well if there is none.
  void Unmark(int at, std::uint32_t object);

 private:
  explicit KernelDevice(UniqueFd fd) : fd_(std::move(fd)) {}
  Status SetUp(std::uint32_t flags, const std::string& host, const std::string& tenant);
  Status Map(std::size_t bytes);

  UniqueFd fd_;
  std::uint64_t id_source_ = 0;
  std::span<std::byte> ring_;
};

}  // namespace vexevt
