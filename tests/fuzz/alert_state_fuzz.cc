// The state of a board: refused as damaged, or restored; then it bears what time brings about, and is saved and
// restored again as the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "lib/alert/alert_list.h"
#include "lib/alert/alert_state.h"

namespace vexevt {
namespace {

AlertBoard Fresh() {
  static const AlertsFile file = *ParseAlerts(
      "[group]\nby = ['comm']\nwait = '2s'\ninterval = '5s'\nrepeat = '9s'\n[flapping]\nhalf_life = '3s'\n"
      "[[alert]]\nname = 'busy'\nquery = 'count by comm every 1s'\nwhen = 'count > 1'\nfor = '2s'\nkeep_firing_for = "
      "'3s'\n"
      "[[alert]]\nname = 'down'\nwhen = 'type = fs.open'\nclear = 'type = fs.close'\nby = ['comm']\nfor = '2s'\n"
      "[[inhibit]]\nsource = 'alert = down'\ntarget = 'alert = busy'\nequal = ['comm']\n"
      "[[silence]]\nwhen = 'comm = a'\nuntil = '@4'\n",
      "a.toml");
  using Kind = ResultAttribute::Kind;
  static const AlertQuery query = {
      .attributes = {{.name = "comm", .kind = Kind::kKey}, {.name = "count", .kind = Kind::kGrowing}},
      .every_ns = 1'000'000'000,
      .length_ns = 1'000'000'000};
  auto board = AlertBoard::Compile(file, {&query, 1});
  if (!board.ok()) std::abort();
  return std::move(*board);
}

std::string Saved(const AlertBoard& board) {
  Packer packer;
  PackAlerts(board.Keep(), &packer);
  return packer.Take();
}

}  // namespace
}  // namespace vexevt

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  if (size > 16384) return 0;
  Unpacker unpacker({reinterpret_cast<const char*>(data), size});
  auto kept = UnpackAlerts(&unpacker);
  if (!kept.ok()) {
    if (kept.status().code() != StatusCode::kDataLoss) std::abort();
    return 0;
  }
  if (AlertListJson(*kept).empty() || AlertListText(*kept).empty()) std::abort();
  AlertBoard board = Fresh();
  board.Restore(std::move(*kept));
  const AlertBoard::Tell tell = [](const Event&) {};
  std::uint64_t now_ns = 0;
  for (int i = 0; i < 20; ++i) {
    now_ns += 1'000'000'000;
    board.EndWindow(0, now_ns, i % 5 == 0, tell);
    board.AdvanceTo(now_ns, tell);
  }
  AlertBoard other = Fresh();
  other.TakeOver(board);
  AlertBoard again = Fresh();
  again.TakeOver(other);
  if (Saved(again) != Saved(other)) std::abort();
  again.Finish(tell);
  return 0;
}
