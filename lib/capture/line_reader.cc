#include "lib/capture/line_reader.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace vexevt {

Result<std::optional<std::string_view>> LineReader::Next() {
  constexpr std::size_t kReadBytes = std::size_t{256} << 10;
  std::size_t searched = at_;
  for (;;) {
    std::size_t newline = buffer_.find('\n', searched);
    if (newline != std::string::npos || (ended_ && at_ < buffer_.size())) {
      std::size_t end = newline == std::string::npos ? buffer_.size() : newline;
      std::string_view line(buffer_.data() + at_, end - at_);
      at_ = newline == std::string::npos ? end : newline + 1;
      return std::optional(line);
    }
    if (ended_) return std::optional<std::string_view>();
    if (buffer_.size() - at_ > most_) {
      return DataLoss(fmt::format("{}: a line is longer than {} bytes", name_, most_));
    }
    buffer_.erase(0, at_);
    at_ = 0;
    searched = buffer_.size();
    buffer_.resize(searched + kReadBytes);
    ssize_t count = ::read(fd_.get(), buffer_.data() + searched, kReadBytes);
    int error = errno;
    buffer_.resize(searched + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && error != EINTR) return ErrnoStatus(fmt::format("cannot read '{}'", name_), error);
    ended_ = count == 0;
  }
}

}  // namespace vexevt
