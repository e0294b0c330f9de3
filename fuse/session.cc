#include "fuse/session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "fuse/mountpoint.h"
#include "fuse/operations.h"
#include "fuse/protocol.h"
#include "fuse/raw_request.h"
#include "fuse/reply_patch.h"
#include "fuse/thread_identity.h"
#include "lib/base/bytes.h"

namespace vexevt {
namespace {

constexpr int kInterrupt = SIGUSR2;
constexpr timespec kPause{0, 1'000'000};

ssize_t ReadRequest(int fd, void* buffer, size_t size, void*) { return ::read(fd, buffer, size); }

ssize_t Splice(int from, off_t* from_offset, int to, off_t* to_offset, size_t size, unsigned flags, void*) {
  return ::splice(from, from_offset, to, to_offset, size, flags);
}

// libfuse splits its options at commas.
std::string CommaEscaped(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    if (c == ',' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string MountOptions(const FuseOptions& options) {
  std::string text = fmt::format("default_permissions,subtype=vexevt,fsname={}", CommaEscaped(options.source));
  if (::geteuid() == 0 && !options.only_me) text += ",allow_other";
  if (!options.mount_options.empty()) text += "," + options.mount_options;
  return text;
}

std::size_t ThreadsFor(const FuseOptions& options) {
  if (options.threads != 0) return std::min<std::size_t>(options.threads, 256);
  return std::clamp<std::size_t>(4 * std::thread::hardware_concurrency(), 8, 32);
}

// Memory for one request, in which the data of a WRITE begins at a page: O_DIRECT below asks for that.
class RequestRoom {
 public:
  RequestRoom() : memory_(static_cast<std::byte*>(std::aligned_alloc(kPage, kRequestBytes + 2 * kPage))) {}
  ~RequestRoom() { std::free(memory_); }
  RequestRoom(const RequestRoom&) = delete;
  RequestRoom& operator=(const RequestRoom&) = delete;

  void* start() const { return memory_ + kPage - sizeof(fuse_in_header) - sizeof(fuse_write_in); }

 private:
  static constexpr std::size_t kPage = 4096;
  static constexpr std::size_t kRequestBytes = 256 * kPage + kPage;  // what libfuse reads at most

  std::byte* const memory_;
};

// Ends the connection, also that of a mount on which files are still open, which is off its mountpoint but not gone.
// libfuse takes a device in error for a mount that is no more; else it would unmount by name, and so perhaps another's.
void LeaveKernel(int device_fd) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return;
  ::close(ends[0]);
  ::dup3(ends[1], device_fd, O_CLOEXEC);  // a pipe that nobody reads
  ::close(ends[1]);
}

}  // namespace

Result<std::unique_ptr<Session>> Session::Mount(Filesystem* fs, const FuseOptions& options, std::string mountpoint) {
  std::unique_ptr<Session> session(new Session(fs, std::move(mountpoint)));
  session->ended_ = UniqueFd(::eventfd(0, EFD_CLOEXEC));
  std::string name = "vexevt-fuse", flag = "-o", words = MountOptions(options);
  char* argv[] = {name.data(), flag.data(), words.data(), nullptr};
  fuse_args args = FUSE_ARGS_INIT(3, argv);
  session->session_.reset(fuse_session_new(&args, &Operations(), sizeof(fuse_lowlevel_ops), fs));
  if (args.allocated != 0) fuse_opt_free_args(&args);
  if (session->session_ == nullptr) {
    return InvalidArgument(fmt::format("cannot mount with options '{}'", options.mount_options));
  }
  fuse_session* raw = session->session_.get();
  if (fuse_session_mount(raw, session->mountpoint_.c_str()) != 0) {
    return Status(StatusCode::kIoError, fmt::format("cannot mount at '{}'", session->mountpoint_));
  }
  session->mounted_ = true;
  fs->device_fd = fuse_session_fd(raw);
  const fuse_custom_io io = {WriteReply, ReadRequest, Splice, Splice};
  if (int error = fuse_session_custom_io(raw, &io, fs->device_fd); error != 0) {
    return ErrnoStatus("cannot speak with the kernel", -error);
  }
  return session;
}

void Session::Start() {
  fs_->pruner.Start(session_.get());
  // The signals are the main thread's.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  struct sigaction action = {};
  action.sa_handler = [](int) {};  // without SA_RESTART
  ::sigaction(kInterrupt, &action, nullptr);
  std::size_t count = ThreadsFor(fs_->options);
  running_ = count;
  for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { Work(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Session::Work() {
  // Stop interrupts a thread that waits for a request, and no other.
  sigset_t interrupt;
  ::sigemptyset(&interrupt);
  ::sigaddset(&interrupt, kInterrupt);
  ::pthread_sigmask(SIG_UNBLOCK, &interrupt, nullptr);
  if (!ThreadIdentity::Of().Start()) fs_->limited_identity = true;
  fuse_session* session = session_.get();
  RequestRoom room;
  fuse_buf request = {};
  request.mem = room.start();
  while (fuse_session_exited(session) == 0) {
    int size = fuse_session_receive_buf(session, &request);
    if (size == -EINTR) continue;
    if (size <= 0) break;
    CurrentRequest() = {};
    if ((request.flags & FUSE_BUF_IS_FD) != 0 || !TakeRaw(*fs_, static_cast<std::byte*>(request.mem), request.size)) {
      fuse_session_process_buf(session, &request);
    }
    fs_->teller.Answered();
    if (fs_->pruner.behind()) [[unlikely]]
      ::nanosleep(&kPause, nullptr);
  }
  fuse_session_exit(session);
  std::uint64_t one = 1;
  [[maybe_unused]] ssize_t written = ::write(ended_.get(), &one, sizeof one);
  running_.fetch_sub(1, std::memory_order_release);
}

void Session::Unmount(int grace_ms) {
  if (!mounted_) return;
  mounted_ = false;
  pollfd ended{ended_.get(), POLLIN, 0};
  if (::poll(&ended, 1, 0) == 1) return;
  if (vexevt::Unmount(mountpoint_, /*lazy=*/false) || vexevt::Unmount(mountpoint_, /*lazy=*/true)) {
    ::poll(&ended, 1, grace_ms);
  }
}

bool Session::Stop() {
  if (session_ == nullptr) return true;
  fs_->pruner.Stop();
  fuse_session_exit(session_.get());
  constexpr int kTries = 2000;
  for (int i = 0; running_.load(std::memory_order_acquire) > 0; ++i) {
    if (i == kTries) return false;
    for (std::thread& thread : threads_) ::pthread_kill(thread.native_handle(), kInterrupt);
    ::nanosleep(&kPause, nullptr);
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  return true;
}

Session::~Session() {
  Unmount(0);
  if (!Stop() || session_ == nullptr) return;
  LeaveKernel(fs_->device_fd);
  fuse_session_unmount(session_.get());
}

}  // namespace vexevt
