#include <fmt/format.h>

#include <map>

#include "lib/expr/check.h"
#include "lib/expr/lexer.h"
#include "lib/expr/parser.h"

namespace vexevt {
namespace {

// What the comparisons of one field leave of its values.
struct Rest {
  const Test* last;
  RangeSet keys;
};

const RangeSet* KeysOf(const Test& test) {
  const auto* keys = std::get_if<KeyTest>(&test.what);
  return keys ? &keys->keys : nullptr;
}

const std::string* LiteralOf(const Test& test) {
  const auto* text = std::get_if<TextTest>(&test.what);
  return text && text->condition->op == TextOperator::kEquals ? &text->condition->text : nullptr;
}

// Whether some value passes both; what both leave goes to *rest.
bool Narrow(const Test& test, Rest* rest) {
  const std::string *before = LiteralOf(*rest->last), *now = LiteralOf(test);
  if (before && now) return *before == *now;
  rest->keys = Intersection(rest->keys, *KeysOf(test));
  return !rest->keys.empty();
}

}  // namespace

Status CheckContradictions(const Predicate& conjunction) {
  std::map<const Field*, Rest> rests;
  for (const Predicate& child : conjunction.children) {
    const Test& test = child.test;
    if (child.kind != NodeKind::kComparison || test.negated || test.field == nullptr) continue;
    const RangeSet* keys = KeysOf(test);
    if (!LiteralOf(test) && (!keys || keys->empty())) continue;  // an empty named list is no contradiction
    auto [it, first] = rests.try_emplace(test.field, Rest{&test, keys ? *keys : RangeSet()});
    if (first) continue;
    Rest& rest = it->second;
    if (!Narrow(test, &rest)) {
      return ErrorAt(test.source->field.column,
                     fmt::format("this can never hold together with '{}' at column {}",
                                 PrintComparison(*rest.last->source), rest.last->source->field.column));
    }
    rest.last = &test;
  }
  return Status::Ok();
}

}  // namespace vexevt
