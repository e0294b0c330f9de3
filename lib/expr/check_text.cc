#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "lib/expr/check.h"
#include "lib/expr/lexer.h"

namespace vexevt {
namespace {

// Longer lists of literals become a set of their own.
constexpr std::size_t kFewTexts = 4;

TextOperator TextOperatorOf(Operator op) {
  switch (op) {
    case Operator::kContains:
      return TextOperator::kContains;
    case Operator::kStartsWith:
      return TextOperator::kStartsWith;
    case Operator::kEndsWith:
      return TextOperator::kEndsWith;
    case Operator::kGlob:
      return TextOperator::kGlob;
    case Operator::kMatches:
      return TextOperator::kMatches;
    case Operator::kUnder:
      return TextOperator::kUnder;
    default:
      return TextOperator::kEquals;
  }
}

// A pattern's own message counts columns from the pattern's start.
Status PatternError(const Word& word, std::string_view kind, const Status& status) {
  return ErrorAt(word.column, fmt::format("{} '{}': {}", kind, word.text, status.message()));
}

// A glob that is no more than a comparison of bytes becomes that comparison.
Status CompileGlob(const Word& word, TextCondition* condition) {
  auto glob = Glob::Compile(word.text);
  if (!glob.ok()) return PatternError(word, "glob", glob.status());
  const GlobAlternative& first = glob->alternatives()[0];
  auto become = [&](TextOperator op, const std::string& text) {
    condition->op = op;
    condition->text = text;
  };
  bool single = glob->alternatives().size() == 1;
  if (single && first.IsLiteral()) {
    become(TextOperator::kEquals, first.prefix());
  } else if (single && first.IsPrefix()) {
    become(TextOperator::kStartsWith, first.prefix());
  } else if (single && first.IsSuffix()) {
    become(TextOperator::kEndsWith, first.suffix());
  } else {
    condition->glob = std::make_shared<const Glob>(std::move(*glob));
  }
  return Status::Ok();
}

Status CompileRegex(const Word& word, TextCondition* condition) {
  auto regex = Regex::Compile(word.text);
  if (!regex.ok()) return PatternError(word, "regex", regex.status());
  condition->regex = std::make_shared<const Regex>(std::move(*regex));
  return Status::Ok();
}

Status AddSet(const std::vector<std::string>& texts, std::uint32_t column, TextCondition* condition) {
  auto set = StringSet::FromTexts(texts);
  if (!set.ok()) return ErrorAt(column, set.status().message());
  condition->sets.push_back(std::make_shared<const StringSet>(std::move(*set)));
  return Status::Ok();
}

Status AddTexts(const Comparison& comparison, const NamedLists& lists, TextCondition* condition) {
  bool under = condition->op == TextOperator::kUnderAny;
  for (const Word& word : comparison.values) {
    if (!word.named_list) {
      condition->texts.emplace_back(under ? WithoutTrailingSlash(word.text) : word.text);
      continue;
    }
    VEXEVT_ASSIGN(std::shared_ptr<const StringSet> list, FindList(word, lists));
    if (under) {
      std::vector<std::string> folders;
      list->ForEach([&](std::string_view entry) { folders.emplace_back(WithoutTrailingSlash(entry)); });
      VEXEVT_TRY(AddSet(folders, word.column, condition));
    } else {
      condition->sets.push_back(std::move(list));
    }
  }
  if (condition->texts.size() <= kFewTexts) return Status::Ok();
  return AddSet(std::exchange(condition->texts, {}), comparison.values[0].column, condition);
}

}  // namespace

Result<std::shared_ptr<const TextCondition>> CheckText(const Comparison& comparison, const NamedLists& lists) {
  auto condition = std::make_shared<TextCondition>();
  bool many = comparison.op == Operator::kIn || comparison.op == Operator::kNotIn ||
              (comparison.op == Operator::kUnder && (comparison.values.size() > 1 || comparison.values[0].named_list));
  if (many) {
    condition->op = comparison.op == Operator::kUnder ? TextOperator::kUnderAny : TextOperator::kIn;
    VEXEVT_TRY(AddTexts(comparison, lists, condition.get()));
    return std::shared_ptr<const TextCondition>(std::move(condition));
  }
  const Word& word = comparison.values[0];
  condition->op = TextOperatorOf(comparison.op);
  condition->text = word.text;
  if (condition->op == TextOperator::kUnder) condition->text = WithoutTrailingSlash(word.text);
  if (condition->op == TextOperator::kContains) condition->finder = LiteralFinder(word.text);
  if (condition->op == TextOperator::kGlob) VEXEVT_TRY(CompileGlob(word, condition.get()));
  if (condition->op == TextOperator::kMatches) VEXEVT_TRY(CompileRegex(word, condition.get()));
  return std::shared_ptr<const TextCondition>(std::move(condition));
}

}  // namespace vexevt
