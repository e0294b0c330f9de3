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
  return kind == AggregateKind::kCount || kind == AggregateKind::kRate || kind == AggregateKind::kDistinct ||
         kind == AggregateKind::kFrequency;
}

// Whether it is a total of what has happened so far: 0 where nothing has.
bool AddsUp(AggregateKind kind) { return CountsThings(kind) || kind == AggregateKind::kSum; }

}  // namespace

Watcher::Watcher(const StatsQuery& query, std::uint32_t most_groups, bool backtest)
    : query_(query), most_groups_(most_groups), backtest_(backtest) {
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
  const bool goes_on = std::exchange(after_break_, false);
  may_lack_ = false;
  if (in_order) MakeUpTo(window, goes_on);
  may_lack_ = window.cut || goes_on;
  std::size_t seen = 0;
  for (ResultRow& row : *rows) {
    if (row.other) continue;
    SeeRow(window, &row);
    ++seen;
  }
  if (in_order && !window.cut) {
    // Groups that have a row have come to the front.
    auto group = std::next(groups_.begin(), static_cast<std::ptrdiff_t>(std::min(seen, groups_.size())));
    for (; group != groups_.end(); ++group) SeeSilent(window.end_ns, window.lower_bound, &*group);
  }
  anomalies_ += found_.size();
  return found_;
}

void Watcher::MakeUpTo(const ToldWindow& window, bool missing) {
  const std::uint64_t number = window.end_ns / query_.windows.every_ns;
  const std::uint64_t next = last_window_.value_or(number - 1) + 1;
  last_window_ = window.cut ? number - 1 : number;
  if (number <= next || number - next > kMostMadeUp) return;
  for (std::uint64_t empty = next; empty < number; ++empty) {
    for (Group& group : groups_) SeeSilent(empty * query_.windows.every_ns, missing, &group);
  }
}

void Watcher::SeeRow(const ToldWindow& window, ResultRow* row) {
  Group& group = GroupOf(row->key);
  if (!window.cut) group.told_silent = false;
  std::size_t column = query_.aggregates.size();
  for (std::uint32_t i = 0; i < query_.watches.size(); ++i) {
    const Watch& watch = query_.watches[i];
    std::vector<double> values;
    for (const std::uint32_t measure : watch.measures) {
      values.push_back(window.lower_bound ? kMissing : AsReal(row->values[measure]).value_or(kMissing));
    }
    const std::span<ResultValue> told = std::span(row->values).subspan(column, watch.columns.size());
    column += told.size();
    if (auto* const forecast = std::get_if<GroupForecast>(&group.models[i])) {
      TellForecast(window, query_.aggregates[watch.measures[0]].kind, values[0], forecast, told);
      continue;
    }
    const bool missing = std::ranges::any_of(values, [](double value) { return std::isnan(value); });
    Anomaly seen = Judge(i, std::move(values), !window.cut, &group);
    if (seen.judgement.known) {
      told[0] = seen.judgement.score;
      for (std::size_t value = 0; value < seen.of_each.values.size(); ++value) {
        told[1 + 2 * value] = seen.of_each.values[value].low;
        told[2 + 2 * value] = seen.of_each.values[value].high;
      }
    } else if (window.lower_bound) {
      told[0] = "uncertain";
    } else if (!missing) {
      told[0] = "warming up";
    }
    if (!IsFinding(seen)) continue;
    seen.key = group.key;
    seen.row = row;
    seen.begin_ns = window.begin_ns;
    seen.end_ns = window.end_ns;
    found_.push_back(std::move(seen));
  }
}

// Where the stream has ended within the window, what has been counted is not all that will be, and nothing is learnt: a
// run that goes on sees the window again.
void Watcher::TellForecast(const ToldWindow& window, AggregateKind kind, double value, GroupForecast* forecast,
                           std::span<ResultValue> told) const {
  if (!window.cut) {
    forecast->See(value);
    return forecast->Tell(window.end_ns, query_.windows.every_ns, told);
  }
  GroupForecast at_end = *forecast;
  if (AddsUp(kind)) {
    at_end.SeePart(value);
  } else {
    at_end.See(value);
  }
  at_end.Tell(window.end_ns, query_.windows.every_ns, told);
}

