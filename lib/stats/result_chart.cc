#include "lib/stats/result_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

namespace vexevt {
namespace {

constexpr std::size_t kMostHistograms = 4;  // of a column
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::size_t MostRows(ChartKind kind) { return kind == ChartKind::kLine ? 6 : 20; }

bool IsHistogram(AggregateKind kind) { return kind == AggregateKind::kHistogram; }

// Of what a watch tells, whether it is no score but a bound of what was expected.
bool IsBound(const StatsQuery& query, const ResultColumn& column) {
  return std::ranges::find(query.watches, column.name, &Watch::name) == query.watches.end();
}

Quantity QuantityOf(FieldType type) {
  switch (type) {
    case FieldType::kSize:
      return Quantity::kBytes;
    case FieldType::kDuration:
      return Quantity::kDuration;
    case FieldType::kTime:
      return Quantity::kTime;
    default:
      return Quantity::kNumber;
  }
}

ChartKind KindOf(const ResultHistory& history, AggregateKind column, PlotKind kind) {
  switch (kind) {
    case PlotKind::kBars:
    case PlotKind::kHistogram:
      return ChartKind::kBars;
    case PlotKind::kSpark:
      return ChartKind::kSpark;
    case PlotKind::kLine:
      return ChartKind::kLine;
    case PlotKind::kHeatMap:
      return ChartKind::kHeatMap;
    case PlotKind::kAuto:
      break;
  }
  if (history.windows() <= 1) return ChartKind::kBars;
  return IsHistogram(column) ? ChartKind::kHeatMap : ChartKind::kSpark;
}

// From which value to below which.
std::string BucketLabel(std::uint32_t bucket, Quantity quantity) {
  if (bucket == 0) return "< 0";
  return ShowQuantity(PowerHistogram::Begin(bucket), quantity) + " - " +
         ShowQuantity(PowerHistogram::Begin(bucket + 1), quantity);
}

class ChartMaker {
 public:
  ChartMaker(const ResultHistory& history, const ResultColumn& column, PlotKind kind)
      : history_(history),
        column_(column),
        kind_(KindOf(history, column.kind, kind)),
        counts_(IsHistogram(column.kind) || column.kind == AggregateKind::kTopK || OnlyGrows(column.kind)) {}

  Chart Make(const TrackSet& set) const {
    Chart chart;
    chart.kind = kind_;
    chart.title = TitleOf(set);
    chart.subtitle = TimeShown();
    if (!counts_ || OnlyGrows(column_.kind)) chart.quantity = QuantityOf(column_.type);
    if (history_.query().windows.kind == WindowKind::kCount) chart.along = Quantity::kNumber;
    chart.begin = static_cast<double>(history_.first_at());
    chart.step = static_cast<double>(history_.step());
    const std::size_t left_out = IsHistogram(column_.kind) ? AddBuckets(set, &chart) : AddLargest(set, &chart);
    chart.note = NoteOf(left_out);
    return chart;
  }

 private:
  std::string TitleOf(const TrackSet& set) const {
    std::string title = column_.name;
    for (std::size_t i = 0; i < history_.query().by.size(); ++i) {
      title += fmt::format("{}{}", i == 0 ? " by " : ", ", history_.query().by[i].name);
    }
    return IsHistogram(column_.kind) && !set.label.empty() ? title + ": " + set.label : title;
  }

  std::string TimeShown() const {
    const bool last = kind_ == ChartKind::kBars && history_.query().windows.kind != WindowKind::kSession;
    return fmt::format("{} to {}", ShowTime(last ? history_.last_begin_ns() : history_.begin_ns()),
                       ShowTime(last ? history_.last_end_ns() : history_.end_ns()));
  }

  std::string NoteOf(std::size_t left_out) const {
    std::string note;
    if (left_out > 0) note = fmt::format("and {} more", left_out);
    if (history_.lower_bounds() > 0) {
      note += fmt::format("{}{} of {} windows are lower bounds: events are missing", note.empty() ? "" : "; ",
                          history_.lower_bounds(), history_.windows());
    }
    return note;
  }

