// Summary: what is in a stream, in one pass: how much, from when to when, of what, and what is missing. Bounded memory:
// of hosts and commands the first kMaxNames are told apart, the others counted together. For one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/event/event_view.h"

namespace vexevt {

class Summary {
 public:
  static constexpr std::size_t kMaxNames = 4096;

  void Add(const EventView& event);

  // For people: totals, then tables, the most frequent first. Ends with a newline.
  std::string Text() const;
  // One line for programs: {"events":…,"types":{"fs.create":…},…} and a newline.
  std::string Json() const;

 private:
  // Counts by name; "" is what has none.
  struct Names {
    std::unordered_map<std::string, std::uint64_t> counts;
    std::uint64_t others = 0;
    void Add(std::string_view name);
  };
  struct Row {
    std::string name;
    std::uint64_t count;
  };
  static std::vector<Row> Sorted(const Names& names);
  std::vector<Row> TypeRows() const;
  std::vector<Row> BoundaryRows() const;
  std::uint64_t span_ns() const { return events_ == 0 ? 0 : last_ns_ - first_ns_; }

  std::uint64_t events_ = 0, bytes_ = 0;
  std::uint64_t first_ns_ = 0, last_ns_ = 0,
                previous_ns_ = 0;  // wall time: the least, the greatest, of the event before
  std::uint64_t out_of_order_ = 0;
  std::uint64_t gaps_ = 0, lost_ = 0, gaps_unknown_ = 0;
  std::map<EventType, std::uint64_t> types_;
  std::map<std::uint16_t, std::uint64_t> boundaries_;
  Names hosts_, commands_;
};

}  // namespace vexevt
