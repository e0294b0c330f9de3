#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "lib/ask/path_words.h"
#include "lib/ask/quantities.h"
#include "lib/ask/read_actor.h"
#include "lib/ask/read_object.h"
#include "lib/ask/rule_text.h"
#include "lib/base/units.h"

namespace vexevt {
namespace {

struct Day {
  std::string_view one, many, brief;
};
constexpr Day kDays[] = {{"monday", "mondays", "mon"},       {"tuesday", "tuesdays", "tue"},
                         {"wednesday", "wednesdays", "wed"}, {"thursday", "thursdays", "thu"},
                         {"friday", "fridays", "fri"},       {"saturday", "saturdays", "sat"},
                         {"sunday", "sundays", "sun"}};

class FilterReader {
 public:
  FilterReader(WordReader& words, bool before, Deed* deed) : words_(words), before_(before), deed_(deed) {}

  bool ReadAll() {
    using Part = bool (FilterReader::*)();
    // Each takes its words and says so. "in" and "within" begin a place or a time: the place is tried first.
    static constexpr Part kParts[] = {
        &FilterReader::Place, &FilterReader::Outside, &FilterReader::NewPath, &FilterReader::Name,
        &FilterReader::Size,  &FilterReader::Latency, &FilterReader::By,      &FilterReader::Origin,
        &FilterReader::Hours, &FilterReader::Days,    &FilterReader::Zone,    &FilterReader::Outcome,
        &FilterReader::Mode,  &FilterReader::Times,   &FilterReader::ForEach, &FilterReader::Within};
    const auto takes = [this](Part part) {
      start_ = words_.at();
      if ((this->*part)()) return true;
      words_.GoBack(start_);
      return false;
    };
    while (std::ranges::any_of(kParts, takes)) {
    }
    return !words_.denied();
  }

 private:
  // What makes no sense to the expression language is told where it stands.
  bool Add(std::string condition) {
    if (auto why = WhyRefused(condition)) {
      words_.Deny(words_.at() - 1, std::move(*why));
      return false;
    }
    deed_->conditions.push_back(std::move(condition));
    return true;
  }

  std::string_view field() const { return deed_->field; }
  bool has_path() const { return field() == "path"; }

  std::vector<std::string> Folders() {
    words_.Skip("the");
    if (!words_.Skip("directory")) words_.Skip("folder");
    return ReadFolders(words_);
  }

  bool Place() {
    if (field().empty()) return false;
    if (words_.TakeAny({"directly in", "directly under", "directly below"})) {
      const auto folders = Folders();
      return has_path() && !folders.empty() && Add(EqualToAny("dir", folders));
    }
    const bool clear = words_.TakeAny({"under", "below", "beneath", "inside"});
    if (!clear && !words_.TakeAny({"in", "within", "from", "on"}) &&
        (deed_->moves || !words_.TakeAny({"to", "into"}))) {
      return false;
    }
    const auto folders = Folders();
    const AskWord* const word = words_.Peek();
    if (clear && folders.empty() && word != nullptr && word->text.find('/') == std::string::npos) {
      words_.Deny(words_.at(), "a folder is told by its whole path",
                  {words_.With(words_.at(), words_.at() + 1, "/" + word->text)});
    }
    return !folders.empty() && Add(UnderAny(field(), folders));
  }

  bool Outside() {
    if (!words_.TakeAny({"outside of", "outside", "not under", "not in"})) return false;
    if (auto hours = ReadHours("to")) {
      deed_->clock.push_back(fmt::format("timeofday not in ({})", *hours));
      return true;
    }
    const auto folders = field().empty() ? std::vector<std::string>() : Folders();
    return !folders.empty() && Add(fmt::format("{0} exists and not {1}", field(), UnderAny(field(), folders)));
  }

  // Where something is moved to: the new name, or the folder that has it then.
  bool NewPath() {
    if (!deed_->moves || !words_.TakeAny({"to", "into"})) return false;
    if (const AskWord* const word = words_.Peek(); word != nullptr && word->text.find('*') == std::string::npos) {
      const auto folders = Folders();
      if (!folders.empty()) return Add(UnderAny("path2", folders));
    }
    auto paths = ReadPaths(words_, "path2");
    return paths && Add(std::move(*paths));
  }

