#include "lib/expr/parser.h"

#include <fmt/format.h>

#include <iterator>
#include <optional>
#include <utility>

#include "lib/base/nearest_name.h"
#include "lib/event/field.h"
#include "lib/expr/expression.h"
#include "lib/expr/lexer.h"

namespace vexevt {
namespace {

std::optional<Operator> OperatorOf(const Token& token) {
  struct Name {
    std::string_view text;
    Operator op;
  };
  using enum Operator;
  static constexpr Name kSymbols[] = {{"=", kEqual},      {"!=", kNotEqual}, {"<", kLess},
                                      {"<=", kLessEqual}, {">", kGreater},   {">=", kGreaterEqual}};
  static constexpr Name kWords[] = {
      {"in", kIn},        {"contains", kContains}, {"startswith", kStartsWith}, {"endswith", kEndsWith},
      {"glob", kGlob},    {"matches", kMatches},   {"under", kUnder},           {"has", kHas},
      {"exists", kExists}};
  if (token.kind == TokenKind::kSymbol) {
    for (const Name& name : kSymbols) {
      if (name.text == token.text) return name.op;
    }
  } else if (token.kind == TokenKind::kWord) {
    for (const Name& name : kWords) {
      if (name.text == token.text) return name.op;
    }
  }
  return std::nullopt;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) {}

  Result<ExprNode> Parse() {
    VEXEVT_TRY(Advance());
    if (token_.kind == TokenKind::kEnd) return ErrorAt(token_.column, "the expression is empty");
    VEXEVT_ASSIGN(ExprNode node, Or(0));
    if (token_.kind == TokenKind::kEnd) return node;
    if (token_.kind == TokenKind::kClose) return ErrorAt(token_.column, "')' has no '(' before it");
    return ErrorAt(token_.column, fmt::format("expected 'and', 'or' or the end, not {}", Shown()));
  }

 private:
  Status Advance() {
    VEXEVT_ASSIGN(token_, lexer_.Next());
    return Status::Ok();
  }

  bool Is(std::string_view word) const { return token_.kind == TokenKind::kWord && token_.text == word; }
  bool IsSymbol(std::string_view symbol) const { return token_.kind == TokenKind::kSymbol && token_.text == symbol; }

  std::string Shown() const {
    if (token_.kind == TokenKind::kEnd) return "the end";
    if (token_.kind == TokenKind::kList) return fmt::format("'${}'", token_.text);
    if (token_.kind == TokenKind::kQuoted) return fmt::format("\"{}\"", token_.text);
    return fmt::format("'{}'", token_.text);
  }

  Result<ExprNode> Or(int depth) {
    VEXEVT_ASSIGN(ExprNode first, And(depth));
    if (!Is("or") && !IsSymbol("||")) return first;
    ExprNode node{NodeKind::kOr, {}, {}};
    Append(std::move(first), &node);
    while (Is("or") || IsSymbol("||")) {
      VEXEVT_TRY(Advance());
      VEXEVT_ASSIGN(ExprNode next, And(depth));
      Append(std::move(next), &node);
    }
    return node;
  }

  Result<ExprNode> And(int depth) {
    VEXEVT_ASSIGN(ExprNode first, Not(depth));
    if (!Is("and") && !IsSymbol("&&")) return first;
    ExprNode node{NodeKind::kAnd, {}, {}};
    Append(std::move(first), &node);
    while (Is("and") || IsSymbol("&&")) {
      VEXEVT_TRY(Advance());
      VEXEVT_ASSIGN(ExprNode next, Not(depth));
      Append(std::move(next), &node);
    }
    return node;
  }

  // Both operators are associative: nesting of one kind says nothing.
  static void Append(ExprNode child, ExprNode* parent) {
    if (child.kind == parent->kind) {
      std::move(child.children.begin(), child.children.end(), std::back_inserter(parent->children));
    } else {
      parent->children.push_back(std::move(child));
    }
  }

  Result<ExprNode> Not(int depth) {
    if (depth > kMaxExpressionDepth) {
      return ErrorAt(token_.column, fmt::format("nested deeper than {}", kMaxExpressionDepth));
    }
    if (Is("not") || IsSymbol("!")) {
      VEXEVT_TRY(Advance());
      VEXEVT_ASSIGN(ExprNode child, Not(depth + 1));
      ExprNode node{NodeKind::kNot, {}, {}};
      node.children.push_back(std::move(child));
      return node;
    }
    if (token_.kind == TokenKind::kOpen) {
      std::uint32_t column = token_.column;
      VEXEVT_TRY(Advance());
      VEXEVT_ASSIGN(ExprNode node, Or(depth + 1));
      if (token_.kind == TokenKind::kEnd) return ErrorAt(column, "'(' has no ')'");
      if (token_.kind != TokenKind::kClose) {
        return ErrorAt(token_.column, fmt::format("expected 'and', 'or' or ')', not {}", Shown()));
      }
      VEXEVT_TRY(Advance());
      return node;
    }
    ExprNode node;
    VEXEVT_ASSIGN(node.comparison, ParseComparison());
    return node;
  }

