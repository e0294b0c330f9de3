#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/ask/ask.h"
#include "lib/ask/deed.h"
#include "lib/ask/quantities.h"
#include "lib/ask/read_deed.h"
#include "lib/ask/rule_text.h"
#include "lib/ask/word_reader.h"
#include "lib/base/units.h"

namespace vexevt {
namespace {

constexpr std::size_t kMostDeeds = 16;
constexpr std::uint64_t kMostCounted = 50'000;  // vexevt-patterns(5): of a threshold
constexpr std::uint64_t kMostTimes = 10'000;    // of a step

struct AskedPattern {
  std::vector<Deed> deeds;
  std::optional<std::uint64_t> within_ns, suppress_ns;
  std::string severity;
  bool any_order = false;
  std::size_t begin = 0, end = 0;  // words that tell what is looked for
};

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
    if (words_.Take("at most once")) asked->suppress_ns = ReadPer(words_);
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
    } else if (words_.Take("within")) {
      asked->within_ns = ReadDuration(words_);
      if (asked->within_ns) return true;
    }
    words_.GoBack(start);
    return false;
  }

  WordReader& words_;
};

// From deeds to the keys of a [[pattern]].
class PatternWriter {
 public:
  PatternWriter(WordReader& words, AskedPattern& asked) : words_(words), asked_(asked) {}

  // The text of `match`; empty where it was denied.
  std::string Match() {
    if (!CheckDeeds() || !MergeWithin()) return {};
    std::vector<Deed>& deeds = asked_.deeds;
    for (const Deed& deed : deeds) {
      for (const std::string& field : deed.each) AddKey(field);
    }
    if (asked_.any_order && deeds.size() == 1) words_.Deny(asked_.end, "one thing has no order");
    if (words_.denied()) return {};
    if (deeds.size() > 1) return Sequence();
    Deed& deed = deeds.front();
    if (deed.object == Relation::kSame) AddKey(deed.field);
    if (deed.negated) return Silence();
    if (deed.count || !deed.volume.empty() || CountOfActors(deed)) return Threshold();
    return fmt::format("{}: [{}]", deed.name, ConditionOf(deed, nullptr, nullptr));
  }

  const std::vector<std::string>& by() const { return by_; }

 private:
  static const Count* CountOfActors(const Deed& deed) {
    return deed.actor && deed.actor->count ? &*deed.actor->count : nullptr;
  }

  bool CheckCount(const Count* count) {
    if (count == nullptr) return true;
    const std::uint64_t most = asked_.deeds.size() > 1 ? kMostTimes : kMostCounted;
    if (count->fewer) {
      words_.Deny(count->at, "what happens too seldom cannot be counted: only what happens too often can");
    } else if (count->least == 0) {
      words_.Deny(count->at, "this always holds");
    } else if (count->least > most) {
      words_.Deny(count->at, fmt::format("at most {} are counted", most));
    }
    return !words_.denied();
  }

  // Each by itself: what no later part can go on with.
  bool CheckDeeds() {
    for (const Deed& deed : asked_.deeds) {
      if (!CheckCount(deed.count ? &*deed.count : nullptr) || !CheckCount(CountOfActors(deed))) return false;
      const std::string condition = ConditionOf(deed, nullptr, nullptr);
      if (condition.empty()) {
        words_.Deny(deed.at, "this is all that there is: say what");
        return false;
      }
      if (auto why = WhyRefused(condition)) {
        words_.Deny(deed.at, std::move(*why));
        return false;
      }
    }
    return true;
  }

  bool MergeWithin() {
    for (const Deed& deed : asked_.deeds) {
      if (!deed.within_ns) continue;
      if (asked_.within_ns && *asked_.within_ns != *deed.within_ns) {
        words_.Deny(deed.at, "another time has been said already: there is one for the whole");
        return false;
      }
      asked_.within_ns = deed.within_ns;
    }
    return true;
  }