  bool Name() {
    if (!has_path()) {
      if (field().empty() || !words_.TakeAny({"called", "named"})) return false;
      const auto texts = ReadTexts(words_, "a name");
      return !texts.empty() && Add(EqualToAny(field(), texts));
    }
    if (words_.TakeAny({"called", "named"})) {
      auto names = ReadNamesOfFiles(words_);
      return names && Add(std::move(*names));
    }
    if (words_.Take("containing")) {
      words_.Deny(start_, "what a file holds is not told by events",
                  {words_.With(start_, words_.at(), "whose name contains")});
      return false;
    }
    const bool whose_path = words_.Take("whose path");
    const bool whose = whose_path || words_.Take("whose name");
    struct Way {
      std::string_view word, plain, op;
    };
    static constexpr Way kWays[] = {{"ending", "ends", "endswith"},
                                    {"starting", "starts", "startswith"},
                                    {"beginning", "begins", "startswith"},
                                    {"", "contains", "contains"},
                                    {"matching", "matches", "matches"}};
    for (const Way& way : kWays) {
      const std::string_view word = whose ? way.plain : way.word;
      if (word.empty() || !words_.Take(word)) continue;
      words_.TakeAny({"with", "in"});
      return Texts(whose_path ? "path" : "name", way.op);
    }
    return false;
  }

  bool Texts(std::string_view of, std::string_view op) {
    std::vector<std::string> conditions;
    for (std::string text : ReadTexts(words_, op == "matches" ? "a regular expression, as in /[0-9]+/" : "a text")) {
      if (op == "matches") {
        of = "path";
        if (text.size() > 2 && text.front() == '/' && text.back() == '/') text = text.substr(1, text.size() - 2);
      }
      conditions.push_back(fmt::format("{} {} {}", of, op, ValueText(text)));
    }
    return !conditions.empty() && Add(JoinedByOr(conditions));
  }

  bool Size() {
    if (!has_path()) return false;
    const bool larger = words_.TakeAny({"larger than", "bigger than", "greater than", "of more than"});
    const bool least = !larger && words_.Take("of at least");
    if (!larger && !least && !words_.TakeAny({"smaller than", "of less than"})) return false;
    const auto size = ReadSize(words_);
    return size && Add(fmt::format("size {} {}", larger ? ">" : least ? ">=" : "<", *size));
  }

  bool Latency() {
    if (!words_.TakeAny({"slower than", "taking longer than", "taking more than", "that takes longer than",
                         "that take longer than"})) {
      return false;
    }
    const auto ns = ReadDuration(words_);
    return ns && Add(fmt::format("latency > {}", PrintDuration(*ns)));
  }

  bool By() {
    if (deed_->actor || !words_.Take("by")) return false;
    auto actor = ReadActor(words_, before_);
    if (!actor) return false;
    deed_->actor = std::move(actor);
    return true;
  }

  bool Origin() {
    std::string_view of;
    if (words_.TakeAny({"on host", "on the host", "from host"})) of = "host";
    if (of.empty() && words_.TakeAny({"of tenant", "of the tenant", "for tenant"})) of = "tenant";
    if (of.empty()) return false;
    const auto names = ReadTexts(words_, "a name");
    return !names.empty() && Add(EqualToAny(of, names));
  }

  // 22:00 and 06:00
  std::optional<std::string> ReadHours(std::string_view between) {
    const std::size_t start = words_.at();
    const auto from = ReadTimeOfDay(words_);
    if (from && words_.Take(between)) {
      const std::size_t at = words_.at();
      const auto to = ReadTimeOfDay(words_);
      if (to && *to == *from) words_.Deny(at, "the day is whole again then: say no time, or another");
      if (to) return *from + "-" + *to;
    }
    words_.GoBack(start);
    return {};
  }

  bool Hours() {
    const std::size_t start = words_.at();
    if (words_.TakeAny({"at night", "during the night", "in the night"})) {
      words_.Deny(start, "when the night begins and ends has to be said",
                  {words_.With(start, words_.at(), "between 22:00 and 06:00")});
      return false;
    }
    std::optional<std::string> hours;
    if (words_.Take("between")) {
      hours = ReadHours("and");
    } else if (words_.Take("from")) {
      hours = ReadHours("to");
    } else if (words_.Take("after")) {
      if (const auto from = ReadTimeOfDay(words_)) hours = *from + "-24:00";
    } else if (words_.Take("before")) {
      const std::size_t at = words_.at();
      const auto to = ReadTimeOfDay(words_);
      if (to && *to == "00:00") words_.Deny(at, "nothing is before midnight");
      if (to) hours = "00:00-" + *to;
    }
    if (!hours || words_.denied()) return false;
    deed_->clock.push_back(fmt::format("timeofday in ({})", *hours));
    return true;
  }

