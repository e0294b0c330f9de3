#include "cmd/vexevt-capture/await_barrier.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string_view>

#include "cmd/vexevt-capture/control.h"
#include "lib/base/bytes.h"
#include "lib/base/clock.h"
#include "lib/base/units.h"
#include "lib/io/full.h"
#include "lib/stream/barrier.h"

namespace vexevt {
namespace {

// What a capture that ended, or would not, says by closing the connection.
enum class Answer : std::uint8_t { kNotYet, kSent, kNone };

Answer ReadAnswer(int fd) {
  char bytes[16];
  ssize_t size = ::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return Answer::kNotYet;
  return size > 0 && kSentAnswer == std::string_view(bytes, static_cast<std::size_t>(size)) ? Answer::kSent
                                                                                            : Answer::kNone;
}

Status TimeIsOver(const CaptureOptions& options, bool sent, const BarrierWait& wait) {
  std::string what = "the capture has not written the barrier";
  if (sent && wait.ends() == 1) {
    what = "the barrier has not left the pipeline";
  } else if (sent) {
    what = fmt::format("the barrier has left by {} of {} ends", wait.acknowledged(), wait.ends());
  }
  return Unavailable(fmt::format("'{}': after {}, {}", options.barrier, PrintDuration(options.timeout_ns), what));
}

}  // namespace

Result<ExitCode> AwaitBarrier(const CaptureOptions& options) {
  std::uint64_t until = SystemClock().Now().mono_ns + options.timeout_ns;
  VEXEVT_ASSIGN(BarrierWait wait, BarrierWait::Start());
  VEXEVT_ASSIGN(UniqueFd capture, ConnectUnix(options.barrier));
  std::string request = fmt::format("{}{}\n", kBarrierWord, wait.token());
  VEXEVT_TRY(WriteAll(capture.get(), AsBytes(request), options.barrier));
  bool sent = false;
  while (!wait.Receive()) {
    std::uint64_t now = SystemClock().Now().mono_ns;
    if (now >= until) return TimeIsOver(options, sent, wait);
    pollfd polls[] = {{wait.fd(), POLLIN, 0}, {sent ? -1 : capture.get(), POLLIN, 0}};
    auto left_ms = std::min<std::uint64_t>((until - now + kNsPerMs - 1) / kNsPerMs, 60'000);
    if (::poll(polls, std::size(polls), static_cast<int>(left_ms)) < 0 && errno != EINTR) {
      return ErrnoStatus("cannot wait for the barrier", errno);
    }
    if (polls[1].revents == 0) continue;
    Answer answer = ReadAnswer(capture.get());
    if (answer == Answer::kNone && !wait.Receive()) {
      return Unavailable(fmt::format("'{}': the capture ended, or refused, without a barrier", options.barrier));
    }
    sent = answer == Answer::kSent;
  }
  return ExitCode::kDone;
}

}  // namespace vexevt
