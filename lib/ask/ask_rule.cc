#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/ask/ask.h"
#include "lib/ask/deed.h"
#include "lib/ask/quantities.h"
#include "lib/ask/read_actor.h"
#include "lib/ask/read_deed.h"
#include "lib/ask/rule_text.h"
#include "lib/ask/word_reader.h"
#include "lib/base/units.h"
#include "lib/rules/rules_file.h"
#include "lib/stream/endpoint_name.h"

namespace vexevt {
namespace {

struct GivenEndpoint {
  std::string name;
  std::string address;  // empty: the file defines it
};

struct AskedRoute {
  Deed what;
  bool everything = false;  // no condition
  bool drop = false;
  std::vector<GivenEndpoint> to;
  std::string sample;                          // "10%"
  std::optional<std::uint64_t> limit, per_ns;  // so many in so long
  bool once = false;                           // of each the first one
  std::vector<std::string> by;
  std::vector<std::pair<std::string, std::string>> set;
  std::string boost;
  std::size_t begin = 0, end = 0;  // words that tell of which events it is
};

class RouteReader {
 public:
  explicit RouteReader(WordReader& words) : words_(words) {}

  bool Read(AskedRoute* asked) {
    const std::size_t start = words_.at();
    if (words_.TakeAny({"tell me", "let me know", "warn me", "warn", "alert me", "alert", "notify me"})) {
      words_.Deny(start, "what is told is asked of vexevt-correlate: a rule sends, keeps or drops");
      return false;
    }
    words_.Skip("please");
    if (words_.TakeAny({"when", "if", "whenever"})) {
      if (!ReadWhen(asked)) return false;
    } else if (!ReadCommand(asked)) {
      return false;
    }
    const std::size_t tail = words_.at();
    while (ReadTail(asked)) {
    }
    CheckTail(*asked, tail);
    return !words_.denied() && words_.AtEnd();
  }

 private:
  enum class Command : std::uint8_t { kSend, kDrop, kKeep };

  std::optional<Command> ReadVerb() {
    if (words_.TakeAny({"send", "route", "forward", "copy"})) return Command::kSend;
    if (words_.TakeAny({"drop", "discard", "ignore"})) return Command::kDrop;
    if (words_.TakeAny({"keep"})) return Command::kKeep;
    return {};
  }

  // when root deletes a file, send it to siem
  bool ReadWhen(AskedRoute* asked) {
    asked->begin = words_.at();
    if (!ReadWhat(asked, &ReadClause)) return false;
    asked->end = words_.at();
    words_.Take(",");
    words_.Skip("then");
    const auto command = ReadVerb();
    if (!command || !words_.TakeAny({"it", "them", "that", "the event"})) return false;
    return Finish(*command, asked);
  }

  // send deletes under /etc to siem
  bool ReadCommand(AskedRoute* asked) {
    const auto command = ReadVerb();
    if (!command) return false;
    if (*command != Command::kDrop) {
      words_.Skip("only");
      ReadSample(asked);
    }
    asked->begin = words_.at();
    if (words_.TakeAny({"everything else", "the rest"})) {
      asked->everything = true;
    } else if (!ReadWhat(asked, &ReadOccasion)) {
      return false;
    }
    asked->end = words_.at();
    return Finish(*command, asked);
  }

  bool ReadWhat(AskedRoute* asked, std::optional<Deed> (*read)(WordReader&, const Deed*)) {
    auto what = read(words_, nullptr);
    if (!what) return false;
    asked->what = std::move(*what);
    return CheckWhat(asked);
  }

