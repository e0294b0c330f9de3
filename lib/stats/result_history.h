// ResultHistory: what the windows told, kept to be drawn, in bounded memory however long the stream is.
//
// A value stands at its window's time. Where the times take too many places, neighbours become one, with the larger
// value. Of each window the first rows are kept, which are the largest; of too many rows in all, those go whose values
// sum up to least.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/stats/result.h"

namespace vexevt {

struct TrackPoint {
  std::uint64_t at;  // a multiple of ResultHistory::step()
  double value;      // no NaN
};

// A row of a chart: of a group, of a group's item of a topk, or of a bucket of its histogram.
struct ResultTrack {
  std::string key;                 // by which rows are told apart
  std::string label;               // any bytes
  std::uint32_t bucket = 0;        // of a histogram
  std::vector<TrackPoint> points;  // by time
  double total = 0;                // of the values' magnitudes
  double last = 0;                 // in the window of this number, from 1 on
  std::uint64_t window = 0;
};

// Rows of one chart: all of a column, but those of a histogram of each group.
struct TrackSet {
  std::string key, label;  // of a histogram: the group's
  double total = 0;
  std::vector<ResultTrack> tracks;
  std::unordered_map<std::string, std::size_t> by_key;
};

class ResultHistory {
 public:
  static constexpr std::uint64_t kMostPlaces = 512;
  static constexpr std::size_t kMostTracks = 1'000;  // of a set
  static constexpr std::size_t kMostSets = 16;       // of a histogram
  static constexpr std::size_t kMostRows = 100;      // of a window

  // Borrows both.
  ResultHistory(const StatsQuery& query, const StatePlan& plan);

  // `rows` as ReadRows has them, of a window that is over.
  void Add(const ToldWindow& window, std::span<const ResultRow> rows);

  const StatsQuery& query() const { return query_; }
  const StatePlan& plan() const { return plan_; }
  // By column of the plan; none of one whose values are texts.
  const std::vector<std::vector<TrackSet>>& columns() const { return columns_; }

  std::uint64_t windows() const { return windows_; }
  std::uint64_t lower_bounds() const { return lower_bounds_; }  // of the windows
  // Of all windows, and of the last.
  std::uint64_t begin_ns() const { return begin_ns_; }
  std::uint64_t end_ns() const { return end_ns_; }
  std::uint64_t last_begin_ns() const { return last_begin_ns_; }
  std::uint64_t last_end_ns() const { return last_end_ns_; }
  // Points lie at multiples of step() from the first to the last: times, or, where windows are of so many events, the
  // windows' numbers from 0 on.
  std::uint64_t first_at() const { return first_at_ - first_at_ % step_; }
  std::uint64_t last_at() const { return last_at_ - last_at_ % step_; }
  std::uint64_t step() const { return step_; }

 private:
  void MakeRoomFor(std::uint64_t at);
  void AddRow(std::size_t column, const ToldWindow& window, const ResultRow& row, std::uint64_t at);
  void AddValue(TrackSet* set, ResultTrack track, std::uint64_t at, double value);

  const StatsQuery& query_;
  const StatePlan& plan_;
  std::vector<std::vector<TrackSet>> columns_;
  std::uint64_t windows_ = 0, lower_bounds_ = 0;
  std::uint64_t begin_ns_ = 0, end_ns_ = 0, last_begin_ns_ = 0, last_end_ns_ = 0;
  std::uint64_t first_at_ = 0, last_at_ = 0, step_;
};

}  // namespace vexevt
