#include "lib/stream/reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/event/flatten.h"
#include "lib/event/lost_event.h"

namespace vexevt {
namespace {

// Large enough that a read costs little per event, small enough to stay in the second-level cache.
constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
// A small frame can say a large event (many pointers to one object): so much is made of one batch, then the next.
constexpr std::size_t kMadeBytes = std::size_t{1} << 20;

}  // namespace

StreamReader::StreamReader(UniqueFd fd, std::string name)
    : StreamReader(std::make_unique<FdSource>(std::move(fd), name), name) {}

StreamReader::StreamReader(std::unique_ptr<ByteSource> source, std::string name)
    : source_(std::move(source)), name_(std::move(name)), buffer_(kBufferBytes / 8) {}

Result<std::span<const EventView>> StreamReader::Read() {
  DropGiven();
  for (;;) {
    if (!events_.empty()) {
      given_ = true;
      last_wall_ns_ = events_.back().wall_ns();
      return std::span<const EventView>(events_);
    }
    if (!failure_.ok()) return Status(failure_.code(), failure_.message());
    if (ended_) return std::span<const EventView>{};
    Fill();
  }
}

bool StreamReader::MoreWaiting() {
  DropGiven();
  for (;;) {
    if (!events_.empty() || ended_ || !failure_.ok()) return true;
    if (!source_->Ready()) return false;
    Fill();
  }
}

// What the caller has seen makes room for what else is in the buffer.
void StreamReader::DropGiven() {
  if (!given_) return;
  given_ = false;
  if (!mark_.path.empty()) {
    if (gaps_ > 0) mark_.last.reset();  // it told why this file is read from its start
    if (events_.size() > gaps_) mark_.last = {last_offset_, events_.back().id(), events_.back().wall_ns()};
  }
  events_.clear();
  gaps_ = 0;
  made_.clear();
  made_bytes_ = 0;
  Parse();
}

// One read(2), and what it brought.
void StreamReader::Fill() {
  if (begin_ > 0) {
    std::memmove(bytes(), bytes() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (wanted_ > buffer_.size() * 8) buffer_.resize(std::min(RoundUpToWord(wanted_ * 2), kMaxFrameBytes) / 8);
  auto got = source_->Read({bytes() + end_, buffer_.size() * 8 - end_});
  if (!got.ok()) {
    failure_ = std::move(got).status();
    return;
  }
  if (std::string what = source_->TakeBreak(); !what.empty()) Break(what, *got);
  end_ += *got;
  if (*got == 0) {
    ended_ = true;
    if (begin_ != end_) Fail("truncated event");
    return;
  }
  Parse();
}

void StreamReader::Parse() {
  if (!failure_.ok()) return;
  batch_begin_ = begin_;
  batch_offset_ = offset_;
  while (begin_ < end_ && made_bytes_ < kMadeBytes) {
    std::span<const std::byte> rest(bytes() + begin_, end_ - begin_);
    FrameSize size = MeasureFrame(rest);
    if (size.state == FrameState::kTooLarge) return Fail("not an event: its frame would be larger than 1 MiB");
    if (size.state == FrameState::kShort || size.bytes > rest.size()) {
      wanted_ = size.bytes;
      return;
    }
    if (!Take(rest.first(size.bytes))) return;
    last_offset_ = offset_;
    begin_ += size.bytes;
    offset_ += size.bytes;
  }
  wanted_ = 8;
}

bool StreamReader::Take(std::span<const std::byte> frame) {
  EventView& view = events_.emplace_back();
  if (EventView::Bind(frame, &view)) [[likely]]
    return true;
  auto plain = std::make_unique<std::vector<std::byte>>();
  Status flattened = Flatten(frame, plain.get());
  if (!flattened.ok() || !EventView::Bind(*plain, &view)) {
    events_.pop_back();
    Fail(flattened.ok() ? "malformed event" : flattened.message());
    return false;
  }
  made_bytes_ += plain->size();
  made_.push_back(std::move(plain));
  return true;
}

void StreamReader::AddGap(std::string_view cause, std::uint64_t since_ns) {
  if (!ids_) ids_ = std::make_unique<EventIds>();
  auto frame = std::make_unique<std::vector<std::byte>>();
  Event gap = LostEvent({.cause = cause, .since_ns = since_ns}, ids_.get());
  if (since_ns > 0) gap.wall_ns = since_ns;  // its place in time, too
  AppendFrame(gap, frame.get());
  EventView::Bind(*frame, &events_.emplace_back());
  made_.push_back(std::move(frame));
  ++gaps_;
}

// The source began anew, with `got` bytes behind end_. What was cut off there can't be completed any more; a file that
// was truncated may have held events that nobody has read. Both are a gap.
void StreamReader::Break(std::string_view what, std::size_t got) {
  if (begin_ != end_ || what != ByteSource::kReplaced) {
    AddGap(fmt::format("'{}' was {} at offset {}", name_, what, offset_), last_wall_ns_);
  }
  std::memmove(bytes(), bytes() + end_, got);
  begin_ = end_ = 0;
  offset_ = 0;
  SetMarkToStart();
}

void StreamReader::KeepMarks(std::string path) {
  mark_.path = std::move(path);
  SetMarkToStart();
}

void StreamReader::SetMarkToStart() {
  mark_.inode = source_->file().value_or(FileId{}).inode;
  mark_.last.reset();
}

void StreamReader::AddMarks(std::size_t left, std::vector<FileMark>* marks) const {
  if (mark_.path.empty()) return;
  FileMark& mark = marks->emplace_back(mark_);
  if (!given_) return;
  // A walk over the frames as they came, since an event may have been given as another frame.
  std::span<const std::byte> rest(reinterpret_cast<const std::byte*>(buffer_.data()) + batch_begin_,
                                  end_ - batch_begin_);
  std::uint64_t offset = batch_offset_;
  for (std::size_t i = 0; i + left < events_.size(); ++i) {
    if (i < gaps_) {
      mark.last.reset();
      continue;
    }
    mark.last = {offset, events_[i].id(), events_[i].wall_ns()};
    std::size_t size = MeasureFrame(rest).bytes;
    offset += size;
    rest = rest.subspan(size);
  }
}

Result<bool> StreamReader::GoOnBehind(const FileMark& mark) {
  VEXEVT_ASSIGN(bool skipped, source_->Skip(mark.last->offset));
  if (!skipped) return false;
  offset_ = mark.last->offset;
  while (events_.empty() && failure_.ok() && !ended_ && source_->Ready()) Fill();
  if (events_.empty() || gaps_ > 0 || events_.front().id() != mark.last->id) return false;
  mark_.last = {batch_offset_, events_.front().id(), events_.front().wall_ns()};
  last_wall_ns_ = events_.front().wall_ns();
  std::size_t size = MeasureFrame({bytes() + batch_begin_, end_ - batch_begin_}).bytes;
  batch_begin_ += size;
  batch_offset_ += size;
  events_.erase(events_.begin());
  if (events_.empty()) {
    made_.clear();
    made_bytes_ = 0;
    Parse();
  }
  return true;
}

void StreamReader::Fail(std::string_view what) {
  failure_ = DataLoss(fmt::format("{}: offset {}: {}", name_, offset_, what));
}

}  // namespace vexevt
