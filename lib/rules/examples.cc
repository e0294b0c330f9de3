#include "lib/rules/examples.h"

#include <fmt/format.h>

#include "lib/io/full.h"
#include "lib/rules/given_event.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxExampleBytes = std::size_t{16} << 20;

Result<std::string> TestCase(const TableReader& table, std::string_view verdict, const JudgeCase& judge) {
  VEXEVT_TRY(table.OnlyKeys({"name", "event", verdict}));
  VEXEVT_ASSIGN(auto text, table.Text("event"));
  if (!text) return table.Missing("event");
  if (!table.Find(verdict)) return table.Missing(verdict);
  auto frame = FrameOfJson(text->text);
  if (!frame.ok()) return ErrorAt(table.document(), text->at, frame.status().message());
  EventView event;
  if (!EventView::Bind(*frame, &event)) return ErrorAt(table.document(), text->at, "not an event");
  return judge(table, event);
}

}  // namespace

Result<ExamplesOutcome> TestExamples(const std::string& file, std::string_view verdict, const JudgeCase& judge) {
  VEXEVT_ASSIGN(std::string text, ReadFile(file, kMaxExampleBytes));
  VEXEVT_ASSIGN(Document document, ParseDocument(std::move(text), file));
  TableReader root(document, document.root, "the file");
  VEXEVT_TRY(root.OnlyKeys({"case"}));
  const DocumentNode* cases = root.Find("case");
  if (!cases) return root.Missing("case");
  const auto* list = std::get_if<List>(&cases->value);
  if (!list) return root.ErrorOf(*cases, "write [[case]], once for each");
  ExamplesOutcome outcome;
  for (const DocumentNode& node : *list) {
    ++outcome.cases;
    VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "case"));
    VEXEVT_ASSIGN(auto name, table.Text("name"));
    VEXEVT_ASSIGN(std::string failure, TestCase(table, verdict, judge));
    if (failure.empty()) continue;
    ++outcome.failed;
    std::string title = name ? fmt::format("'{}'", name->text) : fmt::format("{}", outcome.cases);
    outcome.failures += ErrorAt(document, node.at, fmt::format("case {}: {}", title, failure)).message() + "\n";
  }
  return outcome;
}

}  // namespace vexevt
