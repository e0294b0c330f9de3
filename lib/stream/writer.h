// StreamWriter: frames to a descriptor, gathered into large writes. What is appended is copied once and written when
// the buffer is full or Flush is called. Each write to the sink is whole frames, as long as each Append and Commit is.
// After a write that failed nothing more is written: some of it may be there, and what came behind would be spoilt.
// Not thread-safe; nothing is allocated per event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"
#include "lib/io/byte_sink.h"

namespace vexevt {

class StreamWriter {
 public:
  // `name` stands in errors: "cannot write 'b.evt': No space left on device".
  StreamWriter(UniqueFd fd, std::string name);
  StreamWriter(std::unique_ptr<ByteSink> sink, std::string name);

  Status Append(std::span<const std::byte> frame) {
    if (frame.size() > room()) [[unlikely]]
      return AppendFallback(frame);
    std::memcpy(cursor(), frame.data(), frame.size());
    used_ += frame.size();
    return Status::Ok();
  }

  // At least `bytes` of room at an 8-byte aligned address, to encode a frame in place; Commit takes what was written
  // there.
  Result<std::byte*> Reserve(std::size_t bytes);
  void Commit(std::size_t bytes) { used_ += bytes; }

  Status Flush();
  // What was flushed is on disk, as far as it goes to one.
  Status Sync() { return sink_->Sync(); }

  // Flush, then close the sink, with its error: the end of a file that must be whole.
  Status Close();

  int fd() const { return sink_->fd(); }  // for isatty and poll; -1: none
  bool ends_stream() const { return sink_->ends_stream(); }
  const std::string& name() const { return name_; }
  std::uint64_t written() const { return written_; }  // bytes, flushed

 private:
  std::size_t room() const { return buffer_.size() * 8 - used_; }
  std::byte* cursor() { return reinterpret_cast<std::byte*>(buffer_.data()) + used_; }
  Status AppendFallback(std::span<const std::byte> frame);

  std::unique_ptr<ByteSink> sink_;
  std::string name_;
  std::vector<std::uint64_t> buffer_;  // words, as frames are aligned to
  std::size_t used_ = 0;
  std::uint64_t written_ = 0;
  Status failure_;
};

}  // namespace vexevt
