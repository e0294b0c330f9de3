// Compiles any bytes as an expression. What compiles prints, the print compiles to the same, and both decide alike.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "lib/event/encode.h"
#include "lib/event/testing/samples.h"
#include "lib/expr/expression.h"
#include "lib/match/string_set.h"

namespace vexevt {
namespace {

struct Fixture {
  NamedLists lists;
  std::vector<std::vector<std::byte>> frames;
  std::vector<EventView> views;

  Fixture() {
    if (!lists.Add("list", {"7", "fs.create", "/srv", "a"}).ok()) std::abort();
    for (const Event& event : SampleEvents()) AppendFrame(event, &frames.emplace_back());
    for (const auto& frame : frames) {
      if (!EventView::Bind(frame, &views.emplace_back())) std::abort();
    }
  }
};

void Try(std::string_view text) {
  static const Fixture fixture;
  auto expression = CompileExpression(text, fixture.lists);
  if (!expression.ok()) return;
  std::string printed = expression->Print();
  auto again = CompileExpression(printed, fixture.lists);
  if (!again.ok() || again->Print() != printed || again->requirement() != expression->requirement()) std::abort();
  for (const EventView& view : fixture.views) {
    bool holds = expression->Matches(view);
    if (again->Matches(view) != holds) std::abort();
    if (expression->Explain(view).starts_with("true") != holds) std::abort();
  }
}

}  // namespace
}  // namespace vexevt

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vexevt::Try({reinterpret_cast<const char*>(data), size});
  return 0;
}
