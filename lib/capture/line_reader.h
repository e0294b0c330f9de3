// LineReader: a descriptor's bytes, line by line, as they come: a last line without a newline counts. Not thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

class LineReader {
 public:
  // Lines longer than `most` bytes are kDataLoss.
  LineReader(UniqueFd fd, std::string name, std::size_t most)
      : fd_(std::move(fd)), name_(std::move(name)), most_(most) {}

  // A line without its newline, valid until the next call; nullopt at the end. Blocks only where no whole line is left.
  Result<std::optional<std::string_view>> Next();

  // Whether Next gives a line without reading more.
  bool MoreWaiting() const { return buffer_.find('\n', at_) != std::string::npos; }

  int fd() const { return fd_.get(); }
  const std::string& name() const { return name_; }

 private:
  UniqueFd fd_;
  std::string name_;
  std::size_t most_;
  std::string buffer_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

}  // namespace vexevt
