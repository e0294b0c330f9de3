// AlertQueries: the queries of an alerts file at work. The windows of all of them are given to the rules in the order
// in which they end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/alert/alert_board.h"
#include "lib/alert/alerts_file.h"
#include "lib/stats/result.h"
#include "lib/stats/rollup.h"
#include "lib/stats/watcher.h"

namespace vexevt {

class AlertQueries {
 public:
  // `most_models`: groups that anomaly and change keep models of. Failures are told at their place in the file.
  static Result<AlertQueries> Compile(const AlertsFile& file, const RollupLimits& limits, std::uint32_t most_models);

  // What rules have to know of each.
  std::vector<AlertQuery> Descriptions() const;

  void See(const EventView& event);
  void AdvanceTo(std::uint64_t wall_ns);
  // Windows that are open are told as lower bounds: the stream has ended before they have.
  void Finish();
  // Events of this time are missing: this run does not go on where the one before it had come to.
  void SeeGap(std::uint64_t since_ns, std::uint64_t until_ns);
  // Gives the windows that are over.
  void Give(AlertBoard* board, const AlertBoard::Tell& tell);

  std::optional<std::uint64_t> next_deadline_ns() const;
  std::uint64_t late() const;
  std::uint64_t in_other() const;

  // Goes on with the queries that were there before a reload, where they are there still.
  void TakeOver(AlertQueries&& before);

  // Windows that are open and models, once all windows that are over were given.
  void Save(Packer* packer) const;
  // Into such that have seen nothing, of the queries that are the same in both. kDataLoss: these are no bytes that Save
  // wrote.
  Status Load(Unpacker* unpacker);

 private:
  struct Query {
    std::unique_ptr<Rollup> rollup;
    std::unique_ptr<Watcher> watcher;  // null where nothing is watched
    std::unique_ptr<ResultEvent> result;
  };
  struct Window {
    std::uint64_t end_ns = 0;
    std::size_t query = 0;
    bool lower_bound = false;
    std::vector<std::byte> frames;  // of its results, one behind the other
  };

  Rollup::TellWindow Keep(std::size_t query);
  static bool LoadQuery(std::string_view state, const Query& query);

  std::vector<Query> queries_;
  std::vector<Window> windows_;  // that are over
};

}  // namespace vexevt
