// TextChunks: text that is written piece by piece.
#pragma once

#include <string>

#include "lib/base/status.h"
#include "lib/graph/write.h"

namespace vexevt {

class TextChunks {
 public:
  explicit TextChunks(const TextOut& out) : out_(out) {}

  std::string text;  // to append to

  // Between two pieces: gives on what there is, once that is much.
  Status Pass() { return text.size() < kEnough ? Status() : Finish(); }
  Status Finish() {
    Status status = text.empty() ? Status() : out_(text);
    text.clear();
    return status;
  }

 private:
  static constexpr std::size_t kEnough = std::size_t{1} << 16;

  const TextOut& out_;
};

}  // namespace vexevt
