#include "lib/stream/json_chunk.h"

#include <algorithm>
#include <cstring>

#include "lib/event/encode.h"

namespace vexevt {

std::span<std::byte> JsonChunk::Room(std::size_t bytes) {
  const std::size_t wanted = size_ + bytes + JsonReader::kPadding;
  if (text_.size() < wanted) text_.resize(std::max(wanted, text_.size() * 2));
  return std::as_writable_bytes(std::span(text_)).subspan(size_, bytes);
}

void JsonChunk::Add(std::string_view text) {
  std::memcpy(Room(text.size()).data(), text.data(), text.size());
  size_ += text.size();
}

std::size_t JsonChunk::lines_end() const {
  const void* newline = size_ == 0 ? nullptr : ::memrchr(text_.data(), '\n', size_);
  return newline == nullptr ? 0 : static_cast<std::size_t>(static_cast<const char*>(newline) - text_.data()) + 1;
}

void JsonChunk::Clear() {
  size_ = frames_size_ = 0;
  lines_ = 0;
  bare_ = false;
  failure_ = {};
}

void JsonChunk::Convert() {
  for (std::size_t start = 0, end; start < size_ && failure_.ok(); start = end + 1) {
    const void* newline = std::memchr(text_.data() + start, '\n', size_ - start);
    end = static_cast<std::size_t>(static_cast<const char*>(newline) - text_.data());
    ++lines_;
    failure_ = ConvertLine(text().substr(start, end - start));
  }
}

Status JsonChunk::ConvertLine(std::string_view line) {
  VEXEVT_ASSIGN(const FieldValues* values, reader_.ReadValues(line));
  if (values == nullptr) return {};
  if (values->id() == EventId{} || values->Get<std::uint64_t>(layout::kWallNs) == 0) bare_ = true;
  const std::size_t bound = EncodedBound(*values);
  if (frames_.size() - frames_size_ < bound) frames_.resize(std::max(frames_size_ + bound, frames_.size() * 2));
  const std::size_t size = Encode(*values, frames_.data() + frames_size_);
  if (size > kMaxFrameBytes) return DataLoss("the event is larger than 1 MiB");
  frames_size_ += size;
  return {};
}

}  // namespace vexevt
