// Models from a file are refused as damaged or of another query, or go on: they bear any numbers, and are saved as they
// were loaded. The first byte says of which query.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <string_view>

#include "lib/stats/watcher.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  if (size < 1 || size > 65536) return 0;
  static constexpr std::string_view kQueries[] = {
      "anomaly(count), change(count) every 1s", "anomaly(count, ewma), change(count, adwin) every 1s",
      "anomaly(count, seasonal) every 1s", "anomaly(count, max(size)) every 1s",
      "forecast(max(size), ahead 2 windows), forecast(max(size), trend) reach 1M as full, forecast(count) reach 1k "
      "every 1s"};
  const auto query = ParseStatsQuery(kQueries[data[0] % std::size(kQueries)]);
  const auto plan = MakeStatePlan(*query);
  // What the query is stands in front, where a fuzzer would not get past it.
  Packer packer;
  packer.PutText(query->text);
  packer.PutRaw({reinterpret_cast<const char*>(data) + 1, size - 1});
  Watcher watcher(*query, 4);
  const Status status = watcher.Load(packer.bytes());
  if (!status.ok()) {
    if (status.code() != StatusCode::kDataLoss) std::abort();
    return 0;
  }
  GroupTable groups(*plan, 4);
  const std::uint32_t row = groups.RowOf("");
  groups.State(row).words[0] = 1;
  std::uint64_t end_ns = 1'000'000'000;
  for (const double value : {0.0, 5.0, std::numeric_limits<double>::infinity(), std::nan(""), -1e300, 5.0, 5.0}) {
    const std::uint32_t told[] = {row};
    const ToldWindow window{.begin_ns = end_ns - 1'000'000'000,
                            .end_ns = end_ns,
                            .span_ns = 1'000'000'000,
                            .lower_bound = false,
                            .partial = false,
                            .groups = &groups,
                            .rows = told};
    std::vector<ResultRow> rows = ReadRows(*plan, window, ListForm::kJson);
    for (std::size_t i = 0; i < query->aggregates.size(); ++i) rows[0].values[i] = value;
    for (const Anomaly& anomaly : watcher.See(window, &rows)) {
      if (!(anomaly.judgement.score > 1)) std::abort();
    }
    end_ns += 1'000'000'000;
  }
  Watcher again(*query, 4);
  if (!again.Load(watcher.Save()).ok() || again.Save() != watcher.Save()) std::abort();
  return 0;
}
