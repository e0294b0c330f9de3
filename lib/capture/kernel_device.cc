#include "lib/capture/kernel_device.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace vexevt {
namespace {

// Some 100,000 events. The module's parameter ring_max may allow less.
constexpr std::uint32_t kNormalBytes = 32 << 20, kLeastBytes = 64 << 10;
// For the ends of marks, and what is urgent on the bus.
constexpr std::uint32_t kUrgentBytes = 256 << 10;
// The header's own numbers must do for the smallest ring, too.
static_assert(kLeastBytes >= 16384 && kUrgentBytes >= 16384);

Status OpenFailure(int error) {
  switch (error) {
    case ENOENT:
    case ENXIO:
    case ENODEV:
      return Unsupported("cannot use the kernel module: there is no '" VEXEVT_DEVICE "' (try 'modprobe vexevt')");
    case EPERM:
    case EACCES:
      return Status(StatusCode::kPermissionDenied, "cannot use the kernel module: it needs CAP_SYS_ADMIN");
    default:
      return ErrnoStatus("cannot open '" VEXEVT_DEVICE "'", error);
  }
}

Status CopyName(const char* what, const std::string& name, std::span<char> to) {
  if (name.size() >= to.size() || name.find('\0') != std::string::npos) {
    return InvalidArgument(std::string("the ") + what + "'s name '" + name + "' is longer than the " +
                           std::to_string(to.size() - 1) + " bytes that the kernel module takes");
  }
  std::memcpy(to.data(), name.data(), name.size());
  return Status::Ok();
}

}  // namespace

KernelDevice::KernelDevice(KernelDevice&& other) noexcept
    : fd_(std::move(other.fd_)), id_source_(other.id_source_), ring_(std::exchange(other.ring_, {})) {}

KernelDevice::~KernelDevice() {
  if (!ring_.empty()) ::munmap(ring_.data(), ring_.size());
}

Result<KernelDevice> KernelDevice::Open(std::uint32_t flags, const std::string& host, const std::string& tenant) {
  UniqueFd fd(::open(VEXEVT_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return OpenFailure(errno);
  KernelDevice device(std::move(fd));
  VEXEVT_TRY(device.SetUp(flags, host, tenant));
  return device;
}

Status KernelDevice::SetUp(std::uint32_t flags, const std::string& host, const std::string& tenant) {
  vexevt_setup setup{};
  setup.abi = VEXEVT_ABI;
  setup.flags = flags;
  setup.normal_bytes = kNormalBytes;
  setup.urgent_bytes = kUrgentBytes;
  VEXEVT_TRY(CopyName("host", host, setup.host));
  VEXEVT_TRY(CopyName("tenant", tenant, setup.tenant));
  while (::ioctl(fd_.get(), VEXEVT_IOC_SETUP, &setup) < 0) {
    switch (errno) {
      case ENOSPC:
      case ENOMEM:
        if (setup.normal_bytes > kLeastBytes) {
          setup.normal_bytes /= 2;
          continue;
        }
        return ResourceExhausted(
            "cannot use the kernel module: its parameter ring_max, or memory, has no room for a ring");
      case EINVAL:
      case ENOTTY:
        return Unsupported("cannot use the kernel module: it is of another version (see 'modinfo vexevt')");
      default:
        return ErrnoStatus("cannot set the kernel module up", errno);
    }
  }
  id_source_ = setup.id_source;
  return Map(setup.map_bytes);
}

// In one piece, though only the first page may be mapped for writing.
Status KernelDevice::Map(std::size_t bytes) {
  auto page = static_cast<std::size_t>(::getpagesize());
  if (bytes <= 2 * page || bytes % page != 0) return DataLoss("the kernel module tells of a ring that cannot be");
  void* room = ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) return ErrnoStatus("cannot map the kernel module's ring", errno);
  ring_ = {static_cast<std::byte*>(room), bytes};
  void* consumer = ::mmap(room, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd_.get(), 0);
  void* rest =
      ::mmap(ring_.data() + page, bytes - page, PROT_READ, MAP_SHARED | MAP_FIXED, fd_.get(), static_cast<off_t>(page));
  if (consumer == MAP_FAILED || rest == MAP_FAILED) return ErrnoStatus("cannot map the kernel module's ring", errno);
  return Status::Ok();
}

Status KernelDevice::SetFilter(const KernelFilter& filter) {
  auto address = [](const auto* first) { return reinterpret_cast<std::uintptr_t>(first); };
  std::string paths;
  for (const std::string& path : filter.paths) paths.append(path.c_str(), path.size() + 1);
  vexevt_filter request{};
  if (filter.uids.size() > VEXEVT_FILTER_MAX || filter.pids.size() > VEXEVT_FILTER_MAX ||
      paths.size() > VEXEVT_FILTER_PATHS_MAX) {
    return ResourceExhausted("the kernel module's filter has no room for that much");
  }
  request.uid_count = static_cast<std::uint32_t>(filter.uids.size());
  request.pid_count = static_cast<std::uint32_t>(filter.pids.size());
  request.path_bytes = static_cast<std::uint32_t>(paths.size());
  request.uids = address(filter.uids.data());
  request.pids = address(filter.pids.data());
  request.paths = address(paths.data());
  if (::ioctl(fd_.get(), VEXEVT_IOC_FILTER, &request) < 0)
    return ErrnoStatus("cannot give the kernel module its filter", errno);
  return Status::Ok();
}

Status KernelDevice::Mark(int at, const std::string& path, std::uint32_t object, std::uint64_t types) {
  vexevt_mark mark{at, object, types, 0, 0};
  if (types == 0 || ::ioctl(fd_.get(), VEXEVT_IOC_MARK, &mark) == 0 || errno == EEXIST) return Status::Ok();
  std::string what = "cannot watch '" + path + "' by the kernel module";
  switch (errno) {
    case EOPNOTSUPP:
      return Unsupported(what + ": this kernel lets no module mark mounts, Linux 6.10 does");
    case ENOSPC:
      return ResourceExhausted(what + ": the limit of marks, its parameter marks_max, is reached");
    case EINVAL:
      return Unsupported(what + ": its file system is one of the kernel's own");
    default:
      return ErrnoStatus(what, errno);
  }
}

void KernelDevice::Unmark(int at, std::uint32_t object) {
  vexevt_mark mark{at, object, 0, 0, 0};
  ::ioctl(fd_.get(), VEXEVT_IOC_UNMARK, &mark);
}

}  // namespace vexevt
