#include "lib/react/triggers.h"

#include <fmt/format.h>

namespace vexevt {
namespace {

// As a value of an expression.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\') {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace

Result<Triggers> Triggers::Compile(const WorkflowsFile& file, const NamedLists& lists) {
  Triggers triggers;
  for (std::uint32_t i = 0; i < file.workflows.size(); ++i) {
    PlacedText on = file.workflows[i].on;
    const PlacedText& match = file.workflows[i].match;
    if (!match.text.empty()) on = {"type = vexevt.match and match.pattern = " + Quoted(match.text), match.at};
    VEXEVT_ASSIGN(StateCondition condition, CompileCondition(file, on, lists));
    triggers.types_.Add(i, condition.alone());
    triggers.conditions_.push_back(std::move(condition));
  }
  return triggers;
}

}  // namespace vexevt
