#include "lib/expr/require.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "lib/event/layout.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kMaxCode = 0xffff;

// An `or` of conjunctions multiplies their path conditions out: (a and b) or (c and d) is (a or c) and (a or d) and …
// Where that would be more than so many, one is kept.
constexpr std::size_t kMaxProduct = 64;

Requirement Anything(bool exact) {
  return {RangeSet({0, kMaxCode}), RangeSet({0, kMaxCode}), {}, std::nullopt, std::nullopt, exact};
}

std::optional<PathOperator> PathOperatorOf(TextOperator op) {
  switch (op) {
    case TextOperator::kEquals:
    case TextOperator::kIn:
      return PathOperator::kEquals;
    case TextOperator::kStartsWith:
      return PathOperator::kStartsWith;
    case TextOperator::kEndsWith:
      return PathOperator::kEndsWith;
    case TextOperator::kContains:
      return PathOperator::kContains;
    case TextOperator::kUnder:
    case TextOperator::kUnderAny:
      return PathOperator::kUnder;
    case TextOperator::kGlob:
      return PathOperator::kGlob;
    case TextOperator::kMatches:
      return PathOperator::kMatches;
  }
  return std::nullopt;
}

bool IsOfPath(const Field& field) {
  bool name = field.place == FieldPlace::kPointer &&
              (field.offset == layout::kPayloadFsPath || field.offset == layout::kPayloadFsPath2);
  bool part = field.place == FieldPlace::kPathName || field.place == FieldPlace::kPathDir ||
              field.place == FieldPlace::kPathExt;
  return field.payload == layout::kPayloadFsTagValue && (name || part);
}

Requirement OfText(const Field& field, const TextCondition& condition, bool negated) {
  std::optional<PathOperator> op = PathOperatorOf(condition.op);
  if (!IsOfPath(field) || !op || !condition.sets.empty()) return Anything(false);
  AnyOf conditions;
  auto add = [&](const std::string& text) {
    bool root = *op == PathOperator::kUnder && text.empty();
    conditions.push_back({&field, *op, root ? "/" : text, negated});
  };
  bool many = condition.op == TextOperator::kIn || condition.op == TextOperator::kUnderAny;
  if (!many) add(condition.text);
  for (const std::string& text : condition.texts) add(text);
  Requirement required = Anything(true);
  if (negated) {
    for (PathCondition& each : conditions) required.paths.push_back({std::move(each)});
  } else {
    required.paths.push_back(std::move(conditions));
  }
  return required;
}

Requirement OfTest(const Test& test, bool inverted) {
  bool negated = test.negated != inverted;
  if (test.field == nullptr) return Anything(false);
  if (const auto* text = std::get_if<TextTest>(&test.what)) return OfText(*test.field, *text->condition, negated);
  const auto* keys = std::get_if<KeyTest>(&test.what);
  if (keys == nullptr) return Anything(false);
  Requirement required = Anything(true);
  if (test.field->type == FieldType::kType) {
    required.types = negated ? Complement(keys->keys, kMaxCode) : keys->keys;
  } else if (test.field->type == FieldType::kBoundary) {
    required.boundaries = negated ? Complement(keys->keys, kMaxCode) : keys->keys;
  } else if (test.field->name == "pid" && !negated) {
    required.pids = keys->keys;
  } else if (test.field->name == "uid" && !negated) {
    required.uids = keys->keys;
    required.exact = false;
  } else {
    return Anything(false);
  }
  return required;
}

Requirement AllOf(std::vector<Requirement> parts) {
  Requirement all = Anything(true);
  for (Requirement& part : parts) {
    all.types = Intersection(all.types, part.types);
    all.boundaries = Intersection(all.boundaries, part.boundaries);
    std::ranges::move(part.paths, std::back_inserter(all.paths));
    if (part.pids) all.pids = all.pids ? Intersection(*all.pids, *part.pids) : *part.pids;
    if (part.uids) all.uids = all.uids ? Intersection(*all.uids, *part.uids) : *part.uids;
    all.exact = all.exact && part.exact;
  }
  return all;
}

const AnyOf& Shortest(const std::vector<AnyOf>& conditions) {
  return *std::ranges::min_element(conditions, {}, &AnyOf::size);
}

// *paths or others. False: what was got admits more.
bool UnitePaths(std::vector<AnyOf> others, std::vector<AnyOf>* paths) {
  if (*paths == others) return true;
  if (paths->empty() || others.empty()) {  // one side asks for no path
    paths->clear();
    return true;
  }
  bool complete = paths->size() * others.size() <= kMaxProduct;
  if (!complete) {
    *paths = {Shortest(*paths)};
    others = {Shortest(others)};
  }
  if (paths->size() == 1 && others.size() == 1) {
    std::ranges::move(others[0], std::back_inserter((*paths)[0]));
    return complete;
  }
  std::vector<AnyOf> product;
  for (const AnyOf& left : *paths) {
    for (const AnyOf& right : others) {
      product.push_back(left);
      product.back().insert(product.back().end(), right.begin(), right.end());
    }
  }
  *paths = std::move(product);
  return complete;
}

Requirement OneOf(std::vector<Requirement> parts) {
  std::vector<Range> types, boundaries, pids, uids;
  auto append = [](const RangeSet& set, std::vector<Range>* ranges) {
    ranges->insert(ranges->end(), set.ranges().begin(), set.ranges().end());
  };
  bool any_pid = false, any_uid = false, exact = true;
  // Parts that differ in one respect only unite without admitting more than each; a box and a box beside it do not
  // make a box otherwise.
  bool types_differ = false, boundaries_differ = false, paths_differ = false, pids_differ = false;
  for (const Requirement& part : parts) {
    append(part.types, &types);
    append(part.boundaries, &boundaries);
    if (part.pids) append(*part.pids, &pids);
    if (part.uids) append(*part.uids, &uids);
    any_pid |= !part.pids;
    any_uid |= !part.uids;
    exact = exact && part.exact;
    types_differ |= part.types != parts[0].types;
    boundaries_differ |= part.boundaries != parts[0].boundaries;
    paths_differ |= part.paths != parts[0].paths;
    pids_differ |= part.pids != parts[0].pids;
  }
  Requirement one;
  one.types = RangeSet(std::move(types));
  one.boundaries = RangeSet(std::move(boundaries));
  if (!any_pid) one.pids = RangeSet(std::move(pids));
  if (!any_uid) one.uids = RangeSet(std::move(uids));
  one.paths = std::move(parts[0].paths);
  bool complete = true;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    complete = UnitePaths(std::move(parts[i].paths), &one.paths) && complete;
  }
  one.exact = exact && complete && types_differ + boundaries_differ + paths_differ + pids_differ <= 1;
  return one;
}

// `inverted`: an odd number of nots stands above. By De Morgan's laws they reach the comparisons.
Requirement Of(const Predicate& predicate, bool inverted) {
  if (predicate.kind == NodeKind::kComparison) return OfTest(predicate.test, inverted);
  if (predicate.kind == NodeKind::kNot) return Of(predicate.children[0], !inverted);
  std::vector<Requirement> parts;
  for (const Predicate& child : predicate.children) parts.push_back(Of(child, inverted));
  bool all = (predicate.kind == NodeKind::kAnd) != inverted;
  return all ? AllOf(std::move(parts)) : OneOf(std::move(parts));
}

}  // namespace

Requirement RequirementOf(const Predicate& predicate) { return Of(predicate, false); }

}  // namespace vexevt
