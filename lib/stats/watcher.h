// Watcher: the models of a query's watches, one for each watch and group, which judge what is told of each window and
// learn from it.
//
// Windows of time have an order, so that a group that a window does not have is known to be silent: its counts, rates
// and distinct values are 0 there, other aggregates are missing (of a forecast sums are 0, too). When that is out of
// the ordinary it is told once, until the group has events again. Windows that no event is in are made up for when the
// next is told, unless there are more than 1,000 of them: then the models go on as if none had been. A window that is a
// lower bound is neither judged nor learnt, nor is one that is partial, nor the group `other`, whose members are not
// always the same.
//
// Groups that were told of longest ago make room, beyond `most_groups`. Not thread-safe.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/base/status.h"
#include "lib/series/detector.h"
#include "lib/stats/group_forecast.h"
#include "lib/stats/query.h"
#include "lib/stats/result.h"
#include "lib/stats/rollup.h"

namespace vexevt {

// What a watch has found.
struct Anomaly {
  std::uint32_t watch = 0;     // of StatsQuery::watches
  std::string key;             // of the group
  std::vector<double> values;  // of the watch's measures
  Judgement judgement;         // of them together
  EachJudgement of_each;
  const ResultRow* row = nullptr;          // that tells of it; null of a group that was silent
  std::uint64_t begin_ns = 0, end_ns = 0;  // of the window
};

// How good a forecast was of one group.
struct GroupScore {
  std::uint32_t watch = 0;
  std::string_view key;  // borrowed from the watcher
  BacktestScore score;
};

class Watcher {
 public:
  // Borrows `query`, which has watches. `backtest`: how good forecasts are is kept, too.
  Watcher(const StatsQuery& query, std::uint32_t most_groups, bool backtest = false);

  // Judges the rows of a window that is told, the windows in order, and puts what it makes of them into their columns:
  // score, low and high of each value, or in place of a score "warming up" or "uncertain"; of forecasts what
  // GroupForecast tells. Valid until the next call: what was found, the rows in their order, then the groups that were
  // silent.
  std::span<const Anomaly> See(const ToldWindow& window, std::vector<ResultRow>* rows);

  std::uint64_t anomalies() const { return anomalies_; }  // found so far
  std::uint64_t forgotten() const { return forgotten_; }  // groups that made room

  // Of a back-test: by watch, then by group.
  std::vector<GroupScore> Scores() const;

  // The models as bytes, and back into a watcher of the same query that has seen nothing. kDataLoss: these are no bytes
  // that Save wrote; kInvalidArgument: they are of another query.
  std::string Save() const;
  Status Load(std::string_view bytes);
  // Events may be missing between the window that was told last and the next one.
  void SeeBreak() { after_break_ = true; }

 private:
  using Model = std::variant<Detector, GroupForecast>;
  struct Group {
    std::string key;
    std::vector<Model> models;  // by watch
    bool told_silent = false;
  };
  using Groups = std::list<Group>;  // those that were told of last come first

  Group& GroupOf(std::string_view key);
  Group MakeGroup(std::string_view key) const;
  void SeeRow(const ToldWindow& window, ResultRow* row);
  // `missing`: it is not known that there was nothing.
  void SeeSilent(std::uint64_t end_ns, bool missing, Group* group);
  void MakeUpTo(const ToldWindow& window, bool missing);
  bool IsFinding(const Anomaly& anomaly) const;
  void TellForecast(const ToldWindow& window, AggregateKind kind, double value, GroupForecast* forecast,
                    std::span<ResultValue> told) const;
  // As an anomaly has it, but for where it is: group, row and window.
  Anomaly Judge(std::uint32_t watch, std::vector<double> values, bool learn, Group* group) const;
  double Grain(std::uint32_t measure) const;

  const StatsQuery& query_;
  const std::uint32_t most_groups_;
  const bool backtest_;
  std::vector<DetectorShape> shapes_;  // by watch
  Groups groups_;
  std::map<std::string_view, Groups::iterator> by_key_;
  std::optional<std::uint64_t> last_window_;  // by number, of windows of time
  bool after_break_ = false;                  // and nothing was told since
  bool may_lack_ = false;                     // events, the window that is being seen
  std::vector<Anomaly> found_;
  std::uint64_t anomalies_ = 0, forgotten_ = 0;
};

}  // namespace vexevt
