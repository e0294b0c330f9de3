#include "lib/stream/json_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "lib/base/bytes.h"
#include "lib/event/encode.h"

namespace vexevt {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10;

}  // namespace

JsonSource::JsonSource(std::unique_ptr<ByteSource> text, std::string name)
    : text_(std::move(text)), name_(std::move(name)), buffer_(kReadBytes) {}

Result<std::size_t> JsonSource::Read(std::span<std::byte> to) {
  while (!HasOutput()) Pump();
  std::size_t size = std::min(to.size(), frames_.size() - given_);
  if (size == 0) {
    if (!failure_.ok()) return Status(failure_.code(), failure_.message());
    return std::size_t{0};
  }
  std::memcpy(to.data(), frames_.data() + given_, size);
  given_ += size;
  return size;
}

bool JsonSource::Ready() {
  // A part of a line is nothing to read yet.
  while (!HasOutput() && text_->Ready()) Pump();
  return HasOutput();
}

// Reads once, and converts all lines that are complete.
void JsonSource::Pump() {
  frames_.clear();
  given_ = 0;
  auto got = text_->Read(buffer_);
  if (!got.ok()) {
    failure_ = std::move(got).status();
    return;
  }
  if (std::string what = text_->TakeBreak(); !what.empty()) {
    if (!partial_.empty()) what += " within a line";  // whose rest will not come
    partial_.clear();
    if (break_.empty() || break_ == kReplaced) break_ = std::move(what);
  }
  ended_ = *got == 0;
  partial_ += AsText(std::span(buffer_).first(*got));
  if (ended_ && !partial_.empty()) partial_ += '\n';
  std::size_t start = 0;
  for (std::size_t end; (end = partial_.find('\n', start)) != std::string::npos && failure_.ok(); start = end + 1) {
    failure_ = Convert(std::string_view(partial_).substr(start, end - start));
  }
  partial_.erase(0, start);
  if (partial_.size() > kMaxLineBytes) {
    failure_ = DataLoss(fmt::format("{}: line {}: longer than {} bytes", name_, reader_.lines() + 1, kMaxLineBytes));
  }
}

Status JsonSource::Convert(std::string_view line) {
  auto values = reader_.ReadValues(line);
  if (!values.ok()) {
    return std::move(values).status().WithContext(fmt::format("{}: line {}", name_, reader_.lines()));
  }
  if (*values == nullptr) return {};
  std::size_t start = frames_.size();
  AppendFrame(**values, &frames_);
  if (frames_.size() - start > kMaxFrameBytes) {
    frames_.resize(start);
    return DataLoss(fmt::format("{}: line {}: the event is larger than 1 MiB", name_, reader_.lines()));
  }
  return {};
}

}  // namespace vexevt
