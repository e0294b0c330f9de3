// StatusPage: what a running tool shows of itself to `vexevt status`, in memory that another process finds among its
// descriptors and reads without asking it: also of one that is stopped or blocked (docs/decisions/0030).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/unique_fd.h"

namespace vexevt {

// The name that /proc/PID/fd shows of it.
inline constexpr std::string_view kStatusPageLink = "/memfd:vexevt-status (deleted)";

struct StatusNumbers {
  std::uint64_t in = 0, made = 0, out = 0, dropped = 0;  // of the ledger
  std::uint64_t gaps = 0, lost = 0, unknown = 0;
  std::uint64_t bytes_in = 0, bytes_out = 0;
  std::uint64_t last_wall_ns = 0;  // time of the last event read, 0: none yet
  std::uint64_t moved_ns = 0;      // monotonic time (Clock) at which in, out or waits last changed
  std::uint64_t waits = 0;         // 1: for input, and has nothing else to do
  std::uint64_t waited_ns = 0;     // for input, before moved_ns
};

struct StatusFacts {
  std::string tool;           // "vexevt-filter"
  std::string input, output;  // endpoints, cut to 255 bytes; several are one, with blanks between
  std::uint64_t started_wall_ns = 0;
};

class StatusPage {
 public:
  // Where there is no memory or descriptor for it, there is no page, and Publish does nothing: no tool fails for it.
  explicit StatusPage(const StatusFacts& facts);
  ~StatusPage();
  StatusPage(const StatusPage&) = delete;
  StatusPage& operator=(const StatusPage&) = delete;

  // For one thread. Some nanoseconds.
  void Publish(const StatusNumbers& numbers);

  int fd() const { return fd_.get(); }  // -1: there is no page

 private:
  UniqueFd fd_;
  void* memory_ = nullptr;
};

struct StatusReading {
  StatusFacts facts;
  StatusNumbers numbers;
};

// What the page at `fd` shows, which anybody may have made: nullopt where it isn't one, or never stands still.
std::optional<StatusReading> ReadStatusPage(int fd);

}  // namespace vexevt
