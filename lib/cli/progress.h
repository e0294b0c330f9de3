// The progress line: events, rate and, where the input's size is known, how much is done and the time left.
#pragma once

#include <cstdint>
#include <string>

namespace vexevt {

class Progress {
 public:
  // `total_bytes` of input; 0: not known. `start_ns` is of the clock that Text's `now_ns` is of.
  Progress(std::uint64_t total_bytes, std::uint64_t start_ns) : total_bytes_(total_bytes), start_ns_(start_ns) {}

  // "12.3M events, 4.1M/s, 62%, 1m12s left"
  std::string Text(std::uint64_t events, std::uint64_t bytes, std::uint64_t now_ns) const;

 private:
  std::uint64_t total_bytes_, start_ns_;
};

}  // namespace vexevt