  Result<Comparison> ParseComparison() {
    if (token_.kind != TokenKind::kWord || IsKeyword(token_.text)) {
      return ErrorAt(token_.column, fmt::format("expected a field, not {}", Shown()));
    }
    Comparison result;
    result.field = {token_.text, false, token_.column};
    VEXEVT_TRY(Advance());
    result.op_column = token_.column;
    bool inverted = false;
    if (Is("not")) {
      VEXEVT_TRY(Advance());
      if (!Is("in")) return ErrorAt(token_.column, "after a field 'not' stands only before 'in': write 'not FIELD …'");
      inverted = true;
    }
    std::optional<Operator> op = OperatorOf(token_);
    if (!op) {
      VEXEVT_TRY(CheckNoOperator(result.field));
      return result;
    }
    VEXEVT_TRY(Advance());
    result.op = inverted ? Operator::kNotIn : *op;
    if (*op == Operator::kExists) return result;
    bool list = *op == Operator::kIn || *op == Operator::kUnder;
    if (list && (token_.kind == TokenKind::kOpen || token_.kind == TokenKind::kList)) {
      VEXEVT_ASSIGN(result.values, List());
    } else if (*op == Operator::kIn) {
      return ErrorAt(token_.column, fmt::format("'in' takes a list, (a, b) or $name, not {}", Shown()));
    } else {
      VEXEVT_ASSIGN(Word value, Value(OperatorName(*op)));
      result.values.push_back(std::move(value));
    }
    if (Is("zone")) {
      VEXEVT_TRY(Advance());
      VEXEVT_ASSIGN(result.zone, Value("zone"));
    }
    return result;
  }

  // What may follow a field that stands alone. Anything else was meant as an operator.
  Status CheckNoOperator(const Word& field) {
    bool ends = token_.kind == TokenKind::kEnd || token_.kind == TokenKind::kClose || IsSymbol("&&") ||
                IsSymbol("||") || Is("and") || Is("or");
    if (ends) return Status::Ok();
    static constexpr std::string_view kNames[] = {"in",    "contains", "startswith", "endswith", "glob", "matches",
                                                  "under", "has",      "exists",     "and",      "or"};
    std::string message = fmt::format("expected an operator after '{}', not {}", field.text, Shown());
    if (token_.kind == TokenKind::kWord) {
      std::string_view nearest = NearestName(token_.text, kNames);
      if (token_.text == "~" || token_.text == "=~") nearest = "matches";
      message += DidYouMean(nearest);
    }
    return ErrorAt(token_.column, message);
  }

  Result<Word> Value(std::string_view after) {
    bool keyword = token_.kind == TokenKind::kWord && IsKeyword(token_.text);
    if (keyword) {
      return ErrorAt(token_.column,
                     fmt::format("expected a value after '{0}', not '{1}' (as a value it is quoted: \"{1}\")", after,
                                 token_.text));
    }
    if (token_.kind == TokenKind::kList) {
      return ErrorAt(token_.column, fmt::format("a list stands after 'in' or 'under', not after '{}'", after));
    }
    if (token_.kind != TokenKind::kWord && token_.kind != TokenKind::kQuoted) {
      return ErrorAt(token_.column, fmt::format("expected a value after '{}', not {}", after, Shown()));
    }
    Word word{token_.text, false, token_.column, token_.kind == TokenKind::kQuoted};
    VEXEVT_TRY(Advance());
    return word;
  }

  Result<std::vector<Word>> List() {
    std::vector<Word> words;
    bool closed = token_.kind == TokenKind::kList;  // $name alone needs no parentheses
    std::uint32_t open = token_.column;
    std::string_view after = "(";
    if (!closed) VEXEVT_TRY(Advance());
    for (;;) {
      if (token_.kind == TokenKind::kList) {
        words.push_back({token_.text, true, token_.column});
        VEXEVT_TRY(Advance());
      } else {
        VEXEVT_ASSIGN(Word word, Value(after));
        words.push_back(std::move(word));
      }
      if (closed) return words;
      if (token_.kind == TokenKind::kEnd) return ErrorAt(open, "the list that begins here has no ')'");
      if (token_.kind != TokenKind::kComma && token_.kind != TokenKind::kClose) {
        return ErrorAt(token_.column, fmt::format("expected ',' or ')', not {}", Shown()));
      }
      bool last = token_.kind == TokenKind::kClose;
      VEXEVT_TRY(Advance());
      if (last) return words;
      after = ",";
    }
  }

  Lexer lexer_;
  Token token_;
};

}  // namespace

Result<ExprNode> ParseExpression(std::string_view text) {
  if (text.size() > kMaxExpressionBytes) {
    return ErrorAt(static_cast<std::uint32_t>(kMaxExpressionBytes),
                   "the expression is longer than 1 MiB: long lists belong in a file, as $name");
  }
  return Parser(text).Parse();
}

}  // namespace vexevt