  // Whether it has something to show: of bars, whether it is of the last window.
  bool Shows(const ResultTrack& track) const {
    return kind_ != ChartKind::kBars || track.window == history_.windows() ||
           history_.query().windows.kind == WindowKind::kSession;
  }

  std::vector<double> ValuesOf(const ResultTrack& track) const {
    if (kind_ == ChartKind::kBars) return {track.last};
    // Where no event was, there are none; a mean of none, or a session that wasn't, is nothing.
    const double empty = counts_ && history_.query().windows.kind != WindowKind::kSession ? 0 : kNone;
    std::vector<double> values((history_.last_at() - history_.first_at()) / history_.step() + 1, empty);
    for (const TrackPoint& point : track.points) {
      values[(point.at - history_.first_at()) / history_.step()] = point.value;
    }
    return values;
  }

  std::size_t AddLargest(const TrackSet& set, Chart* chart) const {
    std::vector<const ResultTrack*> tracks;
    for (const ResultTrack& track : set.tracks) {
      if (Shows(track)) tracks.push_back(&track);
    }
    const bool last = kind_ == ChartKind::kBars;
    std::ranges::stable_sort(tracks, [last](const ResultTrack* a, const ResultTrack* b) {
      const double x = last ? a->last : a->total, y = last ? b->last : b->total;
      return x != y ? x > y : a->key < b->key;
    });
    const std::size_t shown = std::min(tracks.size(), MostRows(kind_));
    for (std::size_t i = 0; i < shown; ++i) chart->rows.push_back({tracks[i]->label, ValuesOf(*tracks[i])});
    return tracks.size() - shown;
  }

  // All of them, from the lowest to the highest that has some; as on an axis the highest is at the top, but of bars.
  std::size_t AddBuckets(const TrackSet& set, Chart* chart) const {
    std::vector<const ResultTrack*> tracks(kBuckets, nullptr);
    std::uint32_t lowest = kBuckets, beyond = 0;
    for (const ResultTrack& track : set.tracks) {
      if (!Shows(track)) continue;
      tracks[track.bucket] = &track;
      lowest = std::min(lowest, track.bucket);
      beyond = std::max(beyond, track.bucket + 1);
    }
    const Field* const field = history_.plan().cells[column_.cell].field.field;
    const Quantity quantity = field != nullptr ? QuantityOf(field->type) : Quantity::kNumber;
    for (std::uint32_t bucket = lowest; bucket < beyond; ++bucket) {
      const ResultTrack none{.key = {}, .label = {}, .points = {}};
      chart->rows.push_back(
          {BucketLabel(bucket, quantity), ValuesOf(tracks[bucket] != nullptr ? *tracks[bucket] : none)});
    }
    if (kind_ != ChartKind::kBars) std::ranges::reverse(chart->rows);
    return 0;
  }

  static constexpr std::uint32_t kBuckets = PowerHistogram::kBuckets;

  const ResultHistory& history_;
  const ResultColumn& column_;
  const ChartKind kind_;
  const bool counts_;  // what is 0 where there is no event
};

}  // namespace

std::vector<Chart> ChartsOf(const ResultHistory& history, PlotKind kind) {
  std::vector<Chart> charts;
  for (std::size_t i = 0; i < history.columns().size(); ++i) {
    const ResultColumn& column = history.plan().columns[i];
    if (kind == PlotKind::kHistogram && !IsHistogram(column.kind)) continue;
    if (column.kind == AggregateKind::kWatch && IsBound(history.query(), column)) continue;
    const ChartMaker maker(history, column, kind);
    std::vector<const TrackSet*> sets;
    for (const TrackSet& set : history.columns()[i]) sets.push_back(&set);
    std::ranges::stable_sort(sets, [](const TrackSet* a, const TrackSet* b) { return a->total > b->total; });
    sets.resize(std::min(sets.size(), kMostHistograms));
    for (const TrackSet* set : sets) {
      if (Chart chart = maker.Make(*set); !chart.rows.empty()) charts.push_back(std::move(chart));
    }
  }
  return charts;
}

bool HasHistogram(const StatsQuery& query) {
  return std::ranges::any_of(query.aggregates, IsHistogram, &Aggregate::kind);
}

}  // namespace vexevt
