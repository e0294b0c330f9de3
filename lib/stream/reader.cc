#include "lib/stream/reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "lib/event/flatten.h"

namespace vexevt {
namespace {

// Large enough that a read costs little per event, small enough to stay in the second-level cache.
constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
// The most that an unprivileged process may have; fewer wake-ups for whoever writes.
constexpr int kPipeBytes = 1 << 20;

}  // namespace

StreamReader::StreamReader(UniqueFd fd, std::string name)
    : fd_(std::move(fd)), name_(std::move(name)), buffer_(kBufferBytes / 8) {
  fcntl(fd_.get(), F_SETPIPE_SZ, kPipeBytes);  // no pipe, or at the user's limit: works as it is
}

Result<std::span<const EventView>> StreamReader::Read() {
  events_.clear();
  flattened_.clear();
  for (;;) {
    if (!failure_.ok()) return Status(failure_.code(), failure_.message());
    failure_ = Parse();
    if (!events_.empty()) return std::span<const EventView>(events_);
    if (!failure_.ok()) continue;
    if (!ended_) {
      VEXEVT_ASSIGN(bool more, Fill());
      if (more) continue;
      ended_ = true;
    }
    if (begin_ == end_) return std::span<const EventView>{};
    failure_ = Bad("truncated event");
  }
}

bool StreamReader::MoreWaiting() const {
  if (ended_ || !failure_.ok() || end_ - begin_ >= wanted_) return true;
  if (!filled_) return false;
  pollfd waiting{fd_.get(), POLLIN, 0};
  return poll(&waiting, 1, 0) > 0;
}

Result<bool> StreamReader::Fill() {
  auto* bytes = reinterpret_cast<std::byte*>(buffer_.data());
  if (begin_ > 0) {
    std::memmove(bytes, bytes + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (wanted_ > buffer_.size() * 8) {
    buffer_.resize(std::min(RoundUpToWord(wanted_ * 2), kMaxFrameBytes) / 8);
    bytes = reinterpret_cast<std::byte*>(buffer_.data());
  }
  std::size_t room = buffer_.size() * 8 - end_;
  ssize_t got;
  do {
    got = ::read(fd_.get(), bytes + end_, room);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return ErrnoStatus(fmt::format("cannot read '{}'", name_), errno);
  end_ += static_cast<std::size_t>(got);
  filled_ = static_cast<std::size_t>(got) == room;
  return got > 0;
}

Status StreamReader::Parse() {
  const auto* bytes = reinterpret_cast<const std::byte*>(buffer_.data());
  while (begin_ < end_) {
    std::span<const std::byte> rest(bytes + begin_, end_ - begin_);
    FrameSize size = MeasureFrame(rest);
    if (size.state == FrameState::kTooLarge) return Bad("not an event: its frame would be larger than 1 MiB");
    if (size.state == FrameState::kShort || size.bytes > rest.size()) {
      wanted_ = size.bytes;
      return Status::Ok();
    }
    EventView& view = events_.emplace_back();
    if (!EventView::Bind(rest.first(size.bytes), &view)) [[unlikely]] {
      auto plain = std::make_unique<std::vector<std::byte>>();
      Status flattened = Flatten(rest.first(size.bytes), plain.get());
      if (!flattened.ok() || !EventView::Bind(*plain, &view)) {
        events_.pop_back();
        return Bad(flattened.ok() ? "malformed event" : flattened.message());
      }
      flattened_.push_back(std::move(plain));
    }
    begin_ += size.bytes;
    offset_ += size.bytes;
  }
  wanted_ = 8;
  return Status::Ok();
}

Status StreamReader::Bad(std::string_view what) const {
  return DataLoss(fmt::format("{}: offset {}: {}", name_, offset_, what));
}

}  // namespace vexevt