Anomaly Watcher::Judge(std::uint32_t watch, std::vector<double> values, bool learn, Group* group) const {
  Detector& model = std::get<Detector>(group->models[watch]);
  Anomaly seen{.watch = watch, .key = {}, .values = std::move(values), .judgement = {}, .of_each = {}};
  seen.of_each = model.JudgeEach(seen.values);
  seen.judgement = learn ? model.See(seen.values) : Detector(model).See(seen.values);
  if (seen.of_each.values.empty()) seen.of_each.values = {seen.judgement};
  for (std::size_t i = 0; i < seen.of_each.values.size(); ++i) {
    Judgement& one = seen.of_each.values[i];
    if (CountsThings(query_.aggregates[query_.watches[watch].measures[i]].kind)) one.low = std::max(one.low, 0.0);
  }
  return seen;
}

bool Watcher::IsFinding(const Anomaly& anomaly) const {
  if (!anomaly.judgement.anomalous()) return false;
  const std::vector<std::uint32_t>& measures = query_.watches[anomaly.watch].measures;
  const bool counts = std::ranges::any_of(
      measures, [&](std::uint32_t measure) { return CountsThings(query_.aggregates[measure].kind); });
  if (!may_lack_ || !counts) return true;
  // Of several, more of one than the others make one expect may be too few of those.
  return anomaly.of_each.values.size() == 1 && anomaly.values[0] > anomaly.of_each.values[0].high;
}

void Watcher::SeeSilent(std::uint64_t end_ns, bool missing, Group* group) {
  const bool told = group->told_silent;
  for (std::uint32_t i = 0; i < query_.watches.size(); ++i) {
    std::vector<double> values;
    auto* const forecast = std::get_if<GroupForecast>(&group->models[i]);
    for (const std::uint32_t measure : query_.watches[i].measures) {
      const AggregateKind kind = query_.aggregates[measure].kind;
      const bool nothing = forecast != nullptr ? AddsUp(kind) : CountsThings(kind);
      values.push_back(!missing && nothing ? 0 : kMissing);
    }
    if (forecast != nullptr) {
      forecast->See(values[0]);
      continue;
    }
    Anomaly seen = Judge(i, std::move(values), true, group);
    if (told || !IsFinding(seen)) continue;
    group->told_silent = true;
    seen.key = group->key;
    seen.begin_ns = end_ns - std::min(end_ns, query_.windows.length_ns);
    seen.end_ns = end_ns;
    found_.push_back(std::move(seen));
  }
}

Watcher::Group Watcher::MakeGroup(std::string_view key) const {
  Group group{.key = std::string(key)};
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    if (query_.watches[i].kind == WatchKind::kForecast) {
      group.models.emplace_back(GroupForecast(query_.watches[i], backtest_));
    } else {
      group.models.emplace_back(Detector(shapes_[i]));
    }
  }
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

std::vector<GroupScore> Watcher::Scores() const {
  std::vector<GroupScore> scores;
  for (const Group& group : groups_) {
    for (std::uint32_t i = 0; i < query_.watches.size(); ++i) {
      const auto* const forecast = std::get_if<GroupForecast>(&group.models[i]);
      if (forecast != nullptr) scores.push_back({i, group.key, forecast->Score()});
    }
  }
  std::ranges::sort(scores, {}, [](const GroupScore& score) { return std::pair(score.watch, score.key); });
  return scores;
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
    for (const Model& model : group.models) {
      std::visit([&](const auto& of_watch) { of_watch.Save(&packer); }, model);
    }
  }
  return packer.Take();
}

Status Watcher::Load(std::string_view bytes) {
  Unpacker unpacker(bytes);
  const std::string_view text = unpacker.GetText();
  if (unpacker.ok() && text != query_.text) {
    return InvalidArgument(fmt::format("its models are of another query, '{}'", text));
  }
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
    for (Model& model : groups_.back().models) {
      if (!std::visit([&](auto& of_watch) { return of_watch.Load(&unpacker); }, model))
        return DataLoss("it is damaged");
    }
  }
  return unpacker.done() ? Status::Ok() : DataLoss("it is damaged");
}

}  // namespace vexevt
