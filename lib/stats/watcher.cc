#include "lib/stats/watcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "lib/base/clock.h"
#include "lib/stats/group_key.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kMostMadeUp = 1'000;  // windows
constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// Whether it is a number of things: 0 where nothing is.
bool CountsThings(AggregateKind kind) {
  return kind == AggregateKind::kCount || kind == AggregateKind::kRate || kind == AggregateKind::kDistinct;
}

ResultValue Shown(double edge) { return std::isnan(edge) ? ResultValue() : ResultValue(edge); }

}  // namespace

Watcher::Watcher(const StatsQuery& query, std::uint32_t most_groups) : query_(query), most_groups_(most_groups) {
  for (const Watch& watch : query.watches) {
    DetectorShape& shape = shapes_.emplace_back();
    shape.kind = watch.method;
    shape.period = watch.period;
    for (const std::uint32_t measure : watch.measures) shape.grains.push_back(Grain(measure));
  }
}

// One event more or less.
double Watcher::Grain(std::uint32_t measure) const {
  const AggregateKind kind = query_.aggregates[measure].kind;
  if (!CountsThings(kind)) return 0;
  if (kind != AggregateKind::kRate) return 1;
  const std::uint64_t length_ns = query_.windows.length_ns;
  return length_ns == 0 ? 0 : static_cast<double>(kNsPerSecond) / static_cast<double>(length_ns);
}

std::span<const Anomaly> Watcher::See(const ToldWindow& window, std::vector<ResultRow>* rows) {
  found_.clear();
  if (window.partial) return {};
  const bool in_order = query_.windows.kind == WindowKind::kTime;
  if (in_order) MakeUpTo(window.end_ns / query_.windows.every_ns);
  std::size_t seen = 0;
  for (ResultRow& row : *rows) {
    if (row.other) continue;
    SeeRow(window, &row);
    ++seen;
  }
  if (in_order) {
    // Groups that have a row have come to the front.
    auto group = std::next(groups_.begin(), static_cast<std::ptrdiff_t>(std::min(seen, groups_.size())));
    for (; group != groups_.end(); ++group) SeeSilent(window.end_ns, window.lower_bound, &*group);
  }
  anomalies_ += found_.size();
  return found_;
}

void Watcher::MakeUpTo(std::uint64_t window) {
  const std::uint64_t next = last_window_.value_or(window) + 1;
  const bool missing = std::exchange(loaded_, false);
  last_window_ = window;
  if (window <= next || window - next > kMostMadeUp) return;
  for (std::uint64_t empty = next; empty < window; ++empty) {
    for (Group& group : groups_) SeeSilent(empty * query_.windows.every_ns, missing, &group);
  }
}

void Watcher::SeeRow(const ToldWindow& window, ResultRow* row) {
  Group& group = GroupOf(row->key);
  group.told_silent = false;
  std::size_t column = query_.aggregates.size();
  for (std::uint32_t i = 0; i < query_.watches.size(); ++i) {
    const Watch& watch = query_.watches[i];
    std::vector<double> values;
    for (const std::uint32_t measure : watch.measures) {
      values.push_back(window.lower_bound ? kMissing : AsReal(row->values[measure]).value_or(kMissing));
    }
    const Judgement judgement = Judge(i, values, &group);
    const std::span<ResultValue> told = std::span(row->values).subspan(column, ColumnSuffixes(watch.kind).size());
    column += told.size();
    if (judgement.known) {
      told[0] = judgement.score;
      told[1] = Shown(judgement.low);
      told[2] = Shown(judgement.high);
    } else if (window.lower_bound) {
      told[0] = "uncertain";
    } else if (std::ranges::none_of(values, [](double value) { return std::isnan(value); })) {
      told[0] = "warming up";
    }
    if (!judgement.anomalous()) continue;
    found_.push_back({i, group.key, std::move(values), judgement, row, window.begin_ns, window.end_ns});
  }
}

Judgement Watcher::Judge(std::uint32_t watch, std::span<const double> values, Group* group) const {
  Judgement judgement = group->models[watch].See(values);
  const bool counts = CountsThings(query_.aggregates[query_.watches[watch].measures[0]].kind);
  if (counts && judgement.low < 0) judgement.low = 0;
  return judgement;
}

void Watcher::SeeSilent(std::uint64_t end_ns, bool missing, Group* group) {
  const bool told = group->told_silent;
  for (std::uint32_t i = 0; i < query_.watches.size(); ++i) {
    std::vector<double> values;
    for (const std::uint32_t measure : query_.watches[i].measures) {
      values.push_back(!missing && CountsThings(query_.aggregates[measure].kind) ? 0 : kMissing);
    }
    const Judgement judgement = Judge(i, values, group);
    if (told || !judgement.anomalous()) continue;
    group->told_silent = true;
    const std::uint64_t begin_ns = end_ns - std::min(end_ns, query_.windows.length_ns);
    found_.push_back({i, group->key, std::move(values), judgement, nullptr, begin_ns, end_ns});
  }
}

Watcher::Group Watcher::MakeGroup(std::string_view key) const {
  Group group{.key = std::string(key)};
  for (const DetectorShape& shape : shapes_) group.models.emplace_back(shape);
  return group;
}

Watcher::Group& Watcher::GroupOf(std::string_view key) {
  const auto known = by_key_.find(key);
  if (known != by_key_.end()) {
    groups_.splice(groups_.begin(), groups_, known->second);
    return groups_.front();
  }
  while (groups_.size() >= most_groups_) {  // more than that may have been loaded
    by_key_.erase(groups_.back().key);
    groups_.pop_back();
    ++forgotten_;
  }
  groups_.push_front(MakeGroup(key));
  by_key_.emplace(groups_.front().key, groups_.begin());
  return groups_.front();
}

std::string Watcher::Save() const {
  Packer packer;
  packer.PutText(query_.text);
  packer.Put(last_window_.has_value());
  packer.Put(last_window_.value_or(0));
  packer.PutCount(groups_.size());
  for (const Group& group : groups_) {
    packer.PutText(group.key);
    packer.Put(group.told_silent);
    for (const Detector& model : group.models) model.Save(&packer);
  }
  return packer.Take();
}

Status Watcher::Load(std::string_view bytes) {
  Unpacker unpacker(bytes);
  const std::string_view text = unpacker.GetText();
  if (unpacker.ok() && text != query_.text) {
    return InvalidArgument(fmt::format("its models are of another query, '{}'", text));
  }
  loaded_ = true;
  const bool begun = unpacker.Get<bool>();
  const auto last_window = unpacker.Get<std::uint64_t>();
  if (begun) last_window_ = last_window;
  const std::size_t count = unpacker.GetCount(sizeof(std::uint64_t) + sizeof(bool));
  std::vector<FieldValue> values;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view key = unpacker.GetText();
    if (!DecodeGroupKey(key, query_.by.size(), &values, &texts) || by_key_.contains(key))
      return DataLoss("it is damaged");
    groups_.push_back(MakeGroup(key));
    by_key_.emplace(groups_.back().key, std::prev(groups_.end()));
    groups_.back().told_silent = unpacker.Get<bool>();
    for (Detector& model : groups_.back().models) {
      if (!model.Load(&unpacker)) return DataLoss("it is damaged");
    }
  }
  return unpacker.done() ? Status::Ok() : DataLoss("it is damaged");
}

}  // namespace vexevt
