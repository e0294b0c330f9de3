// A file of alerts is refused with its name in the error, or read and compiled; then it bears any results and events.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "lib/alert/alert_board.h"

namespace vexevt {
namespace {

// A row of results and events, with a gap among them and times that jump.
void Try(AlertBoard* board, std::size_t queries) {
  const AlertBoard::Tell tell = [](const Event& event) {
    if (event.type != kVexevtAlert && event.type != kVexevtLost) std::abort();
  };
  static constexpr std::uint64_t kTimes[] = {1, 2, 3, 5, 8, 13, 1'000, 1'001, std::uint64_t{1} << 60};
  std::int64_t count = 0;
  for (const std::uint64_t second : kTimes) {
    Event event;
    event.wall_ns = second > 1'000'000 ? second : second * 1'000'000'000;
    event.type = second == 13 ? kVexevtLost : kObservabilityMetric;
    event.comm = second % 2 == 0 ? "cc" : "ld";
    count = (count * 7 + 3) % 11;
    event.attributes = {{"comm", AttributeText{event.comm}}, {"count", count}};
    if (event.type == kObservabilityMetric) event.payload = ObservabilityPayload{.name = "stats", .value = 1};
    std::vector<std::byte> frame;
    AppendFrame(event, &frame);
    EventView view;
    if (!EventView::Bind(frame, &view)) std::abort();
    for (std::size_t i = 0; i < queries; ++i) {
      board->SeeResult(i, view, event.wall_ns, second == 5, tell);
      board->EndWindow(i, event.wall_ns, second == 5, tell);
    }
    board->See(view, tell);
    board->AdvanceTo(event.wall_ns, tell);
  }
  board->TellLosses(tell);
}

}  // namespace
}  // namespace vexevt

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  // A document's cost is its length; a long one shows nothing that a short one doesn't.
  if (size > 8192) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::size_t queries_read = 0;
  const auto compile = [&]() -> Result<AlertBoard> {
    VEXEVT_ASSIGN(const AlertsFile file, ParseAlerts(text, "a.toml"));
    for (const auto& [name, list] : file.lists) {
      if (!list.file.text.empty()) return InvalidArgument("a.toml: lists of other files are left out");
    }
    using Kind = ResultAttribute::Kind;
    const std::vector<AlertQuery> queries(
        file.queries.size(),
        {.attributes = {{.name = "comm", .kind = Kind::kKey}, {.name = "count", .kind = Kind::kGrowing}},
         .every_ns = 1'000'000'000,
         .length_ns = 1'000'000'000});
    queries_read = queries.size();
    return AlertBoard::Compile(file, queries);
  };
  auto board = compile();
  if (!board.ok()) {
    if (!board.status().message().starts_with("a.toml:")) std::abort();
    return 0;
  }
  Try(&*board, queries_read);
  auto again = compile();
  again->TakeOver(*board);
  again->Finish([](const Event&) {});
  return 0;
}