  // A rule sees one event at a time.
  bool CheckWhat(AskedRoute* asked) {
    const Deed& what = asked->what;
    if (what.count || !what.volume.empty() || (what.actor && what.actor->count) || what.within_ns ||
        !what.each.empty() || what.negated || what.object != Relation::kNone) {
      words_.Deny(what.at,
                  "a rule decides about each event by itself: what is counted, or does not happen, is asked of "
                  "vexevt-correlate");
      return false;
    }
    const std::string condition = ConditionOf(what, nullptr, nullptr);
    asked->everything = condition.empty();
    if (asked->everything) return true;
    if (auto why = WhyRefused(condition)) words_.Deny(what.at, std::move(*why));
    return !words_.denied();
  }

  bool Finish(Command command, AskedRoute* asked) {
    asked->drop = command == Command::kDrop;
    return command != Command::kSend || ReadEndpoints(asked);
  }

  void ReadSample(AskedRoute* asked) {
    const std::size_t start = words_.at();
    words_.Expect("a share, as in 10%");
    const AskWord* const word = words_.Peek();
    if (word == nullptr || word->quoted || !word->text.ends_with('%')) return;
    words_.Advance();
    if (!words_.Take("of")) {
      words_.GoBack(start);
      return;
    }
    words_.Skip("the");
    asked->sample = word->text;
    if (auto share = ParseShare(asked->sample); !share.ok()) words_.Deny(start, share.status().message());
  }

  bool ReadEndpoints(AskedRoute* asked) {
    if (!words_.Take("to")) return false;
    do {
      words_.Skip("endpoint");
      const bool file = words_.TakeAny({"the file", "file"});
      words_.Expect("the name of an endpoint");
      const AskWord* const word = words_.Peek();
      if (word == nullptr || word->text.empty() || word->lower == ",") return false;
      const bool address = file || word->text.find_first_of(":/") != std::string::npos || word->text == "-";
      if (address && !TakeAddress(word->text, asked)) return false;
      if (!address) asked->to.push_back({word->text, {}});
      words_.Advance();
    } while (words_.TakeAny({"and to", "and", ","}));
    return true;
  }

  bool TakeAddress(const std::string& address, AskedRoute* asked) {
    if (auto parsed = ParseEndpoint(address); !parsed.ok()) {
      words_.Deny(words_.at(), parsed.status().message());
      return false;
    }
    // It is called by the last part of its address: /var/log/etc.evt is etc.
    const std::size_t slash = address.find_last_of("/:");
    std::string name = address.substr(slash == std::string::npos ? 0 : slash + 1);
    name = name.substr(0, std::min(name.find_first_of(". ", 1), name.size()));
    if (name.empty() || name == "-") name = "output";
    const auto taken = [&](const GivenEndpoint& other) { return other.name == name; };
    while (std::ranges::any_of(asked->to, taken)) name += "-2";
    asked->to.push_back({name, address});
    return true;
  }

  bool ReadTail(AskedRoute* asked) {
    const std::size_t start = words_.at();
    words_.Take(",");
    if (ReadPriority(words_, &asked->boost) || ReadLimit(asked) || ReadAttribute(asked)) return true;
    words_.GoBack(start);
    return false;
  }

  // What a rule of this kind has no use for.
  void CheckTail(const AskedRoute& asked, std::size_t at) {
    const bool marks = !asked.boost.empty() || !asked.set.empty();
    if (asked.drop && (marks || asked.limit)) words_.Deny(at, "what is dropped is dropped: say no more of it");
    if (asked.to.empty() && marks) words_.Deny(at, "only what is sent gets a priority or an attribute");
  }

  // at most 100 a second for each user; at most once a minute for each file
  bool ReadLimit(AskedRoute* asked) {
    const std::size_t start = words_.at();
    if (words_.Take("at most") && !asked->limit) {
      asked->once = words_.Take("once");
      asked->limit = asked->once ? std::optional<std::uint64_t>(1) : ReadNumber(words_);
      if (asked->limit && *asked->limit == 0) words_.Deny(words_.at() - 1, "this would drop all of them: say 'drop'");
      if (asked->limit) asked->per_ns = ReadPer(words_);
      if (asked->per_ns) {
        ReadEach(words_, &asked->by);
        return !words_.denied();
      }
      asked->limit.reset();
    }
    words_.GoBack(start);
    return false;
  }

