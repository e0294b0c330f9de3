#include "lib/stats/result_history.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "lib/stats/group_key.h"

namespace vexevt {
namespace {

std::uint64_t FirstStep(const WindowShape& windows) {
  if (windows.kind == WindowKind::kTime) return windows.every_ns;
  return windows.kind == WindowKind::kSession ? std::max<std::uint64_t>(windows.gap_ns, 1) : 1;
}

std::string LabelOf(const StatsQuery& query, const ResultRow& row) {
  if (row.other) return "(other)";
  std::vector<FieldValue> values;
  std::vector<std::string> texts;
  if (!DecodeGroupKey(row.key, query.by.size(), &values, &texts)) return {};
  std::string label;
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::string text;
    AppendColumnText(query.by[i], values[i], ValueForm::kRaw, &text);
    if (i > 0) label += ' ';
    label += text.empty() ? "-" : text;
  }
  return label;
}

void AddPoint(TrackPoint point, std::vector<TrackPoint>* points) {
  const auto place = std::ranges::lower_bound(*points, point.at, {}, &TrackPoint::at);
  if (place == points->end() || place->at != point.at) {
    points->insert(place, point);
  } else {
    place->value = std::max(place->value, point.value);
  }
}

void Widen(std::uint64_t step, std::vector<TrackPoint>* points) {
  std::vector<TrackPoint> wide;
  for (const TrackPoint& point : *points) AddPoint({point.at - point.at % step, point.value}, &wide);
  *points = std::move(wide);
}

// Keeps the half with the larger totals.
template <typename Kept>
void Halve(std::vector<Kept>* all) {
  std::ranges::stable_sort(*all, std::greater<>(), &Kept::total);
  all->erase(all->begin() + static_cast<std::ptrdiff_t>(all->size() / 2), all->end());
}

TrackSet& SetOf(std::string_view key, std::string label, std::vector<TrackSet>* sets) {
  const auto place = std::ranges::find(*sets, key, &TrackSet::key);
  if (place != sets->end()) return *place;
  if (sets->size() == ResultHistory::kMostSets) Halve(sets);
  TrackSet& set = sets->emplace_back();
  set.key = key;
  set.label = std::move(label);
  return set;
}

}  // namespace

ResultHistory::ResultHistory(const StatsQuery& query, const StatePlan& plan)
    : query_(query), plan_(plan), columns_(plan.columns.size()), step_(FirstStep(query.windows)) {}

void ResultHistory::Add(const ToldWindow& window, std::span<const ResultRow> rows) {
  std::uint64_t at = window.begin_ns;
  if (query_.windows.kind == WindowKind::kCount) at = windows_;
  if (query_.windows.kind == WindowKind::kTime) at = window.end_ns - query_.windows.every_ns;
  MakeRoomFor(at);
  begin_ns_ = windows_ == 0 ? window.begin_ns : std::min(begin_ns_, window.begin_ns);
  end_ns_ = std::max(end_ns_, window.end_ns);
  last_begin_ns_ = window.begin_ns;
  last_end_ns_ = window.end_ns;
  lower_bounds_ += window.lower_bound;
  ++windows_;
  for (const ResultRow& row : rows.first(std::min(rows.size(), kMostRows))) {
    for (std::size_t column = 0; column < columns_.size(); ++column) AddRow(column, window, row, at - at % step_);
  }
}

void ResultHistory::MakeRoomFor(std::uint64_t at) {
  first_at_ = windows_ == 0 ? at : std::min(first_at_, at);
  last_at_ = std::max(last_at_, at);
  if ((last_at_ - first_at_) / step_ < kMostPlaces) return;
  while ((last_at_ - first_at_) / step_ >= kMostPlaces) step_ *= 2;
  for (auto& sets : columns_) {
    for (TrackSet& set : sets) {
      for (ResultTrack& track : set.tracks) Widen(step_, &track.points);
    }
  }
}

void ResultHistory::AddRow(std::size_t column, const ToldWindow& window, const ResultRow& row, std::uint64_t at) {
  const ResultColumn& result = plan_.columns[column];
  std::vector<TrackSet>& sets = columns_[column];
  const std::string label = LabelOf(query_, row);
  if (result.kind == AggregateKind::kHistogram) {
    const PowerHistogram* const histogram = ReadHistogram(plan_, result, window.groups->State(row.number));
    if (histogram == nullptr) return;
    TrackSet& set = SetOf(row.key, label, &sets);
    for (std::uint32_t bucket = 0; bucket < histogram->counts().size(); ++bucket) {
      if (histogram->counts()[bucket] == 0) continue;
      AddValue(&set, {.key = std::to_string(bucket), .label = {}, .bucket = bucket, .points = {}}, at,
               static_cast<double>(histogram->counts()[bucket]));
    }
  } else if (result.kind == AggregateKind::kTopK) {
    for (const auto& [item, count] : ReadTop(plan_, result, window.groups->State(row.number))) {
      AddValue(&SetOf({}, {}, &sets),
               {.key = std::string(row.key) + item, .label = label.empty() ? item : label + ' ' + item, .points = {}},
               at, static_cast<double>(count));
    }
  } else if (const auto value = AsReal(row.values[column]); value && !std::isnan(*value)) {
    AddValue(&SetOf({}, {}, &sets), {.key = std::string(row.key), .label = label, .points = {}}, at, *value);
  }
}

void ResultHistory::AddValue(TrackSet* set, ResultTrack track, std::uint64_t at, double value) {
  auto found = set->by_key.find(track.key);
  if (found == set->by_key.end()) {
    if (set->tracks.size() == kMostTracks) {
      Halve(&set->tracks);
      set->by_key.clear();
      for (std::size_t i = 0; i < set->tracks.size(); ++i) set->by_key.emplace(set->tracks[i].key, i);
    }
    found = set->by_key.emplace(track.key, set->tracks.size()).first;
    set->tracks.push_back(std::move(track));
  }
  ResultTrack& kept = set->tracks[found->second];
  AddPoint({at, value}, &kept.points);
  kept.total += std::fabs(value);
  set->total += std::fabs(value);
  kept.last = value;
  kept.window = windows_;
}

}  // namespace vexevt
