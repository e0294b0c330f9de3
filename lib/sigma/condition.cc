#include "lib/sigma/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace vexevt {
namespace {

constexpr int kMaxDepth = 50;
constexpr std::size_t kMaxWords = 1000;

bool IsWord(std::string_view word, std::string_view lower) {
  return std::ranges::equal(word, lower, {}, [](char c) { return std::tolower(static_cast<unsigned char>(c)); });
}

// "sel*" and "*_x*": a star stands for any bytes.
bool MatchesStars(std::string_view pattern, std::string_view name) {
  const std::size_t star = pattern.find('*');
  if (star == pattern.npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  name.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  for (std::size_t next; (next = pattern.find('*')) != pattern.npos; pattern.remove_prefix(next + 1)) {
    const std::size_t at = name.find(pattern.substr(0, next));
    if (at == name.npos) return false;
    name.remove_prefix(at + next);
  }
  return name.ends_with(pattern);
}

class Parser {
 public:
  Parser(std::string_view text, std::span<const std::string> selections) : selections_(selections) {
    while (!text.empty()) {
      const std::size_t start = std::min(text.find_first_not_of(" \t\r\n"), text.size());
      text.remove_prefix(start);
      if (text.empty()) break;
      const bool is_mark = text.front() == '(' || text.front() == ')' || text.front() == '|';
      const std::size_t size = is_mark ? 1 : std::min(text.find_first_of(" \t\r\n()|"), text.size());
      words_.push_back(text.substr(0, size));
      text.remove_prefix(size);
    }
  }

  Result<SigmaCondition> All() {
    if (words_.size() > kMaxWords) return InvalidArgument("the condition is too long");
    VEXEVT_ASSIGN(SigmaCondition condition, Or());
    if (at_ == words_.size()) return condition;
    if (words_[at_] == "|") {
      return InvalidArgument("conditions with '|' are not turned: a correlation rule says the same");
    }
    return InvalidArgument(fmt::format("'{}' does not belong here", words_[at_]));
  }

 private:
  bool Takes(std::string_view word) {
    if (at_ == words_.size() || !IsWord(words_[at_], word)) return false;
    ++at_;
    return true;
  }

  Result<SigmaCondition> Or() { return Row(ConditionKind::kOr, "or", &Parser::And); }
  Result<SigmaCondition> And() { return Row(ConditionKind::kAnd, "and", &Parser::Not); }

  Result<SigmaCondition> Row(ConditionKind kind, std::string_view word, Result<SigmaCondition> (Parser::*part)()) {
    VEXEVT_ASSIGN(SigmaCondition first, (this->*part)());
    if (at_ == words_.size() || !IsWord(words_[at_], word)) return first;
    SigmaCondition row{.kind = kind, .selection = {}, .parts = {}};
    row.parts.push_back(std::move(first));
    while (Takes(word)) {
      VEXEVT_ASSIGN(SigmaCondition next, (this->*part)());
      row.parts.push_back(std::move(next));
    }
    return row;
  }

  Result<SigmaCondition> Not() {
    if (++depth_ > kMaxDepth) return InvalidArgument(fmt::format("the condition is nested deeper than {}", kMaxDepth));
    auto condition = Negated();
    --depth_;
    return condition;
  }

  Result<SigmaCondition> Negated() {
    if (Takes("not")) {
      VEXEVT_ASSIGN(SigmaCondition part, Not());
      SigmaCondition negated{.kind = ConditionKind::kNot, .selection = {}, .parts = {}};
      negated.parts.push_back(std::move(part));
      return negated;
    }
    if (Takes("(")) {
      VEXEVT_ASSIGN(SigmaCondition inner, Or());
      if (!Takes(")")) return InvalidArgument("a ')' is missing in the condition");
      return inner;
    }
    if (at_ == words_.size()) return InvalidArgument("the condition ends where a selection is expected");
    const std::string_view word = words_[at_++];
    if (at_ < words_.size() && IsWord(words_[at_], "of")) {
      ++at_;
      return Quantified(word);
    }
    if (std::ranges::find(selections_, word) == selections_.end()) {
      return InvalidArgument(fmt::format("the condition names '{}', which is no selection", word));
    }
    return SigmaCondition{.kind = ConditionKind::kSelection, .selection = std::string(word), .parts = {}};
  }

  Result<SigmaCondition> Quantified(std::string_view how_many) {
    const bool all = IsWord(how_many, "all");
    if (!all && how_many != "1" && !IsWord(how_many, "any")) {
      return InvalidArgument(fmt::format("'{} of' is not turned: '1 of' and 'all of' are", how_many));
    }
    if (at_ == words_.size()) return InvalidArgument("the condition ends behind 'of'");
    const std::string_view names = words_[at_++];
    const bool them = IsWord(names, "them");
    SigmaCondition row{.kind = all ? ConditionKind::kAnd : ConditionKind::kOr, .selection = {}, .parts = {}};
    for (const std::string& name : selections_) {
      if (them ? name.starts_with('_') : !MatchesStars(names, name)) continue;
      row.parts.push_back({.kind = ConditionKind::kSelection, .selection = name, .parts = {}});
    }
    if (row.parts.empty()) return InvalidArgument(fmt::format("no selection is called '{}'", names));
    if (row.parts.size() > 1) return row;
    SigmaCondition only = std::move(row.parts.front());
    return only;
  }

  std::span<const std::string> selections_;
  std::vector<std::string_view> words_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<SigmaCondition> ParseCondition(std::string_view text, std::span<const std::string> selections) {
  return Parser(text, selections).All();
}

}  // namespace vexevt