  std::optional<std::string_view> ReadDay() {
    for (const Day& day : kDays) {
      if (words_.TakeAny({day.one, day.many})) return day.brief;
    }
    return {};
  }

  bool Days() {
    if (!words_.TakeAny({"on", "at", "from"})) return false;
    words_.Skip("the");
    std::vector<std::string> days;
    if (words_.TakeAny({"weekdays", "workdays", "working days"})) {
      days.emplace_back("mon-fri");
    } else if (words_.TakeAny({"weekends", "weekend"})) {
      days = {"sat", "sun"};
    }
    while (days.empty() || words_.TakeAny({",", "or", "and"})) {
      const std::size_t at = words_.at();
      const auto day = ReadDay();
      if (!day) {
        if (days.empty()) return false;
        words_.GoBack(at - 1);
        break;
      }
      days.emplace_back(*day);
      const std::size_t behind = words_.at();
      const auto last = words_.Take("to") ? ReadDay() : std::nullopt;
      if (last) {
        days.back() += fmt::format("-{}", *last);
      } else {
        words_.GoBack(behind);
      }
    }
    deed_->clock.push_back(fmt::format("weekday in ({})", fmt::join(days, ", ")));
    return true;
  }

  bool Zone() {
    if (deed_->clock.empty() || !deed_->zone.empty() || !words_.Take("in")) return false;
    if (!words_.Skip("timezone")) words_.Skip("time zone");
    words_.Expect("a time zone, as in Europe/Berlin");
    const AskWord* const word = words_.Peek();
    const bool stands = word != nullptr && !word->text.empty() && word->text.front() != '/' &&
                        (word->lower == "utc" || word->text.find('/') != std::string::npos);
    if (!stands) return false;
    const std::size_t at = words_.at();
    deed_->zone = word->text;
    words_.Advance();
    const std::string zoned = fmt::format("weekday in (mon) zone {}", ValueText(deed_->zone));
    if (auto why = WhyRefused(zoned)) words_.Deny(at, std::move(*why));
    return !words_.denied();
  }

  bool Outcome() {
    if (words_.TakeAny({"without success", "unsuccessfully", "that fail", "that fails", "that failed"})) {
      return Add("result exists and result != 0");
    }
    return words_.TakeAny({"successfully", "that succeed", "that succeeds", "that succeeded"}) && Add("result = 0");
  }

  bool Mode() {
    if (!has_path() || !words_.TakeAny({"with mode", "to mode"})) return false;
    words_.Expect("a mode, as in 0644");
    const AskWord* const word = words_.Peek();
    unsigned mode = 0;
    if (word == nullptr) return false;
    const std::string& text = word->text;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (error != std::errc() || end != text.data() + text.size() || mode > 07777 || mode == 0) return false;
    words_.Advance();
    return Add(fmt::format("mode has {:04o}", mode));
  }

  bool Times() {
    std::optional<Count> count;
    if (words_.Take("twice")) {
      count = Count{.least = 2};
    } else if (count = ReadCounted(words_); !count || !words_.TakeAny({"times", "time"})) {
      return false;
    }
    count->times = true;
    if (deed_->count) {
      words_.Deny(start_, "something is counted already");
      return false;
    }
    deed_->count = count;
    return true;
  }

  bool ForEach() { return ReadEach(words_, &deed_->each); }

  bool Within() {
    std::optional<std::uint64_t> ns = ReadPer(words_);
    if (!ns) {
      if (!words_.TakeAny({"within", "in", "over", "for", "during"})) return false;
      const bool last = words_.TakeAny({"the last", "the"});
      if (!last) words_.TakeAny({"less than", "a period of", "at least"});
      ns = ReadDuration(words_);
      if (!ns && last) ns = ReadUnit(words_);
      if (!ns) return false;
    }
    if (deed_->within_ns && *deed_->within_ns != *ns) {
      words_.Deny(start_, "another time has been said already");
      return false;
    }
    deed_->within_ns = ns;
    return true;
  }

  WordReader& words_;
  const bool before_;
  Deed* const deed_;
  std::size_t start_ = 0;  // of the part that is tried
};

}  // namespace

bool ReadFilters(WordReader& words, bool before, Deed* deed) { return FilterReader(words, before, deed).ReadAll(); }

}  // namespace vexevt