  bool HasWithin(std::string_view why) {
    if (asked_.within_ns) return true;
    words_.Deny(asked_.end, fmt::format("{}: say how long", why),
                {words_.With(asked_.end, asked_.end, "within 10 seconds")});
    return false;
  }

  void AddKey(const std::string& field) {
    if (std::ranges::find(by_, field) == by_.end()) by_.push_back(field);
  }

  // "nothing is written under /var/log for 10 minutes": since it was.
  std::string Silence() {
    Deed& deed = asked_.deeds.front();
    if (deed.count || CountOfActors(deed)) {
      words_.Deny(deed.at, "what does not happen is not counted");
      return {};
    }
    if (!HasWithin("what does not happen does not happen for a time")) return {};
    const std::string condition = ConditionOf(deed, nullptr, nullptr);
    return fmt::format("{}: [{}] then not [{}]", deed.name, condition, condition);
  }

  std::string Threshold() {
    const Deed& deed = asked_.deeds.front();
    const Count* const actors = CountOfActors(deed);
    if ((actors != nullptr) + deed.count.has_value() + !deed.volume.empty() > 1) {
      words_.Deny(deed.at, "two things are counted here: count one");
      return {};
    }
    if (!HasWithin("a count has a time in which it is reached")) return {};
    if (deed.actor && deed.actor->one) by_.insert(by_.begin(), deed.actor->field);
    by_.erase(std::unique(by_.begin(), by_.end()), by_.end());
    const std::string condition = ConditionOf(deed, nullptr, nullptr);
    if (!deed.volume.empty()) return Volume(condition);
    std::string measure = "count";
    if (actors != nullptr) {
      measure = fmt::format("distinct({})", deed.actor->field);
    } else if (!deed.count->times && (deed.count->distinct || !deed.once) && !deed.field.empty()) {
      measure = fmt::format("distinct({})", deed.field);
    }
    const std::uint64_t least = (actors != nullptr ? *actors : *deed.count).least;
    return fmt::format("{} [{}] > {}", measure, condition, least - 1);
  }

  // What was read or written, in all.
  std::string Volume(const std::string& condition) {
    const Deed& deed = asked_.deeds.front();
    const auto has_length = [](std::string_view type) { return type == "fs.read" || type == "fs.write"; };
    if (!std::ranges::all_of(deed.types, has_length)) {
      words_.Deny(deed.at, "only what is read or written has a size of its own");
      return {};
    }
    return fmt::format("sum(length) [{}] {}", condition, deed.volume);
  }

  // Steps in any order stand in a group, and none of them can refer to another.
  bool CheckOrder(bool actor_key, bool object_key) {
    for (std::size_t i = 1; i < asked_.deeds.size(); ++i) {
      const Deed& deed = asked_.deeds[i];
      const bool refers = (deed.actor && deed.actor->relation != Relation::kNone && !actor_key) ||
                          (deed.object != Relation::kNone && !object_key);
      if (deed.beside && !asked_.any_order) {
        words_.Deny(
            deed.at, "whether this comes behind or beside it is not clear",
            {words_.With(deed.at - 1, deed.at, "and then"), words_.With(asked_.end, asked_.end, "in any order")});
      } else if (asked_.any_order && !deed.beside) {
        words_.Deny(deed.at, "what has an order, or does not happen, does not go with 'in any order'");
      } else if (asked_.any_order && refers) {
        words_.Deny(deed.at, "in any order nothing can be told by what was before");
      }
    }
    return !words_.denied();
  }

