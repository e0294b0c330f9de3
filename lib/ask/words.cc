#include "lib/ask/words.h"

#include <algorithm>

#include "lib/base/utf8.h"

namespace vexevt {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

struct Quotes {
  std::string_view open, close;
};
constexpr Quotes kQuotes[] = {{"\"", "\""}, {"'", "'"}, {"\xe2\x80\x9c", "\xe2\x80\x9d"}};

// The byte that no sentence has; npos: there is none.
std::size_t FindBadByte(std::string_view sentence) {
  for (std::size_t at = 0; at < sentence.size();) {
    const std::size_t length = Utf8Length(sentence.substr(at));
    const auto byte = static_cast<unsigned char>(sentence[at]);
    const auto second = length == 2 ? static_cast<unsigned char>(sentence[at + 1]) : 0u;
    const bool control = (byte < 0x20 && !IsSpace(sentence[at])) || byte == 0x7f || (byte == 0xc2 && second < 0xa0);
    if (length == 0 || control) return at;
    at += length;
  }
  return std::string_view::npos;
}

class Splitter {
 public:
  explicit Splitter(std::string_view sentence) : sentence_(sentence) {}

  std::variant<std::vector<AskWord>, Misunderstanding> Split() {
    if (sentence_.size() > kMaxSentenceBytes) {
      return Misunderstanding{kMaxSentenceBytes, 0, "a sentence has at most 4096 bytes", {}, false};
    }
    if (const std::size_t at = FindBadByte(sentence_); at != std::string_view::npos) {
      return Misunderstanding{
          at, 1, "control characters, and bytes that are not UTF-8, have no place in a sentence", {}, false};
    }
    while (SkipSpaces()) {
      const auto* quotes = std::ranges::find_if(kQuotes, [&](const Quotes& q) { return Rest().starts_with(q.open); });
      if (quotes == std::end(kQuotes)) {
        AddBare();
        continue;
      }
      const std::size_t start = at_ + quotes->open.size();
      const std::size_t end = sentence_.find(quotes->close, start);
      if (end == std::string_view::npos) return Misunderstanding{at_, 1, "the quote that stands here has no end", {}};
      const std::size_t behind = end + quotes->close.size();
      words_.push_back({std::string(sentence_.substr(start, end - start)), {}, at_, behind - at_, true});
      at_ = behind;
    }
    return std::move(words_);
  }

 private:
  std::string_view Rest() const { return sentence_.substr(at_); }

  bool SkipSpaces() {
    while (at_ < sentence_.size() && IsSpace(sentence_[at_])) ++at_;
    return at_ < sentence_.size();
  }

  void AddBare() {
    const std::size_t end = std::min(sentence_.find_first_of(" \t\n\r", at_), sentence_.size());
    std::string_view word = sentence_.substr(at_, end - at_);
    std::size_t commas = 0;
    while (commas < word.size() && word[word.size() - 1 - commas] == ',') ++commas;
    word.remove_suffix(commas);
    const bool last = commas == 0 && Rest().find_first_not_of(" \t\n\r", word.size()) == std::string_view::npos;
    if (last && word.size() > 1 && (word.back() == '.' || word.back() == '!')) word.remove_suffix(1);
    if (!word.empty()) words_.push_back({std::string(word), LowerCase(word), at_, word.size(), false});
    if (commas > 0) words_.push_back({",", ",", end - commas, commas, false});
    at_ = end;
  }

  const std::string_view sentence_;
  std::size_t at_ = 0;
  std::vector<AskWord> words_;
};

}  // namespace

std::variant<std::vector<AskWord>, Misunderstanding> SplitSentence(std::string_view sentence) {
  return Splitter(sentence).Split();
}

}  // namespace vexevt
