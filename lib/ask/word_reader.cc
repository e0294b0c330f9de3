#include "lib/ask/word_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/nearest_name.h"
#include "lib/event/field.h"

namespace vexevt {
namespace {

constexpr std::size_t kMostOffers = 3, kMostShown = 8;
constexpr std::size_t kLeastNear = 3;  // bytes of a word: shorter ones are near to everything

// Takes the first word off a phrase.
std::string_view FirstWord(std::string_view* phrase) {
  const std::size_t end = std::min(phrase->find(' '), phrase->size());
  const std::string_view word = phrase->substr(0, end);
  phrase->remove_prefix(std::min(end + 1, phrase->size()));
  return word;
}

}  // namespace

bool WordReader::Take(std::string_view phrase) {
  if (denied_) return false;
  std::size_t at = at_;
  while (!phrase.empty()) {
    std::string_view rest = phrase;
    if (at == words_.size() || words_[at].lower != FirstWord(&rest)) {
      Remember(at, phrase, true);
      return false;
    }
    phrase = rest;
    ++at;
  }
  at_ = at;
  return true;
}

bool WordReader::TakeAny(std::initializer_list<std::string_view> phrases) {
  return std::ranges::any_of(phrases, [&](std::string_view phrase) { return Take(phrase); });
}

bool WordReader::Skip(std::string_view phrase) {
  if (!Sees(phrase)) return false;
  at_ += static_cast<std::size_t>(std::ranges::count(phrase, ' ')) + 1;
  return true;
}

bool WordReader::TakeOr() {
  if (Take("or") || Take(", or")) return true;
  const bool goes_on =
      Sees(",") && at_ + 2 < words_.size() && (words_[at_ + 2].lower == "," || words_[at_ + 2].lower == "or");
  if (goes_on) ++at_;
  return goes_on;
}

bool WordReader::Sees(std::string_view phrase) const {
  if (denied_) return false;
  for (std::size_t at = at_; !phrase.empty(); ++at) {
    if (at >= words_.size() || words_[at].lower != FirstWord(&phrase)) return false;
  }
  return true;
}

void WordReader::Expect(std::string_view what) { Remember(at_, what, false); }

void WordReader::Remember(std::size_t at, std::string_view what, bool word) {
  if (at < farthest_) return;
  if (at > farthest_) expected_.clear();
  farthest_ = at;
  if (std::ranges::find(expected_, what, &Expected::what) == expected_.end()) {
    expected_.push_back({std::string(what), word});
  }
}

void WordReader::Deny(std::size_t word, std::string what, std::vector<std::string> offers) {
  if (denied_) return;
  const bool end = word >= words_.size();
  denied_ = Misunderstanding{end ? sentence_.size() : words_[word].at, end ? 0 : words_[word].size, std::move(what),
                             std::move(offers)};
}

std::string WordReader::Text(std::size_t from, std::size_t to) const {
  std::string text;
  for (std::size_t i = from; i < std::min(to, words_.size()); ++i) {
    if (!text.empty() && words_[i].lower != ",") text += ' ';
    text += sentence_.substr(words_[i].at, words_[i].size);
  }
  return text;
}

std::string WordReader::With(std::size_t from, std::size_t to, std::string_view instead) const {
  std::string text = Text(0, from);
  for (const std::string& part : {std::string(instead), Text(to, words_.size())}) {
    if (!text.empty() && !part.empty() && !part.starts_with(',')) text += ' ';
    text += part;
  }
  return text;
}

Misunderstanding WordReader::Why() const {
  if (denied_) return *denied_;
  // What could stand there, the nearest first.
  const AskWord* const found = farthest_ < words_.size() ? &words_[farthest_] : nullptr;
  std::vector<std::string_view> words;
  for (const Expected& expected : expected_) {
    if (expected.word) words.push_back(expected.what);
  }
  Misunderstanding why{sentence_.size(), 0, {}, {}};
  if (found != nullptr) {
    why.at = found->at;
    why.size = found->size;
    while (why.offers.size() < kMostOffers && !found->quoted) {
      const std::string_view nearest = NearestName(found->lower, words);
      if (nearest.empty() || found->lower.size() < kLeastNear) break;
      if (why.offers.empty()) why.what = fmt::format("'{}' is not understood{}", found->text, DidYouMean(nearest));
      why.offers.push_back(With(farthest_, farthest_ + 1, nearest));
      std::erase(words, nearest);
    }
    if (!why.offers.empty()) return why;
    why.what = fmt::format("'{}' is not understood here", found->text);
  } else {
    why.what = words_.empty() ? "there is no sentence" : "the sentence is not complete";
  }
  std::vector<std::string> shown;
  for (const bool word : {false, true}) {
    for (const Expected& expected : expected_) {
      if (expected.word == word) shown.push_back(word ? fmt::format("'{}'", expected.what) : expected.what);
    }
  }
  const bool more = shown.size() > kMostShown;
  if (more) shown.resize(kMostShown);
  if (!shown.empty()) why.what += fmt::format(": expected {}{}", fmt::join(shown, " or "), more ? " …" : "");
  return why;
}

std::string ShowMisunderstanding(std::string_view sentence, const Misunderstanding& misunderstanding) {
  std::string shown = fmt::format("  {}\n  ", sentence);
  std::ranges::replace_if(
      shown, [](char c) { return c == '\t' || c == '\r'; }, ' ');
  std::ranges::replace(shown.begin(), shown.begin() + static_cast<std::ptrdiff_t>(sentence.size()) + 2, '\n', ' ');
  // A character, however many bytes it has, takes a column.
  const auto columns = [](std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
  };
  shown.append(columns(sentence.substr(0, misunderstanding.at)), ' ');
  shown.append(std::max<std::size_t>(
                   columns(sentence.substr(std::min(misunderstanding.at, sentence.size()), misunderstanding.size)), 1),
               '^');
  shown += '\n';
  for (const std::string& offer : misunderstanding.offers) shown += fmt::format("perhaps: {}\n", offer);
  return shown;
}

}  // namespace vexevt
