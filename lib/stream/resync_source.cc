#include "lib/stream/resync_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/event/encode.h"
#include "lib/event/flatten.h"
#include "lib/event/lost_event.h"
#include "lib/event/unpack.h"

namespace vexevt {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 10;
constexpr std::size_t kHeaderBytes = 16;  // the segment table and the pointer to the event

// Whether a plain frame of an event may begin with these kHeaderBytes.
bool IsHeader(std::span<const std::byte> bytes) {
  auto words = Load<std::uint32_t>(bytes.data() + 4);
  auto root = Load<std::uint64_t>(bytes.data() + 8);
  std::uint64_t data_words = root >> 32 & 0xffff, pointers = root >> 48;
  return Load<std::uint32_t>(bytes.data()) == 0 && words <= (kMaxFrameBytes - 8) / 8 &&
         static_cast<std::uint32_t>(root) == 0 && data_words > 0 && 1 + data_words + pointers <= words;
}

}  // namespace

ResyncSource::ResyncSource(std::unique_ptr<ByteSource> source, std::string name)
    : source_(std::move(source)), name_(std::move(name)), fresh_(kReadBytes) {}

Result<std::size_t> ResyncSource::Read(std::span<std::byte> to) {
  while (!has_output()) Pump();
  std::size_t size = std::min(to.size(), output_.size() - given_);
  if (size == 0 && !failure_.ok()) return Status(failure_.code(), failure_.message());
  std::copy_n(output_.data() + given_, size, to.data());
  given_ += size;
  return size;
}

bool ResyncSource::Ready() {
  while (!has_output() && source_->Ready()) Pump();
  return has_output();
}

// Reads once, and deals with what is known then.
void ResyncSource::Pump() {
  output_.clear();
  given_ = 0;
  auto got = source_->Read(fresh_);
  std::span<const std::byte> fresh = std::span(fresh_).first(got.ok() ? *got : 0);
  at_end_ = ended_ = got.ok() && *got == 0;
  if (!got.ok()) {
    failure_ = std::move(got).status();
    at_end_ = true;
  } else if (std::string what = source_->TakeBreak(); !what.empty()) {
    at_end_ = true;
    Advance();
    at_end_ = ended_;
    if (what != kReplaced) AddGap(fmt::format("'{}' was {}", name_, what));
  }
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
  offset_ += std::exchange(at_, 0);
  buffer_.insert(buffer_.end(), fresh.begin(), fresh.end());
  Advance();
}

void ResyncSource::Advance() {
  while (at_ < buffer_.size()) {
    if (damaged_) {
      Answer answer = FindChain(&at_, buffer_.size(), 0);
      if (answer == Answer::kNotYet) return;
      if (answer == Answer::kYes || at_end_) EndDamage();
    } else if (!TakeFrame()) {
      return;
    }
  }
  if (damaged_ && at_end_) EndDamage();
}

// The frame at at_, if there is one; else damage begins there. False: not enough is there to know.
bool ResyncSource::TakeFrame() {
  FrameSize size = MeasureFrame(rest(at_));
  bool whole = size.state == FrameState::kOk && size.bytes <= rest(at_).size();
  if (!whole && size.state != FrameState::kTooLarge && !at_end_) return false;
  if (!whole || !IsEvent(rest(at_).first(size.bytes))) {
    damaged_ = offset_ + at_++;
    return true;
  }
  std::span<const std::byte> frame = rest(at_).first(size.bytes);
  std::uint64_t wall_ns = view_.wall_ns();
  std::size_t from = at_ + 1, end = at_ + size.bytes;
  bool exact = IsExact(frame);
  Answer followed = exact ? IsFollowed(end) : Answer::kNo;
  if (followed == Answer::kNotYet) return false;
  if (followed == Answer::kNo) {
    Answer answer = FindChain(&from, end, exact ? end : 0);
    if (answer == Answer::kNotYet) return false;
    if (answer == Answer::kYes) {
      damaged_ = offset_ + at_;
      at_ = from;
      EndDamage();
      return true;
    }
  }
  output_.insert(output_.end(), frame.begin(), frame.end());
  last_wall_ns_ = wall_ns;
  at_ += size.bytes;
  return true;
}

// Whether the stream goes on at `at` as it should: by the end, or an event. All of that has to be there, so that what
// is left out does not depend on how the bytes came.
ResyncSource::Answer ResyncSource::IsFollowed(std::size_t at) {
  std::span<const std::byte> here = rest(at);
  if (here.empty() && at_end_) return Answer::kYes;
  FrameSize size = MeasureFrame(here);
  if (size.state == FrameState::kTooLarge) return Answer::kNo;
  if (size.state == FrameState::kShort || size.bytes > here.size()) return at_end_ ? Answer::kNo : Answer::kNotYet;
  return IsEvent(here.first(size.bytes)) ? Answer::kYes : Answer::kNo;
}

// Moves *from on to where a row of events begins that ends behind `beyond`; but not up to `end`.
ResyncSource::Answer ResyncSource::FindChain(std::size_t* from, std::size_t end, std::size_t beyond) {
  for (; *from < end; ++*from) {
    if (Answer answer = BeginsChain(*from, beyond); answer != Answer::kNo) return answer;
  }
  return Answer::kNo;
}

ResyncSource::Answer ResyncSource::BeginsChain(std::size_t at, std::size_t beyond) {
  for (int links = 0; links < kChain || at <= beyond; ++links) {
    std::span<const std::byte> here = rest(at);
    if (here.empty() && at_end_) return links > 0 ? Answer::kYes : Answer::kNo;
    if (here.size() < kHeaderBytes) return at_end_ ? Answer::kNo : Answer::kNotYet;
    if (!IsHeader(here)) return Answer::kNo;
    std::size_t size = MeasureFrame(here).bytes;
    if (size > here.size()) return at_end_ ? Answer::kNo : Answer::kNotYet;
    if (!IsEvent(here.first(size))) return Answer::kNo;
    at += size;
  }
  return Answer::kYes;
}

// Also makes it view_, until the next call. One without a type is none: zeros would be some.
bool ResyncSource::IsEvent(std::span<const std::byte> frame) {
  aligned_.assign(frame.begin(), frame.end());
  bool bound =
      EventView::Bind(aligned_, &view_) || (Flatten(aligned_, &encoded_).ok() && EventView::Bind(encoded_, &view_));
  return bound && view_.type() != EventType{};
}

// Of the frame that is view_: whether it is no longer than it has to be.
bool ResyncSource::IsExact(std::span<const std::byte> frame) {
  Unpack(view_, &event_);
  std::vector<std::byte> again;
  AppendFrame(event_, &again);
  return again.size() == frame.size();
}

// at_ is behind it.
void ResyncSource::EndDamage() {
  std::uint64_t end = offset_ + at_;
  AddGap(fmt::format("{} bytes at offset {} of '{}' are not events", end - *damaged_, *damaged_, name_));
  damaged_.reset();
}

void ResyncSource::AddGap(std::string_view cause) {
  Event gap = LostEvent({.cause = cause, .since_ns = last_wall_ns_}, &ids_);
  if (last_wall_ns_ > 0) gap.wall_ns = last_wall_ns_;  // its place in time, too
  AppendFrame(gap, &output_);
}

}  // namespace vexevt
