// A board whose rules are asked by hand, and what it tells, as lines of text.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/alert/alert_board.h"
#include "lib/alert/alert_state.h"
#include "lib/base/clock.h"
#include "lib/event/encode.h"

namespace vexevt {

inline constexpr std::uint64_t kBoardBegin = 1000;  // seconds

// A board whose rules ask one query, "count, mean by comm, host every 10s", results of which are given by hand.
// Times are seconds from kBoardBegin on.
class ToldBoard {
 public:
  explicit ToldBoard(const std::string& rules) : board_(BoardOf(rules)) {}

  static AlertBoard BoardOf(const std::string& rules) {
    auto file = ParseAlerts(rules, "a.toml");
    if (!file.ok()) ADD_FAILURE() << file.status().message();
    auto board = Compile(*file);
    if (!board.ok()) ADD_FAILURE() << board.status().message();
    return std::move(*board);
  }
  static Result<AlertBoard> Compile(const AlertsFile& file) {
    using Kind = ResultAttribute::Kind;
    const std::vector<AlertQuery> queries(file.queries.size(),
                                          {.attributes = {{.name = "comm", .kind = Kind::kKey},
                                                          {.name = "host", .kind = Kind::kKey},
                                                          {.name = "count", .kind = Kind::kGrowing},
                                                          {.name = "mean"}},
                                           .every_ns = 10 * kNsPerSecond,
                                           .length_ns = 10 * kNsPerSecond});
    return AlertBoard::Compile(file, queries);
  }

  struct Row {
    std::string_view comm;
    std::int64_t count = 0;
    std::string_view host = "h";
  };
  ToldBoard& Window(std::uint64_t end, const std::vector<Row>& rows, bool lower_bound = false) {
    for (const Row& row : rows) {
      Event event = EventAt(end);
      event.type = kObservabilityMetric;
      event.payload = ObservabilityPayload{.name = "stats", .value = static_cast<double>(row.count)};
      event.attributes = {{"comm", AttributeText{row.comm}}, {"host", AttributeText{row.host}}, {"count", row.count}};
      WithView(event, [&](const EventView& view) { board_.SeeResult(0, view, event.wall_ns, lower_bound, Tell()); });
    }
    board_.EndWindow(0, EventAt(end).wall_ns, lower_bound, Tell());
    To(end);
    board_.TellLosses(Tell());
    return *this;
  }
  ToldBoard& See(std::uint64_t second, EventType type, std::string_view comm) {
    Event event = EventAt(second);
    event.type = type;
    event.comm = comm;
    WithView(event, [&](const EventView& view) { board_.See(view, Tell()); });
    return To(second);
  }
  ToldBoard& To(std::uint64_t second) {
    board_.AdvanceTo(EventAt(second).wall_ns, Tell());
    return *this;
  }
  ToldBoard& Finish() {
    board_.Finish(Tell());
    return *this;
  }
  ToldBoard& Reload(const std::string& rules) {
    AlertBoard board = BoardOf(rules);
    board.TakeOver(board_);
    board_ = std::move(board);
    return *this;
  }
  std::string Saved() const {
    Packer packer;
    PackAlerts(board_.Keep(), &packer);
    return packer.Take();
  }
  // Another run goes on, with the rules `rules`: the names of those that have changed.
  std::vector<std::string> Restart(const std::string& rules) {
    const std::string saved = Saved();
    Unpacker unpacker(saved);
    auto kept = UnpackAlerts(&unpacker);
    EXPECT_TRUE(kept.ok() && unpacker.done());
    board_ = BoardOf(rules);
    return board_.Restore(std::move(*kept));
  }
  // "SECOND NAME STATE" and attributes beyond what every alert has.
  std::vector<std::string> Told() { return std::exchange(told_, {}); }
  AlertBoard& board() { return board_; }
  const std::vector<Event>& events() const { return events_; }

 private:
  static Event EventAt(std::uint64_t second) {
    Event event;
    event.wall_ns = (kBoardBegin + second) * kNsPerSecond;
    event.id = {1, second};
    return event;
  }
  template <typename Use>
  void WithView(const Event& event, Use use) {
    std::vector<std::byte> frame;
    AppendFrame(event, &frame);
    EventView view;
    ASSERT_TRUE(EventView::Bind(frame, &view));
    use(view);
  }
  AlertBoard::Tell Tell() {
    return [this](const Event& event) {
      const auto second = event.wall_ns / kNsPerSecond - kBoardBegin;
      if (event.type == kVexevtLost) {
        const auto& gap = std::get<GapPayload>(event.payload);
        told_.push_back(fmt::format("{} lost {}: {}", second, gap.lost, gap.cause));
        return;
      }
      events_.push_back(event);
      std::string line = fmt::format("{} {}", second, std::get<ObservabilityPayload>(event.payload).name);
      for (const Attribute& attribute : event.attributes) {
        if (attribute.key == "alert" || attribute.key == "since" || attribute.key == "generation") continue;
        if (attribute.key != "state") line += fmt::format(" {}=", attribute.key);
        if (attribute.key == "state") line += ' ';
        if (const auto* text = std::get_if<AttributeText>(&attribute.value)) line += text->value;
        if (const auto* number = std::get_if<std::int64_t>(&attribute.value)) line += std::to_string(*number);
        if (const auto* flag = std::get_if<bool>(&attribute.value)) line += *flag ? "yes" : "no";
      }
      told_.push_back(std::move(line));
    };
  }

  AlertBoard board_;
  std::vector<std::string> told_;
  std::vector<Event> events_;
};

inline const std::string kBusyRule = R"(
[[alert]]
name = "busy"
query = "q"
when = "count > 100"
clear = "count < 50"
)";
inline const std::string kDownRule = R"(
[[alert]]
name = "down"
when = "type = system.unmount"
clear = "type = system.mount"
by = ["comm"]
)";
inline const std::string kMutes = R"(
[[inhibit]]
source = "alert = down"
target = "alert = busy"
equal = ["comm"]
[[silence]]
when = "comm = cc"
from = "@1050"
until = "@1090"
)";

}  // namespace vexevt
