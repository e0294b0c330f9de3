#include <fmt/format.h>

#include "lib/ask/model.h"
#include "lib/event/field.h"
#include "lib/event/type.h"

namespace vexevt {
namespace {

constexpr std::string_view kExpressions = R"(
An expression is FIELD OPERATOR VALUE, joined by and, or, not and parentheses. Operators: = != < <= > >= contains
startswith endswith glob matches (a regular expression of RE2) under (a folder and all below it) has (bits), in (a, b),
not in (a, b), exists. A value is a bare word, or a text in double quotes where it holds spaces or any of ( ) " ' , = ! < >
& |. Sizes are 10M, durations 250ms, modes octal. root is uid = 0. 'uid != 0' also holds where the user is unknown:
write 'uid exists and uid != 0'. Times of day: timeofday in (22:00-06:00) zone Europe/Berlin; days: weekday in (sat, sun).
)";

constexpr std::string_view kPatterns =
    R"(Answer with one TOML table [[pattern]] in one code block, and nothing else. Its keys:
name: a text that says what is looked for.
match: steps in order, or a threshold. A step is NAME: [EXPRESSION]. Between steps stands 'then' (other events may lie
between) or 'next' (none may). 'not' before a step: it must not happen. Behind a step: ? + * {3} {2,5}. Steps in any order: (a: [EXPRESSION] and b: [EXPRESSION]). A
value NAME.FIELD is that field of an earlier step's event: path = opened.path. A threshold is 'count [EXPRESSION] > 20',
'distinct(FIELD) [EXPRESSION] > 20' or 'sum(FIELD) [EXPRESSION] > 1G'.
by: a list of fields in which all events of a match agree: ["pid"] for one process, ["uid"] for one user.
within: a duration, wanted by thresholds and by patterns that end with 'not'.
suppress: a duration; after a match none of the same key is told for so long.
severity: critical, high, normal, low or background.
Example:
```
[[pattern]]
name = "written and deleted by one process"
match = "written: [type = fs.close-write] then deleted: [type = fs.delete and path = written.path]"
by = ["pid"]
within = "10s"
```
)";

constexpr std::string_view kRules =
    R"(Answer with one TOML table [[rule]] in one code block, and nothing else. Its keys:
name: a text.
when: an expression; without it the rule always holds.
action: "keep" (default) or "drop".
to: the name of an endpoint, or a list of names.
limit: "100/s", or { rate = "5/m", by = ["uid"] }.
sample: "10%".
dedupe: { window = "5s", by = ["path"] }.
set: attributes that the event gets, { team = "sec" }.
boost: the priority that it gets: critical, high, normal, low or background.
Example:
```
[[rule]]
name = "deletes under /etc"
when = "type = fs.delete and path under /etc"
to = "siem"
boost = "high"
```
)";

}  // namespace

std::string ModelInstructions(RuleKind kind) {
  std::string text = "You turn a sentence into a rule about file-system events.\n";
  text += kind == RuleKind::kPattern ? kPatterns : kRules;
  text += kExpressions;
  text += "Fields:\n";
  for (const Field& field : AllFields()) text += fmt::format("{}: {}\n", field.name, field.meaning);
  text += "Types:\n";
  for (const TypeInfo& type : AllTypes()) text += fmt::format("{}: {}\n", type.name, type.meaning);
  return text;
}

}  // namespace vexevt
