#include "lib/stream/writer.h"

#include <fcntl.h>

#include "lib/base/bytes.h"
#include "lib/io/held_up.h"

namespace vexevt {
namespace {

// What one write(2) to a pipe carries best.
constexpr std::size_t kWriteBytes = std::size_t{64} << 10;
constexpr int kPipeBytes = 1 << 20;

}  // namespace

StreamWriter::StreamWriter(UniqueFd fd, std::string name) : name_(std::move(name)), buffer_(kWriteBytes / 8) {
  fcntl(fd.get(), F_SETPIPE_SZ, kPipeBytes);  // no pipe, or at the user's limit: works as it is
  sink_ = std::make_unique<FdSink>(std::move(fd), name_);
}

StreamWriter::StreamWriter(std::unique_ptr<ByteSink> sink, std::string name)
    : sink_(std::move(sink)), name_(std::move(name)), buffer_(kWriteBytes / 8) {}

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
  HeldUp held_up;
  if (failure_.ok()) failure_ = sink_->Write(std::as_bytes(std::span(buffer_)).first(used_));
  if (!failure_.ok()) return Status(failure_.code(), failure_.message());
  written_ += used_;
  used_ = 0;
  return Status::Ok();
}

Status StreamWriter::Close() {
  VEXEVT_TRY(Flush());
  return sink_->Close();
}

}  // namespace vexevt
