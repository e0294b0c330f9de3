// Open windows from a file are refused, or go on: they bear further events, and are told like others. The first byte
// says of which query.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/event/testing/samples.h"
#include "lib/stats/result.h"
#include "lib/stats/rollup.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  if (size < 1 || size > 16384) return 0;
  static constexpr std::string_view kQueries[] = {
      "count, sum(size), mean(attr.x) by type, attr.x every 1s",
      "count, p50(size), topk(2, comm) by comm every 1s over 5s",
      "first(path), distinct(path), histogram(size), entropy(comm) every 1s over 3s"};
  auto rollup = Rollup::Compile(*ParseStatsQuery(kQueries[data[0] % std::size(kQueries)]), {.most_groups = 4});
  Unpacker unpacker({reinterpret_cast<const char*>(data) + 1, size - 1});
  if (!(*rollup)->Load(&unpacker)) return 0;
  const Rollup::TellWindow tell = [&](const ToldWindow& window) {
    ResultEvent result((*rollup)->query(), (*rollup)->plan(), "fuzz");
    for (const ResultRow& row : ReadRows((*rollup)->plan(), window, ListForm::kJson)) FrameOf(result.Make(window, row));
  };
  for (const std::uint64_t wall_ns : {std::uint64_t{1'500'000'000}, std::uint64_t{1} << 60}) {
    Event event;
    event.type = kFsWrite;
    event.wall_ns = wall_ns;
    const std::vector<std::byte> frame = FrameOf(event);
    EventView view;
    if (!EventView::Bind(frame, &view)) std::abort();
    (*rollup)->See({&view, 1}, tell);
  }
  Packer packer;
  (*rollup)->Save(&packer);
  auto again = Rollup::Compile(*ParseStatsQuery((*rollup)->query().text), {.most_groups = 4});
  Unpacker saved(packer.bytes());
  if (!(*again)->Load(&saved) || !saved.done()) std::abort();
  (*rollup)->Finish(tell);
  return 0;
}
