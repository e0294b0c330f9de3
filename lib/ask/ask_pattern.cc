#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/ask/ask.h"
#include "lib/ask/deed.h"
#include "lib/ask/quantities.h"
#include "lib/ask/read_deed.h"
#include "lib/ask/rule_text.h"
#include "lib/ask/word_reader.h"
#include "lib/ask/write_pattern.h"
#include "lib/base/units.h"

namespace vexevt {
namespace {

constexpr std::size_t kMostDeeds = 16;

class PatternReader {
 public:
  explicit PatternReader(WordReader& words) : words_(words) {}

  bool Read(AskedPattern* asked) {
    ReadOpening(asked);
    asked->begin = words_.at();
    auto first = ReadClause(words_, nullptr);
    if (!first) first = ReadOccasion(words_, nullptr);
    if (!first) return false;
    asked->deeds.push_back(std::move(*first));
    while (ReadNext(asked)) {
    }
    asked->end = words_.at();
    while (ReadTail(asked)) {
    }
    return !words_.denied() && words_.AtEnd();
  }

 private:
  void ReadOpening(AskedPattern* asked) {
    const std::size_t start = words_.at();
    if (words_.TakeAny({"send", "drop", "keep", "route", "forward"})) {
      words_.Deny(start, "what becomes of events is asked of vexevt-route: a pattern only tells");
      return;
    }
    words_.Skip("please");
    if (!words_.TakeAny({"tell me", "let me know", "warn me", "warn", "alert me", "alert", "notify me", "show me",
                         "report", "find", "detect", "watch for", "look for"})) {
      return;
    }
    if (words_.Take("at most once") && !(asked->suppress_ns = ReadPer(words_))) return;
    words_.TakeAny({"when", "if", "whenever", "about", "of", "on", "that", "as soon as"});
    words_.Skip("there");
    words_.Skip("are");
  }

  // The next deed of a sequence, with the words that lead to it.
  bool ReadNext(AskedPattern* asked) {
    const std::size_t start = words_.at();
    const auto positive = [](const Deed& deed) { return !deed.negated; };
    const auto last = std::find_if(asked->deeds.rbegin(), asked->deeds.rend(), positive);
    const Deed* const before = last == asked->deeds.rend() ? nullptr : &*last;
    if (before == nullptr) {
      if (words_.TakeAny({"and then", "then", "and", "but", "followed by"})) {
        words_.Deny(asked->deeds.front().at, "a sequence begins with what happens");
      }
      return false;
    }
    const bool comma = words_.Take(",");
    std::optional<Deed> deed;
    if (words_.Take("without")) {
      deed = ReadOmission(words_, before);
    } else if (words_.TakeAny({"and immediately afterwards", "and immediately", "immediately followed by"})) {
      deed = ReadAny(before);
      if (deed) deed->at_once = true;
    } else if (words_.TakeAny({"and then", "then", "and afterwards", "and later", "followed by", "is followed by",
                               "are followed by", "but then"})) {
      deed = ReadAny(before);
    } else if (words_.TakeAny({"but", "and"})) {
      deed = ReadAny(before);
      if (deed) deed->beside = !deed->negated;
    } else if (comma) {
      deed = ReadAny(before);
      if (deed && !deed->negated) deed.reset();
    }
    if (!deed || words_.denied()) {
      words_.GoBack(start);
      return false;
    }
    if (asked->deeds.size() == kMostDeeds) words_.Deny(start, fmt::format("at most {} steps", kMostDeeds));
    asked->deeds.push_back(std::move(*deed));
    return !words_.denied();
  }

  std::optional<Deed> ReadAny(const Deed* before) {
    const std::size_t start = words_.at();
    auto deed = ReadClause(words_, before);
    if (!deed && !words_.denied()) {
      words_.GoBack(start);
      deed = ReadOccasion(words_, before);
    }
    return deed;
  }

  bool ReadTail(AskedPattern* asked) {
    const std::size_t start = words_.at();
    words_.Take(",");
    if (ReadPriority(words_, &asked->severity)) return true;
    if (words_.Take("in any order")) return asked->any_order = true;
    if (words_.Take("at most once")) {
      asked->suppress_ns = ReadPer(words_);
      if (asked->suppress_ns) return true;
    } else if (!asked->within_ns && words_.Take("within")) {
      asked->within_ns = ReadDuration(words_);
      if (asked->within_ns) return true;
    }
    words_.GoBack(start);
    return false;
  }

  WordReader& words_;
};

using MakeOffers = std::vector<std::string> (*)(std::string_view sentence, const WordReader& words, std::size_t begin);

// `offers`: of a sentence whose beginning is not understood; nullptr: none are wanted.
Asked Understand(std::string_view sentence, std::string_view name, MakeOffers offers) {
  auto split = SplitSentence(sentence);
  if (auto* bad = std::get_if<Misunderstanding>(&split)) return std::move(*bad);
  WordReader words(sentence, std::move(std::get<std::vector<AskWord>>(split)));
  AskedPattern asked;
  if (!PatternReader(words).Read(&asked)) {
    Misunderstanding why = words.Why();
    if (asked.deeds.empty() && why.offers.empty() && !words.denied() && offers != nullptr) {
      why.offers = offers(sentence, words, asked.begin);
    }
    return why;
  }
  const auto written = WritePattern(words, asked);
  if (!written) return words.Why();
  AskedRule rule;
  rule.name = name.empty() ? words.Text(asked.begin, asked.end) : std::string(name);
  rule.toml =
      SentenceComment(sentence) + "[[pattern]]\n" + TomlLine("name", rule.name) + TomlLine("match", written->match);
  if (!written->by.empty()) rule.toml += TomlLine("by", written->by);
  if (written->within_ns) rule.toml += TomlLine("within", PrintDuration(*written->within_ns));
  if (asked.suppress_ns) rule.toml += TomlLine("suppress", PrintDuration(*asked.suppress_ns));
  if (!asked.severity.empty()) rule.toml += TomlLine("severity", asked.severity);
  return rule;
}

// Sentences that are like enough to one whose beginning is not understood: that of which a process's name was taken for
// somebody's, or any.
std::vector<std::string> OffersFor(std::string_view sentence, const WordReader& words, std::size_t begin) {
  std::string named = words.With(begin, begin, "process");
  if (named.size() > sentence.size() && std::holds_alternative<AskedRule>(Understand(named, {}, nullptr))) {
    return {std::move(named)};
  }
  return {"tell me when root deletes a file under /etc",
          "tell me when a process opens more than 100 files within 10 seconds",
          "tell me when a process writes a file and then deletes it within 1 minute"};
}

}  // namespace

Asked AskForPattern(std::string_view sentence, std::string_view name) { return Understand(sentence, name, &OffersFor); }

}  // namespace vexevt
