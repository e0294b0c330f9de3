// Expressions against a naive evaluator that walks the syntax and compares values as they are read, without keys,
// ranges, lowered patterns or jumps; and their print against the parser.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/errno_name.h"
#include "lib/base/path.h"
#include "lib/base/units.h"
#include "lib/event/encode.h"
#include "lib/event/field.h"
#include "lib/event/layout.h"
#include "lib/event/testing/samples.h"
#include "lib/event/type.h"
#include "lib/expr/expression.h"
#include "lib/expr/parser.h"
#include "lib/expr/required_folders.h"
#include "lib/match/glob.h"
#include "lib/match/regex.h"

namespace vexevt {
namespace {

__extension__ using Int128 = __int128;

template <typename T>
T Pick(std::initializer_list<T> values) {
  return *rc::gen::elementOf(std::vector<T>(values));
}

// ---- the naive evaluator

Int128 ParseInt(std::string_view text, int base) {
  bool negative = text.starts_with('-');
  Int128 number = 0;
  for (char c : text.substr(negative ? 1 : 0)) number = number * base + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  return negative ? -number : number;
}

// How a value stands to the literal, as a number; a field's value of none is not asked.
int Order(auto a, auto b) { return a < b ? -1 : a > b ? 1 : 0; }

int NumberOrder(const Field& field, const FieldValue& value, const std::string& text) {
  if (const auto* real = std::get_if<double>(&value)) return Order(*real, std::stod(text));
  if (const auto* truth = std::get_if<bool>(&value)) return Order(int{*truth}, int{text == "true"});
  Int128 number = std::holds_alternative<std::int64_t>(value) ? Int128{std::get<std::int64_t>(value)}
                                                              : Int128{std::get<std::uint64_t>(value)};
  switch (field.type) {
    case FieldType::kSize:
      return Order(number, Int128{*ParseSize(text)});
    case FieldType::kTime:
      return Order(number, Int128{*ParseTime(text)});
    case FieldType::kDuration:
      return Order(number, Int128{*ParseDuration(text)});
    case FieldType::kMode:
      return Order(number, ParseInt(text, 8));
    case FieldType::kHex64:
      return Order(number, ParseInt(text, 16));
    case FieldType::kDevice: {
      auto colon = text.find(':');
      return Order(number, (ParseInt(text.substr(0, colon), 10) << 20) + ParseInt(text.substr(colon + 1), 10));
    }
    case FieldType::kErrno:
      if (text[0] == 'E') return Order(number, Int128{*ParseErrno(text)});
      break;
    case FieldType::kBoundary:
      return BoundaryName(static_cast<Boundary>(number)) == text ? 0 : 1;
    case FieldType::kPriority:
      return Order(Urgency(static_cast<Priority>(number)), Urgency(*ParsePriority(text)));
    case FieldType::kType: {
      auto type = static_cast<EventType>(number);
      return TypeName(type) == text || std::string(FamilyName(FamilyOf(type))) + ".*" == text ? 0 : 1;
    }
    default:
      break;
  }
  return Order(number, text.starts_with("0x") ? ParseInt(text.substr(2), 16) : ParseInt(text, 10));
}

bool IsUnder(std::string folder, std::string path) {
  while (folder.ends_with('/')) folder.pop_back();
  for (;;) {
    if (path == folder) return true;
    if (path.find('/') == path.npos) return false;
    path.resize(path.rfind('/'));
  }
}

bool HoldsText(Operator op, const std::string& value, const std::string& text) {
  switch (op) {
    case Operator::kContains:
      return value.find(text) != value.npos;
    case Operator::kStartsWith:
      return value.substr(0, text.size()) == text;
    case Operator::kEndsWith:
      return value.size() >= text.size() && value.substr(value.size() - text.size()) == text;
    case Operator::kGlob:
      return Glob::Compile(text)->Matches(value);
    case Operator::kMatches:
      return Regex::Compile(text)->Matches(value);
    case Operator::kUnder:
      return IsUnder(text, value);
    default:
      return value == text;
  }
}

bool HoldsOne(const Field& field, Operator op, const FieldValue& value, const std::string& text) {
  if (const auto* bytes = std::get_if<std::string_view>(&value)) return HoldsText(op, std::string(*bytes), text);
  if (const auto* wide = std::get_if<Wide>(&value)) {
    return *wide == Wide{static_cast<std::uint64_t>(ParseInt(text.substr(0, 16), 16)),
                         static_cast<std::uint64_t>(ParseInt(text.substr(16), 16))};
  }
  if (const auto* real = std::get_if<double>(&value); real && *real != *real) return false;
  if (op == Operator::kHas) {
    auto bits = static_cast<std::uint64_t>(ParseInt(text, field.type == FieldType::kMode ? 8 : 10));
    return (std::get<std::uint64_t>(value) & bits) == bits;
  }
  int order = NumberOrder(field, value, text);
  switch (op) {
    case Operator::kLess:
      return order < 0;
    case Operator::kLessEqual:
      return order <= 0;
    case Operator::kGreater:
      return order > 0;
    case Operator::kGreaterEqual:
      return order >= 0;
    default:
      return order == 0;
  }
}

bool Naive(const Comparison& comparison, const EventView& event) {
  const Field& field = *FindField(comparison.field.text);
  FieldValue value = ReadField(event, field);
  bool there = !std::holds_alternative<std::monostate>(value);
  if (comparison.op == Operator::kExists) return there;
  if (comparison.op == Operator::kTruth) return there && std::get<bool>(value);
  bool holds = there && std::ranges::any_of(comparison.values, [&](const Word& word) {
                 return HoldsOne(field, comparison.op, value, word.text);
               });
  bool negated = comparison.op == Operator::kNotEqual || comparison.op == Operator::kNotIn;
  return holds != negated;
}

bool Naive(const ExprNode& node, const EventView& event) {
  auto child = [&](const ExprNode& each) { return Naive(each, event); };
  switch (node.kind) {
    case NodeKind::kComparison:
      return Naive(node.comparison, event);
    case NodeKind::kNot:
      return !Naive(node.children[0], event);
    case NodeKind::kAnd:
      return std::ranges::all_of(node.children, child);
    case NodeKind::kOr:
      return std::ranges::any_of(node.children, child);
  }
  return false;
}

// ---- random expressions, of values that the events below have

std::string AnyText() {
  return Pick<std::string>({"/srv/build/obj/status.o", "/srv/build", "/srv/", "/", "cc1plus", "rsync", "o", ".o",
                            "/srv", "status.o", "a", "x", "acme", "n1", "load", "/srv/\xff\n\"old", "builder",
                            "longer than that"});
}

std::string AnyPattern() {
  return Pick<std::string>({"/srv/**", "**/*.o", "**", "*", "/srv/*", "/srv/build/obj/status.o", "**/obj/**", "{a,cc*}",
                            "/srv/**/status.?", "**stat**", "*.[a-o]", "x"});
}

std::string AnyRegex() { return Pick<std::string>({"o$", "^/srv", "st.t", "a|b", "(?i)CC1", "^$", "[^/]+/obj"}); }

std::string AnyValue(const Field& field) {
  switch (field.type) {
    case FieldType::kInt:
      return Pick<std::string>({"-1", "0", "1", "9223372036854775807", "-9223372036854775808"});
    case FieldType::kFloat:
      return Pick<std::string>({"0", "-0.0", "0.5", "0.83", "1", "1.5", "-3", "1e300"});
    case FieldType::kBool:
      return Pick<std::string>({"true", "false"});
    case FieldType::kBytes:
      return AnyText();
    case FieldType::kSize:
      return Pick<std::string>({"0", "1", "2", "3", "4K", "4KB", "4096", "1M", "9P"});
    case FieldType::kTime:
      return Pick<std::string>(
          {"2026-11-23T13:00:00.123456789Z", "2026-11-23T13:00:00Z", "@1795438800", "@1", "2030-01-01T00:00:00+01:00"});
    case FieldType::kDuration:
      return Pick<std::string>({"1us", "1500ns", "987654321ns", "1s", "7d"});
    case FieldType::kType:
      return Pick<std::string>({"fs.create", "fs.rename", "fs.*", "graph.*", "vexevt.*", "agent.decision", "0x01ff",
                                "0xffff", "vexevt.lost", "system.*"});
    case FieldType::kBoundary:
      return Pick<std::string>({"kernel", "user", "analytics", "unknown", "remote"});
    case FieldType::kPriority:
      return Pick<std::string>({"critical", "high", "normal", "low", "background"});
    case FieldType::kMode:
      return Pick<std::string>({"100644", "0100600", "644", "1", "177777"});
    case FieldType::kDevice:
      return Pick<std::string>({"8:1", "0:4", "8:2"});
    case FieldType::kErrno:
      return Pick<std::string>({"0", "ENOENT", "2", "-2", "EPERM", "2147483647", "-2147483648"});
    case FieldType::kEventId:
    case FieldType::kTraceId:
      return Pick<std::string>({"0123456789abcdef000000000000002a", "00000000000000010000000000000002"});
    case FieldType::kHex64:
      return Pick<std::string>({"3", "0123456789abcdef", "1122334455660001", "ffffffffffffffff"});
    case FieldType::kUint:
      break;
  }
  return Pick<std::string>({"0", "1", "2", "3", "7", "42", "1000", "4711", "4712", "0x1267", "131073", "65535",
                            "4294967295", "18446744073709551615"});
}

Comparison AnyComparison() {
  const Field& field = AllFields()[*rc::gen::inRange<std::size_t>(0, AllFields().size())];
  using enum Operator;
  std::vector<Operator> ops = {kExists, kEqual, kNotEqual, kIn, kNotIn, kEqual};
  if (field.type == FieldType::kBytes) {
    ops.insert(ops.end(), {kContains, kStartsWith, kEndsWith, kGlob, kMatches, kUnder, kGlob, kUnder});
  } else if (field.type == FieldType::kBool) {
    ops.push_back(kTruth);
  } else if (field.type == FieldType::kMode) {
    ops.push_back(kHas);
  } else {
    ops.insert(ops.end(), {kLess, kLessEqual, kGreater, kGreaterEqual});
  }
  Comparison comparison;
  comparison.field.text = field.name;
  comparison.op = *rc::gen::elementOf(ops);
  if (comparison.op == kExists || comparison.op == kTruth) return comparison;
  bool many = comparison.op == kIn || comparison.op == kNotIn || comparison.op == kUnder;
  for (int i = many ? *rc::gen::inRange(1, 8) : 1; i > 0; --i) {
    std::string text = comparison.op == kGlob ? AnyPattern() : comparison.op == kMatches ? AnyRegex() : AnyValue(field);
    comparison.values.push_back({text, false, 0});
  }
  return comparison;
}

ExprNode Leaf(Comparison comparison) { return {NodeKind::kComparison, std::move(comparison), {}}; }

// One that the checker takes by itself.
ExprNode AnyLeaf() {
  for (;;) {
    ExprNode leaf = Leaf(AnyComparison());
    if (CompileExpression(PrintExpression(leaf)).ok()) return leaf;
  }
}

ExprNode AnyNode(int depth, auto leaf, NodeKind parent = NodeKind::kNot) {
  int kind = depth == 0 ? 0 : *rc::gen::inRange(0, 5);
  if (kind < 2) return leaf();
  ExprNode node;
  node.kind = kind == 2 ? NodeKind::kNot : kind == 3 ? NodeKind::kAnd : NodeKind::kOr;
  if (node.kind == parent && parent != NodeKind::kNot) return leaf();
  int children = node.kind == NodeKind::kNot ? 1 : *rc::gen::inRange(2, 4);
  for (int i = 0; i < children; ++i) node.children.push_back(AnyNode(depth - 1, leaf, node.kind));
  return node;
}

// ---- random events: the samples with some of their values changed

Event AnyEvent() {
  static const std::vector<Event> samples = SampleEvents();
  Event event = *rc::gen::elementOf(samples);
  std::uint32_t number = Pick<std::uint32_t>({0, 1, 2, 7, 1000, 4711, 4712, 65535, 0xffffffff});
  switch (*rc::gen::inRange(0, 14)) {
    case 0:
      event.pid = number;
      break;
    case 1:
      event.uid = number;
      break;
    case 2:
      event.result = static_cast<std::int32_t>(number);
      break;
    case 3:
      event.flags = *rc::gen::arbitrary<std::uint16_t>();
      break;
    case 4:
      event.type = Pick<EventType>({kFsCreate, kFsRename, 0x01ff, 0x2000, 0xffff, 0x0201, kVexevtLost});
      break;
    case 5:
      event.boundary = static_cast<Boundary>(Pick<std::uint16_t>({0, 3, 8, 9, 64, 65535}));
      break;
    case 6:
      event.priority = static_cast<Priority>(Pick<std::uint16_t>({0, 1, 2, 3, 4, 5, 65535}));
      break;
    case 7:
      event.comm = Pick<std::string_view>({"", "a", "rsync", "longer than that"});
      break;
    case 8:
      event.wall_ns = Pick<std::uint64_t>({0, 1, 1'000'000'000, ~std::uint64_t{0}});
      break;
    case 9:
      if (auto* fs = std::get_if<FsPayload>(&event.payload)) {
        fs->path = Pick<std::string_view>({"", "/", "/srv", "/srv/", "x", "status.o", "/srv/build/.o", "/srv/a"});
      }
      break;
    case 10:
      if (auto* fs = std::get_if<FsPayload>(&event.payload)) fs->size = number;
      break;
    case 11:
      if (auto* vector = std::get_if<VectorPayload>(&event.payload)) {
        vector->score = Pick<double>({0.0, -0.0, 0.5, -3.0, 1.0 / 0.0, 0.0 / 0.0});
      }
      break;
    default:
      break;
  }
  return event;
}

struct Bound {
  std::vector<std::byte> frame;
  EventView view;

  explicit Bound(const Event& event) {
    AppendFrame(event, &frame);
    if (!EventView::Bind(frame, &view)) std::abort();
  }
};

// Nodes that the checker refuses as contradictions are rare, and no concern here.
std::optional<Expression> Compile(const ExprNode& node) {
  auto expression = CompileExpression(PrintExpression(node));
  if (expression.ok()) return std::move(*expression);
  RC_ASSERT(expression.status().message().find("can never hold together") != std::string::npos);
  return std::nullopt;
}

bool Admits(const Requirement& required, const EventView& event) {
  if (!required.types.Contains(event.type())) return false;
  if (!required.boundaries.Contains(static_cast<std::uint64_t>(event.boundary()))) return false;
  if (required.pids && !required.pids->Contains(event.pid())) return false;
  bool user = (event.flags() & kFlagCredentials) != 0;
  if (required.uids && !(user && required.uids->Contains(event.Get<std::uint32_t>(layout::kUid)))) return false;
  return std::ranges::all_of(required.paths, [&](const AnyOf& any) {
    return std::ranges::any_of(any, [&](const PathCondition& condition) {
      static constexpr Operator kOperators[] = {Operator::kEqual,    Operator::kStartsWith, Operator::kEndsWith,
                                                Operator::kContains, Operator::kUnder,      Operator::kGlob,
                                                Operator::kMatches};
      FieldValue value = ReadField(event, *condition.field);
      const auto* text = std::get_if<std::string_view>(&value);
      bool holds = text && HoldsText(kOperators[static_cast<int>(condition.op)], std::string(*text), condition.text);
      return holds != condition.negated;
    });
  });
}

RC_GTEST_PROP(Expression, DecidesAsTheNaiveEvaluator, ()) {
  ExprNode node = AnyNode(3, AnyLeaf);
  RC_LOG() << PrintExpression(node);
  auto expression = Compile(node);
  if (!expression) return;
  for (int i = 0; i < 20; ++i) {
    Event event = AnyEvent();
    Bound bound(event);
    bool holds = Naive(node, bound.view);
    RC_ASSERT(expression->Matches(bound.view) == holds);
    RC_ASSERT(expression->Explain(bound.view).starts_with(holds ? "true" : "false"));
    bool admitted = Admits(expression->requirement(), bound.view);
    RC_ASSERT(admitted || !holds);
    if (expression->requirement().exact) RC_ASSERT(admitted == holds);
    std::vector<std::string> folders = FoldersRequired(expression->requirement());
    bool within =
        std::ranges::any_of(folders, [&](const std::string& folder) { return IsWithin(bound.view.path(), folder); });
    RC_ASSERT(!holds || folders.empty() || within);
  }
}

// Each comparison by itself on every sample, as in a tree most are hidden by others.
RC_GTEST_PROP(Expression, ComparisonDecidesAsTheNaiveOne, ()) {
  ExprNode node = AnyLeaf();
  RC_LOG() << PrintExpression(node);
  auto expression = Compile(node);
  for (int i = 0; i < 20; ++i) {
    Event event = AnyEvent();
    Bound bound(event);
    RC_ASSERT(expression->Matches(bound.view) == Naive(node, bound.view));
  }
}

RC_GTEST_PROP(Expression, PrintParsesBackToTheSameSyntax, ()) {
  auto leaf = [] {
    Comparison comparison = AnyComparison();
    for (Word& word : comparison.values) {
      if (*rc::gen::inRange(0, 2)) word.text = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
      if (*rc::gen::inRange(0, 8) == 0) word.text = Pick<std::string>({"and", "not", "in", "$x", "'", "zone", ""});
    }
    bool list =
        comparison.op == Operator::kIn || comparison.op == Operator::kNotIn || comparison.op == Operator::kUnder;
    if (list && *rc::gen::inRange(0, 3) == 0) comparison.values.push_back({"some-list.1", true, 0});
    bool zone = comparison.op != Operator::kTruth && comparison.op != Operator::kExists && *rc::gen::inRange(0, 4) == 0;
    if (zone) comparison.zone.text = "Europe/Berlin";
    return Leaf(comparison);
  };
  ExprNode node = AnyNode(5, leaf);
  std::string text = PrintExpression(node);
  RC_LOG() << text;
  auto parsed = ParseExpression(text);
  RC_ASSERT(parsed.ok());
  RC_ASSERT(*parsed == node);
  RC_ASSERT(PrintExpression(*parsed) == text);
}

}  // namespace
}  // namespace vexevt
