#include "lib/ask/read_actor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lib/ask/quantities.h"
#include "lib/ask/rule_text.h"
#include "lib/ask/vocabulary.h"

namespace vexevt {
namespace {

struct ActorWord {
  std::string_view one, many;
  std::string_view field;  // that tells one from another
  std::string_view name;   // the field that its name is
};
constexpr ActorWord kActorWords[] = {
    {"user", "users", "uid", "uid"},           {"process", "processes", "pid", "comm"},
    {"program", "programs", "comm", "comm"},   {"agent", "agents", "agent.agent", "agent.agent"},
    {"group", "groups", "gid", "gid"},         {"host", "hosts", "host", "host"},
    {"tenant", "tenants", "tenant", "tenant"},
};

constexpr std::size_t kMostNameBytes = 15;  // of comm, as the kernel keeps it (TASK_COMM_LEN)

bool IsNumber(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// Who is meant, by fields.
using Names = std::map<std::string, std::vector<std::string>>;

// What is hardly meant for a name, as "deletes"; in quotes it is one. chmod and mount are programs.
bool IsVerb(const AskWord& word) {
  const auto is = [&](const Verb& verb) { return word.lower == verb.third; };
  return !word.quoted && (std::ranges::any_of(Verbs(), is) || word.lower == "doesn't" || word.lower == "never");
}

// A name behind "user", "process" and so on: NUMBER or NAME.
bool ReadName(WordReader& words, const ActorWord& kind, Names* names) {
  const bool user = kind.field == "uid", group = kind.field == "gid";
  words.Expect(user || group ? fmt::format("a {}'s number", kind.one) : fmt::format("a {}'s name", kind.one));
  const AskWord* const word = words.Peek();
  if (word == nullptr || word->text.empty() || word->lower == "," || IsVerb(*word)) return false;
  if (user && word->lower == "root") {
    (*names)["uid"].emplace_back("0");
  } else if (user || group) {
    if (!IsNumber(word->text)) {
      words.Deny(words.at(), fmt::format("names of {}s are looked up nowhere: say '{} 1000'", kind.one, kind.one));
      return false;
    }
    (*names)[std::string(kind.field)].push_back(word->text);
  } else if (kind.field == "pid" && IsNumber(word->text)) {
    (*names)["pid"].push_back(word->text);
  } else if (kind.name == "comm" && word->text.front() == '/') {
    (*names)["exe"].push_back(word->text);
  } else {
    if (kind.name == "comm" && word->text.size() > kMostNameBytes) {
      words.Deny(words.at(), fmt::format("the name of a process has at most {} bytes", kMostNameBytes),
                 {words.With(words.at(), words.at() + 1, word->text.substr(0, kMostNameBytes))});
      return false;
    }
    (*names)[std::string(kind.name)].push_back(word->text);
  }
  words.Advance();
  return true;
}

// root, user 1000, process rsync, and a bare name where it is known of what *kind: that of the name before.
bool ReadNamed(WordReader& words, const ActorWord** kind, Names* names) {
  const std::size_t start = words.at();
  if (words.Take("root") || words.Take("user root")) {
    (*names)["uid"].emplace_back("0");
    return true;
  }
  words.Skip("the");
  struct Prefix {
    std::string_view word;
    std::string_view one;
  };
  static constexpr Prefix kPrefixes[] = {{"uid", "user"}, {"gid", "group"}, {"pid", "process"}};
  for (const Prefix& prefix : kPrefixes) {
    if (!words.Take(prefix.word)) continue;
    const auto* known = std::ranges::find(kActorWords, prefix.one, &ActorWord::one);
    const AskWord* const word = words.Peek();
    if (word != nullptr && IsNumber(word->text) && ReadName(words, *known, names)) return true;
    words.Expect("a number, as in 1000");
    words.GoBack(start);
    return false;
  }
  for (const ActorWord& word : kActorWords) {
    if (!words.Take(word.one)) continue;
    if (ReadName(words, word, names)) {
      *kind = &word;
      return true;
    }
    words.GoBack(start);
    return false;
  }
  if (*kind != nullptr && (*kind)->name == "comm" && ReadName(words, **kind, names)) return true;
  words.GoBack(start);
  return false;
}

// A, B or C.
bool ReadNamedList(WordReader& words, const ActorWord* kind, Names* names) {
  if (!ReadNamed(words, &kind, names)) return false;
  for (;;) {
    const std::size_t start = words.at();
    if (words.TakeOr() && ReadNamed(words, &kind, names)) continue;
    words.GoBack(start);
    // "root, user 33 or …": behind a comma alone a bare name would be a guess.
    const ActorWord* said = nullptr;
    if (words.Take(",") && ReadNamed(words, &said, names)) continue;
    words.GoBack(start);
    return true;
  }
}

std::string Named(const Names& names) {
  std::vector<std::string> conditions;
  for (const auto& [field, values] : names) conditions.push_back(EqualToAny(field, values));
  return JoinedByOr(conditions);
}

// Who is not known is nobody else.
std::string OtherThan(const Names& names) {
  std::vector<std::string> conditions;
  for (const auto& [field, values] : names) {
    conditions.push_back(fmt::format("{} exists", field));
    std::string equal = EqualToAny(field, values);
    equal.replace(field.size() + 1, values.size() == 1 ? 1 : 2, values.size() == 1 ? "!=" : "not in");
    conditions.push_back(std::move(equal));
  }
  return JoinedByAnd(conditions);
}

void ReadExclusion(WordReader& words, const ActorWord* kind, Actor* actor) {
  const std::size_t start = words.at();
  if (!words.TakeAny({"other than", "except for", "except", "but not", "but", "besides"})) return;
  Names names;
  if (!ReadNamedList(words, kind, &names)) {
    words.GoBack(start);
    return;
  }
  const std::string others = OtherThan(names);
  actor->condition = actor->condition.empty() ? others : actor->condition + " and " + others;
}

// Behind "a process": called rsync, other than tar.
void ReadQualities(WordReader& words, const ActorWord& kind, Actor* actor) {
  const std::size_t start = words.at();
  if (words.TakeAny({"called", "named"})) {
    Names names;
    if (ReadNamedList(words, &kind, &names)) {
      actor->condition = Named(names);
    } else {
      words.GoBack(start);
    }
  }
  ReadExclusion(words, &kind, actor);
}

std::optional<Actor> ReadAnyone(WordReader& words, bool before) {
  Actor actor{.field = "uid", .one = true};
  if (before && words.TakeAny({"someone else", "somebody else"})) {
    actor.relation = Relation::kOther;
    actor.one = false;
    return actor;
  }
  if (!words.TakeAny({"someone", "somebody", "anyone", "anybody", "everyone", "everybody"})) return {};
  ReadExclusion(words, nullptr, &actor);
  return actor;
}

// the process, of which nothing more is said.
std::optional<Actor> ReadSameKind(WordReader& words) {
  const std::size_t start = words.at();
  if (words.Skip("the")) {
    for (const ActorWord& kind : kActorWords) {
      if (!words.Take(kind.one)) continue;
      const AskWord* const next = words.Peek();
      if (next != nullptr && IsVerb(*next)) return Actor{.field = std::string(kind.field), .relation = Relation::kSame};
      break;
    }
  }
  words.GoBack(start);
  return {};
}

// a user, the same process, another program, users, more than 3 users.
std::optional<Actor> ReadKind(WordReader& words, bool before) {
  const std::size_t start = words.at();
  Actor actor;
  bool many = false;
  if (words.Take("the same")) {
    actor.relation = before ? Relation::kSame : Relation::kNone;
    actor.one = !before;
  } else if (before && words.TakeAny({"another", "a different"})) {
    actor.relation = Relation::kOther;
  } else if (words.TakeAny({"a", "an", "any", "one"})) {
    actor.one = true;
  } else {
    many = true;
    if (auto count = ReadCounted(words)) {
      actor.count = count;
      words.Skip("different");
    }
  }
  const bool ordinary = words.Take("non-root");
  for (const ActorWord& kind : kActorWords) {
    if (ordinary && kind.field != "uid") continue;
    if (!words.Take(many ? kind.many : kind.one)) continue;
    actor.field = kind.field;
    actor.plural = many;
    if (ordinary) actor.condition = OtherThan({{"uid", {"0"}}});
    ReadQualities(words, kind, &actor);
    return actor;
  }
  words.GoBack(start);
  return {};
}

std::optional<Actor> ReadNames(WordReader& words) {
  Names names;
  if (!ReadNamedList(words, nullptr, &names)) return {};
  Actor actor;
  actor.condition = Named(names);
  const auto& [field, values] = *names.begin();
  const bool programs = field == "comm" || field == "exe";
  actor.field = programs ? "pid" : field;
  actor.one = programs || names.size() > 1 || values.size() > 1;
  return actor;
}

}  // namespace

std::optional<Actor> ReadActor(WordReader& words, bool before) {
  if (auto actor = ReadAnyone(words, before)) return actor;
  if (before && words.TakeAny({"it", "he", "she"})) return Actor{.relation = Relation::kSame};
  if (before && words.Take("they")) return Actor{.plural = true, .relation = Relation::kSame};
  if (before) {
    if (auto actor = ReadSameKind(words)) return actor;
  }
  if (auto actor = ReadKind(words, before)) return actor;
  return ReadNames(words);
}

std::optional<Actor> ReadNobody(WordReader& words) {
  if (words.TakeAny({"nobody", "no one"})) {
    Actor actor;
    ReadExclusion(words, nullptr, &actor);
    return actor;
  }
  for (const ActorWord& kind : kActorWords) {
    if (!words.Take(fmt::format("no {}", kind.one))) continue;
    Actor actor{.field = std::string(kind.field)};
    ReadQualities(words, kind, &actor);
    return actor;
  }
  return {};
}

bool ReadEach(WordReader& words, std::vector<std::string>* fields) {
  struct Each {
    std::string_view word, field;
  };
  static constexpr Each kOthers[] = {{"file", "path"}, {"directory", "dir"}, {"folder", "dir"}};
  const auto read_one = [&]() -> std::string_view {
    for (const ActorWord& kind : kActorWords) {
      if (words.Take(kind.one)) return kind.field;
    }
    for (const Each& each : kOthers) {
      if (words.Take(each.word)) return each.field;
    }
    return {};
  };
  const std::size_t start = words.at();
  if (!words.TakeAny({"for each", "for every", "in each", "on each", "per"})) return false;
  std::size_t behind = start;
  for (std::string_view field = read_one(); !field.empty(); field = words.Take("and") ? read_one() : "") {
    fields->emplace_back(field);
    behind = words.at();
  }
  words.GoBack(behind);
  return behind != start;
}

}  // namespace vexevt
