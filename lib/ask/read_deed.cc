#include "lib/ask/read_deed.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/ask/path_words.h"
#include "lib/ask/quantities.h"
#include "lib/ask/read_actor.h"
#include "lib/ask/read_object.h"
#include "lib/ask/rule_text.h"
#include "lib/ask/vocabulary.h"
#include "lib/event/type.h"

namespace vexevt {
namespace {

using Form = std::string_view Verb::*;
using VerbList = std::vector<const Verb*>;

// deletes, or deletes or renames.
VerbList ReadVerbs(WordReader& words, std::initializer_list<Form> forms) {
  const auto read_one = [&]() -> const Verb* {
    for (const Verb& verb : Verbs()) {
      for (const Form form : forms) {
        if (!(verb.*form).empty() && words.Take(verb.*form)) return &verb;
      }
    }
    return nullptr;
  };
  VerbList verbs;
  std::size_t behind = words.at();
  while (const Verb* const verb = read_one()) {
    verbs.push_back(verb);
    behind = words.at();
    if (!words.TakeOr()) break;
  }
  words.GoBack(behind);
  return verbs;
}

std::string NameOf(const Verb& verb) {
  std::string name(!verb.past.empty() ? verb.past : !verb.noun.empty() ? verb.noun : verb.base);
  std::ranges::replace(name, ' ', '-');
  return name;
}

void AddWords(std::string_view text, std::vector<std::string>* to) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    std::string word(text.substr(0, end));
    if (std::ranges::find(*to, word) == to->end()) to->push_back(std::move(word));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Which events the verbs mean with such a thing. False, and denied: they don't go together.
bool SetTypes(WordReader& words, std::size_t at, const VerbList& verbs, Thing thing, Deed* deed) {
  bool narrower = false;
  for (const Verb* const verb : verbs) {
    std::string_view types = verb->types[static_cast<std::size_t>(thing)];
    if (types.empty() && (thing == Thing::kDirectory || thing == Thing::kAnything)) {
      types = verb->types[static_cast<std::size_t>(Thing::kFile)];
      narrower = narrower || (thing == Thing::kDirectory && !types.empty());
    }
    if (types.empty()) {
      words.Deny(at, fmt::format("'{}' is not said of this", verb->base));
      return false;
    }
    AddWords(types, &deed->types);
  }
  if (narrower) deed->conditions.emplace_back("directory");
  deed->name = NameOf(*verbs.front());
  deed->once = std::ranges::all_of(verbs, &Verb::once);
  deed->moves = std::ranges::any_of(verbs, &Verb::moves);
  deed->field = FieldOf(thing);
  return true;
}

// What verbs mean that stand alone: a file, if they can be said of one.
Thing UsualThing(const VerbList& verbs) {
  for (const Thing thing : {Thing::kFile, Thing::kAnything, Thing::kDirectory, Thing::kVector, Thing::kFileSystem}) {
    const auto goes = [&](const Verb* verb) { return !verb->types[static_cast<std::size_t>(thing)].empty(); };
    if (std::ranges::all_of(verbs, goes)) return thing;
  }
  return Thing::kNothing;
}

// False, and denied: something is counted twice.
bool TakeObject(WordReader& words, ObjectPhrase object, Deed* deed) {
  if (object.count && deed->count) {
    words.Deny(deed->at, "two things are counted here: count one");
    return false;
  }
  deed->object = object.relation;
  if (object.count) deed->count = object.count;
  deed->volume = std::move(object.volume);
  deed->negated = deed->negated != object.none;
  std::ranges::move(object.conditions, std::back_inserter(deed->conditions));
  return true;
}

// A folder, or what may as well be the name of an endpoint.
bool SeesGoal(const WordReader& words) {
  const AskWord* const word = words.Peek();
  if (word == nullptr) return false;
  return word->quoted || (word->text.starts_with('/') && word->text.find_first_of("*?[{") == std::string::npos);
}

// What stands behind verbs in the active voice, or behind their nouns: [to] an object, and filters.
bool ReadRest(WordReader& words, std::size_t at, const VerbList& verbs, const Deed* before, Deed* deed) {
  const std::size_t start = words.at();
  // "writes to /srv" is what happens there, "writes of more than 1 MB" those of large files: both are filters'.
  const bool of = words.Take("of");
  const bool there = !of && words.TakeAny({"to", "into", "from", "in", "on"}) && SeesGoal(words);
  auto object = there ? std::nullopt : ReadObject(words, before != nullptr);
  if (of && object && !object->volume.empty()) object.reset();
  if (!object) words.GoBack(start);
  // "searches of /etc" is a file's: the verb then says that it does not go.
  const Thing usual = UsualThing(verbs);
  if (!SetTypes(words, at, verbs, object ? object->thing : usual, deed)) return false;
  if (object && !TakeObject(words, std::move(*object), deed)) return false;
  return ReadFilters(words, before != nullptr, deed);
}

Actor SameActor() { return Actor{.relation = Relation::kSame}; }

bool TakesDenial(WordReader& words) {
  return words.TakeAny({"does not", "doesn't", "do not", "don't", "did not", "didn't"});
}

std::optional<Deed> ReadActive(WordReader& words, const Deed* before) {
  Deed deed{.at = words.at()};
  const bool may_continue = before != nullptr && before->actor.has_value();
  bool denied = may_continue && TakesDenial(words);
  bool never = may_continue && !denied && words.Take("never");
  if (denied || never) {
    deed.actor = SameActor();
  } else if (auto nobody = ReadNobody(words)) {
    deed.actor = std::move(nobody);
    deed.negated = true;
  } else if (auto actor = ReadActor(words, before != nullptr)) {
    deed.actor = std::move(actor);
    denied = TakesDenial(words);
    never = !denied && words.Take("never");
  } else if (may_continue) {
    deed.actor = SameActor();
  } else {
    return {};
  }
  deed.negated = deed.negated || denied || never;
  const bool fails = words.TakeAny({"fails to", "fail to"});
  if (fails) deed.conditions.emplace_back("result exists and result != 0");
  const std::size_t at = words.at();
  const VerbList verbs = ReadVerbs(words, {denied || fails || deed.actor->plural ? &Verb::base : &Verb::third});
  if (verbs.empty() || !ReadRest(words, at, verbs, before, &deed)) return {};
  return deed;
}

// a file changes: said of the file alone, in the place of other verbs.
VerbList ReadChange(WordReader& words) {
  struct Change {
    std::string_view one, many, verb;
  };
  static constexpr Change kChanges[] = {
      {"appears", "appear", "create"}, {"disappears", "disappear", "delete"}, {"changes", "change", "change"}};
  for (const Change& change : kChanges) {
    if (!words.TakeAny({change.one, change.many})) continue;
    return {&*std::ranges::find(Verbs(), change.verb, &Verb::base)};
  }
  return {};
}

std::optional<Deed> ReadPassive(WordReader& words, const Deed* before) {
  Deed deed{.at = words.at()};
  Thing thing = Thing::kFile;
  const bool object_follows = before == nullptr || !(words.Sees("is") || words.Sees("are") || words.Sees("not") ||
                                                     words.Sees("isn't") || words.Sees("aren't"));
  auto object = object_follows ? ReadObject(words, before != nullptr) : std::nullopt;
  if (object) {
    thing = object->thing;
    deed.field = FieldOf(thing);
    if (!TakeObject(words, std::move(*object), &deed)) return {};
    if (!ReadFilters(words, before != nullptr, &deed)) return {};
  } else if (before != nullptr) {
    deed.object = Relation::kSame;
  } else {
    return {};
  }
  const bool denied = words.TakeAny({"is not", "isn't", "are not", "aren't", "was not", "were not", "is never"});
  const bool is = denied || words.TakeAny({"is being", "are being", "is", "are", "was", "were", "gets", "get",
                                           "has been", "have been"});
  const bool denies = denied || (!object && !is && words.Take("not"));
  deed.negated = deed.negated || denies;
  const std::size_t at = words.at();
  const VerbList verbs = object && !is ? ReadChange(words) : ReadVerbs(words, {&Verb::past});
  if (verbs.empty() || !SetTypes(words, at, verbs, thing, &deed)) return {};
  if (!ReadFilters(words, before != nullptr, &deed)) return {};
  return deed;
}

// files created in /srv; files that are deleted by root.
std::optional<Deed> ReadThingsDone(WordReader& words, const Deed* before) {
  Deed deed{.at = words.at()};
  auto object = ReadObject(words, before != nullptr);
  if (!object) return {};
  const Thing thing = object->thing;
  deed.field = FieldOf(thing);
  if (!TakeObject(words, std::move(*object), &deed)) return {};
  if (!ReadFilters(words, before != nullptr, &deed)) return {};
  words.TakeAny({"that are", "that were", "which are", "that is", "being"});
  const std::size_t at = words.at();
  const VerbList verbs = ReadVerbs(words, {&Verb::past});
  if (verbs.empty() || !SetTypes(words, at, verbs, thing, &deed)) return {};
  if (!ReadFilters(words, before != nullptr, &deed)) return {};
  return deed;
}

// deletes of *.log under /var by root; more than 100 failed reads.
std::optional<Deed> ReadNoun(WordReader& words, const Deed* before) {
  Deed deed{.at = words.at()};
  if ((deed.count = ReadCounted(words))) {
    deed.count->times = true;
  } else {
    words.TakeAny({"a", "an", "any", "all", "every", "each", "the"});
  }
  if (words.Take("failed")) deed.conditions.emplace_back("result exists and result != 0");
  const std::size_t at = words.at();
  const VerbList verbs = ReadVerbs(words, {&Verb::nouns, &Verb::noun, &Verb::third, &Verb::base});
  if (verbs.empty()) return {};
  if (!ReadRest(words, at, verbs, before, &deed)) return {};
  if (words.TakeAny({"happen", "happens", "occur", "occurs"}) && !ReadFilters(words, before != nullptr, &deed))
    return {};
  return deed;
}

// what root deletes; everything that happens under /etc; everything under /etc.
std::optional<Deed> ReadWhatever(WordReader& words, const Deed* before) {
  const std::size_t start = words.at();
  if (!words.TakeAny({"what", "whatever", "everything", "anything", "all"})) return {};
  words.TakeAny({"that", "which"});
  const std::size_t clause = words.at();
  if (auto deed = ReadActive(words, before); deed && !deed->negated) {
    deed->at = start;
    return deed;
  }
  words.GoBack(clause);
  Deed deed{.name = "happened", .field = "path", .at = start};
  words.TakeAny({"happens", "is done", "there is"});
  if (!ReadFilters(words, before != nullptr, &deed)) return {};
  return deed;
}

// fs.create events; vector.search or vector.embed events.
std::optional<Deed> ReadEvents(WordReader& words, const Deed* before) {
  Deed deed{.name = "happened", .at = words.at()};
  if ((deed.count = ReadCounted(words))) deed.count->times = true;
  words.Expect("a type of events, as in fs.create");
  const auto is_type = [](const AskWord& word) {
    const std::string_view text = word.lower;
    return ParseType(text).has_value() || (text.ends_with(".*") && ParseFamily(text.substr(0, text.size() - 2)));
  };
  for (const AskWord* word = words.Peek(); word != nullptr && is_type(*word); word = words.Peek()) {
    AddWords(word->lower, &deed.types);
    words.Advance();
    const std::size_t behind = words.at();
    const AskWord* const next = words.Take("or") ? words.Peek() : nullptr;
    if (next == nullptr || !is_type(*next)) {
      words.GoBack(behind);
      break;
    }
  }
  if (deed.types.empty()) return {};
  if (!words.Skip("events")) words.Skip("event");
  if (deed.types.front().starts_with("fs.")) deed.field = "path";
  if (deed.types.front().starts_with("vector.")) deed.field = "vector.collection";
  if (!ReadFilters(words, before != nullptr, &deed)) return {};
  return deed;
}

std::optional<Deed> ReadMatch(WordReader& words, const Deed* before, std::vector<std::string> patterns, Deed deed) {
  deed.name = "matched";
  deed.types = {"vexevt.match"};
  if (!patterns.empty()) deed.conditions.push_back(EqualToAny("match.pattern", patterns));
  if (!ReadFilters(words, before != nullptr, &deed)) return {};
  return deed;
}

// pattern burst matches; any pattern matches.
std::optional<Deed> ReadPatternMatches(WordReader& words, const Deed* before) {
  const Deed deed{.at = words.at()};
  std::vector<std::string> patterns;
  if (!words.TakeAny({"any pattern", "a pattern"})) {
    words.Skip("the");
    if (!words.Take("pattern")) return {};
    patterns = ReadTexts(words, "a pattern's name");
    if (patterns.empty()) return {};
  }
  if (!words.Take("matches")) return {};
  return ReadMatch(words, before, std::move(patterns), deed);
}

// matches of burst; more than 3 matches.
std::optional<Deed> ReadMatches(WordReader& words, const Deed* before) {
  Deed deed{.at = words.at()};
  if ((deed.count = ReadCounted(words))) deed.count->times = true;
  if (!words.Take("matches")) return {};
  std::vector<std::string> patterns;
  if (words.Take("of")) {
    words.Skip("pattern");
    patterns = ReadTexts(words, "a pattern's name");
    if (patterns.empty()) return {};
  }
  return ReadMatch(words, before, std::move(patterns), std::move(deed));
}

using Reader = std::optional<Deed> (*)(WordReader& words, const Deed* before);

std::optional<Deed> ReadFirstOf(std::initializer_list<Reader> readers, WordReader& words, const Deed* before) {
  const std::size_t start = words.at();
  for (const Reader read : readers) {
    if (auto deed = read(words, before); deed && !words.denied()) return deed;
    words.GoBack(start);
  }
  return {};
}

}  // namespace

std::optional<Deed> ReadClause(WordReader& words, const Deed* before) {
  return ReadFirstOf({&ReadActive, &ReadPassive, &ReadPatternMatches}, words, before);
}

std::optional<Deed> ReadOccasion(WordReader& words, const Deed* before) {
  return ReadFirstOf({&ReadEvents, &ReadMatches, &ReadNoun, &ReadWhatever, &ReadThingsDone}, words, before);
}

std::optional<Deed> ReadOmission(WordReader& words, const Deed* before) {
  Deed deed{.negated = true, .at = words.at()};
  if (words.Take("being")) {
    deed.object = Relation::kSame;
    const std::size_t at = words.at();
    const VerbList verbs = ReadVerbs(words, {&Verb::past});
    if (verbs.empty() || !SetTypes(words, at, verbs, Thing::kFile, &deed)) return {};
    if (!ReadFilters(words, before != nullptr, &deed)) return {};
    return deed;
  }
  if (before != nullptr && before->actor) deed.actor = SameActor();
  const VerbList verbs = ReadVerbs(words, {&Verb::gerund});
  if (verbs.empty() || !ReadRest(words, deed.at, verbs, before, &deed)) return {};
  return deed;
}

}  // namespace vexevt