  // with attribute team security
  bool ReadAttribute(AskedRoute* asked) {
    const std::size_t start = words_.at();
    if (words_.TakeAny({"with attribute", "with the attribute"})) {
      std::string texts[2];
      for (std::string& text : texts) {
        words_.Expect(&text == texts ? "the attribute's name" : "its value");
        const AskWord* const word = words_.Peek();
        if (word == nullptr || word->text.empty()) break;
        text = word->text;
        words_.Advance();
      }
      const auto same = [&](const auto& other) { return other.first == texts[0]; };
      if (!texts[1].empty() && std::ranges::none_of(asked->set, same)) {
        asked->set.emplace_back(texts[0], texts[1]);
        return true;
      }
    }
    words_.GoBack(start);
    return false;
  }

  WordReader& words_;
};

std::string RuleText(const AskedRoute& asked, const std::string& name) {
  std::string toml = "[[rule]]\n" + TomlLine("name", name);
  if (!asked.everything) toml += TomlLine("when", ConditionOf(asked.what, nullptr, nullptr));
  if (asked.drop) toml += TomlLine("action", "drop");
  if (!asked.sample.empty()) toml += TomlLine("sample", asked.sample);
  if (asked.limit) {
    const std::string per = PrintDuration(*asked.per_ns);
    std::vector<std::string> fields;
    for (const std::string& field : asked.by) fields.push_back(TomlText(field));
    const std::string by = fmt::format("by = [{}]", fmt::join(fields, ", "));
    const std::string rate = TomlText(PrintRate({*asked.limit, *asked.per_ns}));
    if (asked.once && !asked.by.empty()) {
      toml += fmt::format("dedupe = {{ window = {}, {} }}\n", TomlText(per), by);
    } else {
      toml +=
          asked.by.empty() ? fmt::format("limit = {}\n", rate) : fmt::format("limit = {{ rate = {}, {} }}\n", rate, by);
    }
  }
  std::vector<std::string> to;
  for (const GivenEndpoint& endpoint : asked.to) to.push_back(endpoint.name);
  if (to.size() == 1) toml += TomlLine("to", to.front());
  if (to.size() > 1) toml += TomlLine("to", to);
  if (!asked.set.empty()) {
    std::vector<std::string> entries;
    for (const auto& [key, value] : asked.set) entries.push_back(fmt::format("{} = {}", TomlKey(key), TomlText(value)));
    toml += fmt::format("set = {{ {} }}\n", fmt::join(entries, ", "));
  }
  if (!asked.boost.empty()) toml += TomlLine("boost", asked.boost);
  for (const GivenEndpoint& endpoint : asked.to) {
    if (endpoint.address.empty()) continue;
    toml += "\n[[endpoint]]\n" + TomlLine("name", endpoint.name) + TomlLine("to", endpoint.address);
  }
  return toml;
}

}  // namespace

Asked AskForRule(std::string_view sentence, std::string_view name) {
  auto split = SplitSentence(sentence);
  if (auto* bad = std::get_if<Misunderstanding>(&split)) return std::move(*bad);
  WordReader words(sentence, std::move(std::get<std::vector<AskWord>>(split)));
  AskedRoute asked;
  if (!RouteReader(words).Read(&asked)) {
    Misunderstanding why = words.Why();
    if (asked.end == 0 && why.offers.empty() && !words.denied()) {
      why.offers = {"send deletes under /etc to siem", "drop reads of *.tmp files",
                    "when root deletes a file under /etc, send it to siem as critical"};
    }
    return why;
  }
  AskedRule rule;
  rule.name = name.empty() ? words.Text(asked.begin, asked.end) : std::string(name);
  rule.toml = SentenceComment(sentence) + RuleText(asked, rule.name);
  return rule;
}

}  // namespace vexevt
