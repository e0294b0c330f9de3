// A rollup's answers as lines of text, for tests: "BEGIN-END KEY VALUE …", times in seconds.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/event/encode.h"
#include "lib/stats/group_key.h"
#include "lib/stats/result.h"
#include "lib/stats/rollup.h"

namespace vexevt {

inline std::string TextOf(const ResultValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return std::to_string(*number);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* number = std::get_if<double>(&value)) return std::to_string(*number);
  return "-";
}

inline std::string KeyText(std::string_view key, const std::vector<Column>& by) {
  std::vector<FieldValue> values;
  std::vector<std::string> texts;
  if (!DecodeGroupKey(key, by.size(), &values, &texts)) return "?";
  std::string text;
  for (std::size_t i = 0; i < by.size(); ++i) {
    if (i > 0) text += '/';
    AppendColumnText(by[i], values[i], ValueForm::kRaw, &text);
  }
  return text;
}

class ToldRollup {
 public:
  explicit ToldRollup(std::string_view text, const RollupLimits& limits = {}) {
    auto query = ParseStatsQuery(text);
    EXPECT_TRUE(query.ok()) << query.status().message();
    auto rollup = Rollup::Compile(std::move(*query), limits);
    EXPECT_TRUE(rollup.ok()) << rollup.status().message();
    rollup_ = std::move(*rollup);
  }

  ToldRollup& See(const Event& event) { return SeeAll({&event, 1}); }
  ToldRollup& SeeAll(std::span<const Event> events) {
    std::vector<std::vector<std::byte>> frames(events.size());
    std::vector<EventView> views(events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      AppendFrame(events[i], &frames[i]);
      EXPECT_TRUE(EventView::Bind(frames[i], &views[i]));
    }
    rollup_->See(views, Tell());
    return *this;
  }

  // What was told since the last call.
  std::vector<std::string> Told() { return std::exchange(told_, {}); }
  std::vector<std::string> Finish() {
    rollup_->Finish(Tell());
    return Told();
  }
  Rollup& rollup() { return *rollup_; }

  Rollup::TellWindow watch;  // sees each window, too

  Rollup::TellWindow Tell() {
    return [this](const ToldWindow& window) {
      if (watch) watch(window);
      for (const ResultRow& row : ReadRows(rollup_->plan(), window, ListForm::kJson)) {
        std::string line =
            std::to_string(window.begin_ns / kNsPerSecond) + "-" + std::to_string(window.end_ns / kNsPerSecond);
        line += " " + (row.other ? "other" : KeyText(row.key, rollup_->query().by));
        for (const ResultValue& value : row.values) line += " " + TextOf(value);
        if (window.lower_bound) line += " >=";
        if (window.partial) line += " ...";
        told_.push_back(std::move(line));
      }
    };
  }

 private:
  std::unique_ptr<Rollup> rollup_;
  std::vector<std::string> told_;
};

}  // namespace vexevt
