#include "lib/stats/group_forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "lib/base/clock.h"
#include "lib/io/disk_space.h"

namespace vexevt {
namespace {

// Where a line comes to a target, from below: steps, and the part of one.
class Crossing {
 public:
  Crossing(double now, double target) : before_(now), target_(target) {}

  // The line's next step.
  void See(std::uint32_t ahead, double value) {
    if (!steps_ && value >= target_) steps_ = ahead - (value - target_) / (value - before_);
    before_ = value;
  }
  std::optional<double> steps() const { return steps_; }

 private:
  double before_, target_;
  std::optional<double> steps_;
};

ResultValue TimeOf(const Crossing& crossing, std::uint64_t end_ns, std::uint64_t every_ns) {
  if (!crossing.steps()) return {};
  const double at = static_cast<double>(end_ns) + *crossing.steps() * static_cast<double>(every_ns);
  if (!(at < 0x1p64)) return {};
  const auto ns = static_cast<std::uint64_t>(at);
  return ns - ns % (every_ns >= kNsPerSecond ? kNsPerSecond : kNsPerMs);
}

}  // namespace

GroupForecast::GroupForecast(const Watch& watch, bool backtest)
    : wish_(&watch.forecast), forecaster_(watch.forecast.plan) {
  if (backtest) backtest_.emplace(watch.forecast.plan);
}

void GroupForecast::See(double value) {
  below_zero_ = below_zero_ || value < 0;
  forecaster_.Update(value);
  if (backtest_) backtest_->See(forecaster_, value);
}

void GroupForecast::SeePart(double value) {
  See(std::nan(""));
  forecaster_.AddPart(value);
}

void GroupForecast::Tell(std::uint64_t end_ns, std::uint64_t every_ns, std::span<ResultValue> columns) const {
  if (wish_->reach) return TellReach(end_ns, every_ns, columns);
  TellValue(columns);
}

void GroupForecast::TellValue(std::span<ResultValue> columns) const {
  const double value = forecaster_.Path(wish_->ahead).back();
  if (std::isnan(value)) {
    columns[0] = "warming up";
    return;
  }
  const auto shown = [&](double bound) { return below_zero_ ? bound : std::max(bound, 0.0); };
  columns[0] = shown(value);
  const double margin = forecaster_.MarginAt(Coverage::k95, wish_->ahead);
  if (std::isinf(margin)) return;
  columns[1] = shown(value - margin);
  columns[2] = shown(value + margin);
}

void GroupForecast::TellReach(std::uint64_t end_ns, std::uint64_t every_ns, std::span<ResultValue> columns) const {
  const double now = forecaster_.now();
  double target = wish_->reach->value;
  if (!wish_->reach->path.empty()) {
    const auto space = ReadDiskSpace(wish_->reach->path);
    if (!space.ok()) {
      columns[0] = space.status().message();
      return;
    }
    target *= static_cast<double>(space->size);
    // Of a sum this is what is there now: only how it grows is forecast.
    if (wish_->plan.adds_up) target += now - static_cast<double>(space->used);
  }
  const double sign = wish_->reach->below ? -1 : 1;  // what falls to it is what rises, upside down
  if (sign * now >= sign * target) {
    columns[0] = "already";
    columns[3] = std::uint64_t{0};
    return;
  }
  const std::vector<double> path = forecaster_.Path(wish_->ahead);
  if (std::isnan(path[0])) {
    columns[0] = "warming up";
    return;
  }
  Crossing middle(sign * now, sign * target), early = middle, late = middle;
  for (std::uint32_t ahead = 1; ahead <= wish_->ahead && !late.steps(); ++ahead) {
    const double value = sign * path[ahead - 1], margin = forecaster_.MarginAt(Coverage::k95, ahead);
    middle.See(ahead, value);
    if (std::isinf(margin)) continue;
    early.See(ahead, value + margin);
    late.See(ahead, value - margin);
  }
  columns[0] = TimeOf(middle, end_ns, every_ns);
  if (const auto* at_ns = std::get_if<std::uint64_t>(&columns[0])) columns[3] = *at_ns - std::min(*at_ns, end_ns);
  if (!middle.steps()) columns[0] = fmt::format("not in {} windows", wish_->ahead);
  columns[1] = TimeOf(early, end_ns, every_ns);
  columns[2] = TimeOf(late, end_ns, every_ns);
}

void GroupForecast::Save(Packer* packer) const {
  packer->Put(below_zero_);
  forecaster_.Save(packer);
}

bool GroupForecast::Load(Unpacker* unpacker) {
  below_zero_ = unpacker->Get<bool>();
  return forecaster_.Load(unpacker);
}

Status CheckTargets(const StatsQuery& query) {
  for (const Watch& watch : query.watches) {
    if (!watch.forecast.reach || watch.forecast.reach->path.empty()) continue;
    auto space = ReadDiskSpace(watch.forecast.reach->path);
    if (!space.ok()) return std::move(space).status();
  }
  return {};
}

}  // namespace vexevt
