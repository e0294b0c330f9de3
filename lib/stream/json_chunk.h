// JsonChunk: whole lines of JSON, and the frames that they are. Reused for ever: after the first few nothing is
// allocated. Not thread-safe, but whoever converts it may be any one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/json_read.h"

namespace vexevt {

class JsonChunk {
 public:
  // Room for `bytes` more of text; valid until the next call.
  std::span<std::byte> Room(std::size_t bytes);
  void Add(std::size_t bytes) { size_ += bytes; }
  void Add(std::string_view text);

  std::string_view text() const { return {text_.data(), size_}; }
  std::size_t lines_end() const;  // where the last whole line ends
  // Leaves out what stands behind the first `size` bytes.
  void Cut(std::size_t size) { size_ = size; }
  void Clear();

  // Makes frames of the text, which is whole lines, up to the first that is no event.
  void Convert();

  // After Convert.
  std::span<const std::byte> frames() const { return {frames_.data(), frames_size_}; }
  std::uint64_t lines() const { return lines_; }  // read, the bad one among them
  bool bare() const { return bare_; }             // some event has no id or no time
  const Status& failure() const { return failure_; }
  Status TakeFailure() { return std::move(failure_); }

 private:
  Status ConvertLine(std::string_view line);

  std::vector<char> text_;  // of which size_ bytes are in use: what is not is not cleared each time
  std::size_t size_ = 0;
  std::vector<std::byte> frames_;  // in the same way
  std::size_t frames_size_ = 0;
  std::uint64_t lines_ = 0;
  bool bare_ = false;
  Status failure_;
  JsonReader reader_;
};

}  // namespace vexevt
