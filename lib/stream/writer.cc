#include "lib/stream/writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "lib/base/bytes.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

// What one write(2) to a pipe carries best.
constexpr std::size_t kBufferBytes = std::size_t{64} << 10;
constexpr int kPipeBytes = 1 << 20;

}  // namespace

StreamWriter::StreamWriter(UniqueFd fd, std::string name)
    : fd_(std::move(fd)), name_(std::move(name)), buffer_(kBufferBytes / 8) {
  fcntl(fd_.get(), F_SETPIPE_SZ, kPipeBytes);  // no pipe, or at the user's limit: works as it is
}

Status StreamWriter::AppendFallback(std::span<const std::byte> frame) {
  VEXEVT_ASSIGN(std::byte * to, Reserve(frame.size()));
  std::memcpy(to, frame.data(), frame.size());
  Commit(frame.size());
  return Status::Ok();
}

Result<std::byte*> StreamWriter::Reserve(std::size_t bytes) {
  if (bytes > room()) {
    VEXEVT_TRY(Flush());
    if (bytes > room()) buffer_.resize(RoundUpToWord(bytes) / 8);
  }
  return cursor();
}

Status StreamWriter::Flush() {
  if (used_ == 0) return Status::Ok();
  VEXEVT_TRY(WriteAll(fd_.get(), std::as_bytes(std::span(buffer_)).first(used_), name_));
  written_ += used_;
  used_ = 0;
  return Status::Ok();
}

Status StreamWriter::Close() {
  VEXEVT_TRY(Flush());
  if (::close(fd_.release()) != 0) return ErrnoStatus(fmt::format("cannot write '{}'", name_), errno);
  return Status::Ok();
}

}  // namespace vexevt
