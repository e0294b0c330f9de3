// GroupForecast: the forecast that a watch has for one group.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "lib/series/backtest.h"
#include "lib/series/forecaster.h"
#include "lib/stats/cell.h"
#include "lib/stats/query.h"

namespace vexevt {

class GroupForecast {
 public:
  // Borrows `watch`, which is a forecast. `backtest`: how good its forecasts are is kept, too.
  GroupForecast(const Watch& watch, bool backtest);

  // Its measure in the next window; NaN where it is missing.
  void See(double value);
  // What has come of it in a window that the stream has ended within: a sum has it, but nothing is learnt.
  void SeePart(double value);

  // What is forecast behind a window that ends at end_ns, the next ones each every_ns later, into the watch's columns:
  // value, low and high, which the value lies between in 95 of 100 cases; no low and high while the forecasts
  // so far are too few to say. Of `reach` these are the times at which the value is there, at the earliest and at the
  // latest, in ns since 1970; absent ones are further ahead than is looked. In place of a value a text can say why
  // there is none: "warming up", "already", "not in 1000 windows", or that the file system can't be looked at. A fourth
  // column says how long it is from the window's end, 0 of what is there already.
  void Tell(std::uint64_t end_ns, std::uint64_t every_ns, std::span<ResultValue> columns) const;

  // Of a back-test.
  BacktestScore Score() const { return backtest_->Score(); }

  // All but a back-test.
  void Save(Packer* packer) const;
  // Into one of the same watch that has seen nothing. False: these are no bytes that Save wrote.
  bool Load(Unpacker* unpacker);

 private:
  void TellValue(std::span<ResultValue> columns) const;
  void TellReach(std::uint64_t end_ns, std::uint64_t every_ns, std::span<ResultValue> columns) const;

  const ForecastWish* wish_;
  Forecaster forecaster_;
  std::optional<Backtest> backtest_;
  bool below_zero_ = false;  // some value was: else none is forecast to be
};

// Whether the file systems that forecasts of the query are to fill up can be looked at.
Status CheckTargets(const StatsQuery& query);

}  // namespace vexevt
