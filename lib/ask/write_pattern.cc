#include "lib/ask/write_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "lib/ask/rule_text.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kMostCounted = 50'000;  // vexevt-patterns(5): of a threshold
constexpr std::uint64_t kMostTimes = 10'000;    // of a step

// From deeds to the keys of a [[pattern]].
class PatternWriter {
 public:
  PatternWriter(WordReader& words, AskedPattern& asked) : words_(words), asked_(asked) {}

  std::optional<WrittenPattern> Write() {
    std::string match = Match();
    if (words_.denied()) return {};
    return WrittenPattern{std::move(match), std::move(by_), asked_.within_ns};
  }

 private:
  // Empty where it was denied.
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
    if (asked_.within_ns) {
      words_.Deny(deed.at, "one thing takes no time: count it, or say what comes then");
      return {};
    }
    return fmt::format("{}: [{}]", deed.name, ConditionOf(deed, nullptr, nullptr));
  }

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
  void AddFirstKey(const std::string& field) {
    std::erase(by_, field);
    by_.insert(by_.begin(), field);
  }

  // "nothing is written under /var/log for 10 minutes": since it was.
  std::string Silence() {
    const Deed& deed = asked_.deeds.front();
    if (deed.count || !deed.volume.empty() || CountOfActors(deed)) {
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
    if (deed.actor && deed.actor->one) AddFirstKey(deed.actor->field);
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
    if (object_key) AddFirstKey(deeds.front().field);
    if (actor_key) AddFirstKey(deeds.front().actor->field);
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

}  // namespace

std::optional<WrittenPattern> WritePattern(WordReader& words, AskedPattern asked) {
  return PatternWriter(words, asked).Write();
}

}  // namespace vexevt
