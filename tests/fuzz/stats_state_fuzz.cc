// A state from outside is refused as damaged, or added up and told like one of ours.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/event/testing/samples.h"
#include "lib/stats/result.h"
#include "lib/stats/state_event.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  if (size < 1 || size > 16384) return 0;
  static constexpr std::string_view kQueries[] = {
      "count, sum(size), sum(system.value), mean(attr.x), min(attr.x), variance(size), rate, interarrival by type, "
      "attr.x",
      "first(path), last(id), distinct(path), p50(size), topk(3, comm), topk(2, id), topk(2, type), topk(2, result) "
      "every 1s",
      "count, histogram(size), entropy(comm) by path session gap 1s",
      "frequency(path, /etc/shadow), ratio(frequency(type, fs.read), count) as r by uid every 1s"};
  Event event;
  event.type = kObservabilityMetric;
  ObservabilityPayload payload{.name = "stats", .message = kQueries[data[0] % std::size(kQueries)], .unit = {}};
  event.payload = payload;
  event.attributes = {{"state", AttributeBytes{{reinterpret_cast<const char*>(data) + 1, size - 1}}}};
  const std::vector<std::byte> frame = FrameOf(event);
  EventView view;
  if (!EventView::Bind(frame, &view)) std::abort();
  StateSum sum(4);
  const Status status = sum.Add(view);
  if (!status.ok() && status.code() != StatusCode::kDataLoss) std::abort();
  if (!status.ok()) return 0;
  if (!sum.Add(view).ok()) std::abort();
  sum.Finish([&](const ToldWindow& window) {
    std::string text;
    AppendResultTable(*sum.query(), sum.plan(), window, ReadRows(sum.plan(), window, ListForm::kPeople), &text);
    ResultEvent result(*sum.query(), sum.plan(), "fuzz");
    for (const ResultRow& row : ReadRows(sum.plan(), window, ListForm::kJson)) FrameOf(result.Make(window, row));
  });
  return 0;
}