  std::string Sequence() {
    std::vector<Deed>& deeds = asked_.deeds;
    if (deeds.back().negated && !HasWithin("what does not happen does not happen for a time")) return {};
    NameSteps();
    const bool actor_key = ActorIsKey(), object_key = ObjectIsKey();
    if (!CheckOrder(actor_key, object_key)) return {};
    if (object_key) by_.insert(by_.begin(), deeds.front().field);
    if (actor_key) by_.insert(by_.begin(), deeds.front().actor->field);
    std::string match;
    const Deed* before = nullptr;  // that happened
    for (const Deed& deed : deeds) {
      if (CountOfActors(deed) != nullptr || !deed.volume.empty() || (deed.count && deed.count->distinct)) {
        words_.Deny(deed.at, "this is measured in a sentence of its own, and not in a sequence");
        return {};
      }
      if (deed.count && !deed.count->times && !deed.once) {
        words_.Deny(deed.at, "in a sequence events are counted, not files: say 'more than 20 times'");
        return {};
      }
      if (deed.count && deed.negated) {
        words_.Deny(deed.at, "what does not happen is not counted");
        return {};
      }
      const bool relates_actor = before != nullptr && deed.actor && deed.actor->relation != Relation::kNone;
      const bool relates_object = before != nullptr && deed.object != Relation::kNone;
      if (relates_object && (deed.field.empty() || before->field.empty() || deed.field != before->field)) {
        words_.Deny(deed.at, "what is meant here was not named before");
        return {};
      }
      const std::string condition = ConditionOf(deed, relates_actor && !actor_key ? before : nullptr,
                                                relates_object && !object_key ? before : nullptr);
      if (asked_.any_order && (deed.count || deed.at_once)) {
        words_.Deny(deed.at, "what is counted, or comes at once, does not go with 'in any order'");
        return {};
      }
      if (before != nullptr) match += asked_.any_order ? " and " : deed.at_once ? " next " : " then ";
      match += deed.negated ? fmt::format("not [{}]", condition) : fmt::format("{}: [{}]", deed.name, condition);
      if (deed.count) match += fmt::format("{{{}}}", deed.count->least);
      if (!deed.negated) before = &deed;
    }
    return asked_.any_order ? fmt::format("({})", match) : match;
  }

  void NameSteps() {
    std::vector<std::string> names;
    for (Deed& deed : asked_.deeds) {
      if (deed.negated) continue;
      const auto count = std::ranges::count(names, deed.name);
      names.push_back(deed.name);
      if (count > 0) deed.name += fmt::format("-{}", count + 1);
    }
    // Who is meant by "the same" is told by a field, which the first one who was named has.
    std::string field = "pid";
    for (Deed& deed : asked_.deeds) {
      if (!deed.actor) continue;
      if (deed.actor->field.empty()) deed.actor->field = field;
      field = deed.actor->field;
    }
  }

  // All steps are of one and the same: a key says so faster than conditions do.
  bool ActorIsKey() {
    std::vector<Deed>& deeds = asked_.deeds;
    std::string field;
    for (std::size_t i = 1; i < deeds.size(); ++i) {
      const auto& actor = deeds[i].actor;
      if (!actor || actor->relation != Relation::kSame || (!field.empty() && actor->field != field)) return false;
      field = actor->field;
    }
    auto& first = deeds.front().actor;
    if (!first) first = Actor{.field = field};
    return first->field == field;
  }

  bool ObjectIsKey() const {
    const std::vector<Deed>& deeds = asked_.deeds;
    for (std::size_t i = 1; i < deeds.size(); ++i) {
      if (deeds[i].object != Relation::kSame || deeds[i].field != deeds[0].field) return false;
      if (deeds[i - 1].moves) return false;
    }
    return !deeds[0].field.empty();
  }

  WordReader& words_;
  AskedPattern& asked_;
  std::vector<std::string> by_;
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
  PatternWriter writer(words, asked);
  const std::string match = writer.Match();
  if (match.empty()) return words.Why();
  AskedRule rule;
  rule.name = name.empty() ? words.Text(asked.begin, asked.end) : std::string(name);
  rule.toml = SentenceComment(sentence) + "[[pattern]]\n" + TomlLine("name", rule.name) + TomlLine("match", match);
  if (!writer.by().empty()) rule.toml += TomlLine("by", writer.by());
  if (asked.within_ns) rule.toml += TomlLine("within", PrintDuration(*asked.within_ns));
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
