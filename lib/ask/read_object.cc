#include "lib/ask/read_object.h"

#include <algorithm>
#include <utility>

#include "lib/ask/path_words.h"
#include "lib/ask/quantities.h"
#include "lib/ask/rule_text.h"

namespace vexevt {
namespace {

struct Adjective {
  std::string_view word, condition;
};
constexpr Adjective kAdjectives[] = {
    {"executable", "mode has 0111"}, {"world-writable", "mode has 0002"}, {"setuid", "mode has 04000"},
    {"setgid", "mode has 02000"},    {"hidden", "name startswith ."},     {"empty", "size = 0"},
};

void ReadAdjectives(WordReader& words, ObjectPhrase* object) {
  for (;;) {
    const auto* adjective = std::ranges::find_if(kAdjectives, [&](const Adjective& a) { return words.Take(a.word); });
    if (adjective == std::end(kAdjectives)) return;
    object->conditions.emplace_back(adjective->condition);
  }
}

bool ReadPronoun(WordReader& words, bool before, ObjectPhrase* object) {
  const std::size_t start = words.at();
  if (before && words.TakeAny({"it", "them", "that file", "those files"})) {
    object->relation = Relation::kSame;
    return true;
  }
  if (words.TakeAny({"the same file", "the same files", "the same directory", "the same one"})) {
    object->relation = Relation::kSame;
    return true;
  }
  if (before && words.TakeAny({"another file", "a different file", "another one"})) {
    object->relation = Relation::kOther;
    return true;
  }
  words.GoBack(start);
  return false;
}

// "file", "directories", "files or directories".
bool ReadThing(WordReader& words, ObjectPhrase* object) {
  for (const ThingWord& thing : ThingWords()) {
    const bool one = words.Take(thing.one);
    if (!one && (thing.many.empty() || !words.Take(thing.many))) continue;
    object->thing = thing.thing;
    object->none = object->none || thing.one == "nothing";
    static constexpr std::string_view kOrDirectories[] = {"or a directory", "or a folder",    "or directory",
                                                          "or folder",      "or directories", "or folders"};
    const auto skips = [&](std::string_view phrase) { return words.Skip(phrase); };
    if (thing.thing == Thing::kFile && std::ranges::any_of(kOrDirectories, skips)) object->thing = Thing::kAnything;
    return true;
  }
  return false;
}

// Behind a kind, or in its place: which one.
bool ReadWhich(WordReader& words, ObjectPhrase* object) {
  const std::string_view field = FieldOf(object->thing);
  if (field == "path") {
    auto paths = ReadPaths(words, field);
    if (paths) object->conditions.push_back(std::move(*paths));
    return paths.has_value();
  }
  const AskWord* const word = words.Peek();
  if (word == nullptr || !word->quoted || field.empty()) return false;
  object->conditions.push_back(EqualToAny(field, ReadTexts(words, "a name in quotes")));
  return true;
}

// more than 1 GB, at least 10 MB of data.
std::optional<ObjectPhrase> ReadVolume(WordReader& words) {
  const std::size_t start = words.at();
  const bool more = words.TakeAny({"more than", "over"});
  if (more || words.Take("at least")) {
    // Without a unit it is a number of files.
    if (const auto size = ReadSize(words); size && (size->back() < '0' || size->back() > '9')) {
      words.TakeAny({"of data", "in all"});
      return ObjectPhrase{.volume = (more ? "> " : ">= ") + *size};
    }
  }
  words.GoBack(start);
  return {};
}

}  // namespace

std::optional<ObjectPhrase> ReadObject(WordReader& words, bool before) {
  const std::size_t start = words.at();
  ObjectPhrase object;
  if (ReadPronoun(words, before, &object)) return object;
  if (auto volume = ReadVolume(words)) return volume;
  bool definite = false;
  if (words.Take("no")) {
    object.none = true;
  } else if ((object.count = ReadCounted(words))) {
    object.count->distinct = words.TakeAny({"different", "distinct"});
  } else {
    definite = words.Take("the");
    if (!definite) words.TakeAny({"a", "an", "any", "some"});
  }
  ReadAdjectives(words, &object);
  bool found = ReadWhich(words, &object);
  const bool path_first = found;
  found = ReadThing(words, &object) || found;
  if (!found) {
    words.GoBack(start);
    return {};
  }
  const bool which = path_first || ReadWhich(words, &object);
  if (definite && !which && before && object.conditions.empty()) object.relation = Relation::kSame;
  return object;
}

}  // namespace vexevt
