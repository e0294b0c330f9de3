// Sentences out of the grammar of vexevt-ask(7), at random: each is understood, gives the same text again, and passes
// what the tools check of their files.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <sstream>
#include <string>
#include <vector>

#include "lib/ask/ask.h"
#include "lib/correlate/correlator.h"
#include "lib/route/route_plan.h"

namespace vexevt {
namespace {

std::string Pick(std::initializer_list<const char*> words) {
  return *rc::gen::elementOf(std::vector<std::string>(words.begin(), words.end()));
}

bool Chance(int of_ten) { return *rc::gen::inRange(0, 10) < of_ten; }

std::string Maybe(int of_ten, const std::string& text) { return Chance(of_ten) ? " " + text : ""; }

struct VerbForms {
  const char *third, *base, *past, *gerund, *nouns;
};

VerbForms Verb() {
  static const std::vector<VerbForms> verbs = {{"creates", "create", "created", "creating", "creations"},
                                               {"deletes", "delete", "deleted", "deleting", "deletes"},
                                               {"reads", "read", "read", "reading", "reads"},
                                               {"writes", "write", "written", "writing", "writes"},
                                               {"opens", "open", "opened", "opening", "opens"},
                                               {"closes", "close", "closed", "closing", "closes"},
                                               {"executes", "execute", "executed", "executing", "executions"},
                                               {"renames", "rename", "renamed", "renaming", "renames"}};
  return *rc::gen::elementOf(verbs);
}

std::string Someone() {
  return Pick({"someone", "anyone", "a process", "a user", "root", "uid 1000", "user 7 or root", "process rsync",
               "program cp or mv", "someone other than root", "a process other than sshd or cron", "a non-root user",
               "a process named curl, wget or nc", "anyone except root or process cron"});
}

std::string Path() { return Pick({"/etc/passwd", "/home/**/*.py", "*.log", ".tmp", "\"my file\"", "/a or /b/c"}); }

std::string Object() {
  return Pick({"a file", "an executable file", "a hidden file", "files", "the file /etc/passwd", "*.doc files",
               "a file called core", "a file called a, b or *.c"});
}

// What is said of a file, each at most once, so that nothing contradicts anything.
std::string Filters() {
  std::string text = Maybe(
      3, Pick({"under /etc", "in /srv or /var/lib", "outside /usr", "directly in /tmp", "below the folder /opt"}));
  text += Maybe(2, Pick({"larger than 10 MB", "smaller than 4096 bytes", "of at least 1G"}));
  text += Maybe(
      2, Pick({"ending in .sh", "whose name starts with a or b", "matching /[0-9]+/", "whose path contains \"x y\""}));
  if (Chance(2)) {
    text += " " + Pick({"between 22:00 and 06:00", "after 9am", "before 17:30", "outside 08:00 to 18:00"});
    text += Maybe(5, Pick({"on weekends", "on mondays or fridays", "from monday to thursday"}));
    text += Maybe(5, Pick({"in UTC", "in timezone Europe/Berlin"}));
  }
  text += Maybe(1, "on host web1 or web2");
  return text;
}

std::string Duration() {
  return Pick({"10 seconds", "a minute", "half an hour", "250ms", "2h", "three days", "1 week"});
}

std::string Count() { return Pick({"more than 20", "at least 3", "5 or more", "over 1,000", "more than two"}); }

std::string Ending() {
  return Maybe(3, Pick({"as critical", "with severity low", "at most once an hour", "as high at most once a day"}));
}

std::string Opening() { return Pick({"tell me when ", "Warn me if ", "alert when ", "notify me whenever ", ""}); }

std::string Threshold() {
  const VerbForms verb = Verb();
  const std::string within = " within " + Duration();
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      return fmt::format("{} {} {} {}files{}{}", Someone(), verb.third, Count(), Pick({"", "different "}), Filters(),
                         within);
    case 1:
      return fmt::format("{} files{} are {} by {}{}", Count(), Filters(), verb.past, Someone(), within);
    case 2:
      return fmt::format("{} {} {}{} {} times{}", Someone(), verb.third, Path(), Filters(), Count(), within);
    case 3:
      return fmt::format("{} {} {} {}{}{}", Count(), Pick({"users", "processes", "different programs"}), verb.base,
                         Path(), Filters(), within);
    case 4:
      return fmt::format("{} {} {}{}{}", Someone(), Pick({"reads", "writes"}),
                         Pick({"more than 1 GB", "at least 10M of data"}), Filters(), within);
    default:
      return fmt::format("{} {} of {}{}{} for each {}", Count(), verb.nouns, Path(), Filters(), within,
                         Pick({"user", "process", "directory", "host"}));
  }
}

std::string Sequence() {
  const VerbForms verbs[] = {Verb(), Verb(), Verb()};
  const std::string within = " within " + Duration();
  switch (*rc::gen::inRange(0, 7)) {
    case 0:
      return fmt::format("{} {} {}{} and then {} {}{}", Someone(), verbs[0].third, Object(), Filters(), verbs[1].third,
                         Pick({"it", "another file", "a file", "the same file"}), within);
    case 1:
      return fmt::format("{} {} {}{} {} {} it{}", Someone(), verbs[0].third, Object(), Filters(),
                         Pick({"and does not", "but does not", "and doesn't"}), verbs[1].base, within);
    case 2:
      return fmt::format("{} {} {} without {} it{}", Someone(), verbs[0].third, Object(), verbs[1].gerund, within);
    case 3:
      return fmt::format("a file{} is {} and then {} by {}{}", Filters(), verbs[0].past, verbs[1].past,
                         Pick({"another user", "the same process", "root", "someone other than root"}), within);
    case 4:
      return fmt::format("a process {} {}, then it {} {} and then another process {} that file{}", verbs[0].third,
                         Object(), verbs[1].third, Object(), verbs[2].third, within);
    case 5:
      return fmt::format("a process {} {}{} and {} {} in any order{}", verbs[0].third, Object(), Filters(),
                         verbs[1].third, Object(), within);
    default:
      return fmt::format("{} is {} {}{} for {}", Pick({"nothing", "no file"}), verbs[0].past,
                         Pick({"under /var/log", "in /srv"}), Maybe(3, "by root"), Duration());
  }
}

std::string Single() {
  const VerbForms verb = Verb();
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return fmt::format("{} {} {}{}", Someone(), verb.third, Object(), Filters());
    case 1:
      return fmt::format("{} is {}{} by {}", Path(), verb.past, Filters(), Someone());
    case 2:
      return fmt::format("{} fails to {} {}{}", Someone(), verb.base, Path(), Filters());
    default:
      return fmt::format("{} or {} of {}{}", verb.nouns, Verb().nouns, Path(), Filters());
  }
}

std::string PatternSentence() {
  const int sort = *rc::gen::inRange(0, 3);
  return Opening() + (sort == 0 ? Threshold() : sort == 1 ? Sequence() : Single()) + Ending();
}

std::string What() {
  const VerbForms verb = Verb();
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return fmt::format("{} of {}{}", verb.nouns, Path(), Filters());
    case 1:
      return fmt::format("what {} {}{}", Someone(), verb.third, Filters());
    case 2:
      return fmt::format("files{} {} by {}{}", Pick({"", " that are"}), verb.past, Someone(), Filters());
    default:
      return Pick({"everything else", "everything under /srv", "fs.* events on host web1"});
  }
}

std::string RuleSentence() {
  const std::string limit = Maybe(3, Pick({"at most 10 a second", "at most once a minute for each user and file",
                                           "at most 100 per hour for each process"}));
  switch (*rc::gen::inRange(0, 3)) {
    case 0:
      return fmt::format("send {}{} to {}{}{}", Pick({"", "10% of "}), What(),
                         Pick({"siem", "siem and archive", "unix:/run/x.sock, the file /a.evt and siem"}), limit,
                         Maybe(3, Pick({"as critical", "with attribute team security"})));
    case 1:
      return "drop " + What();
    default:
      return fmt::format("when {} {} {}{}, send it to siem{}", Someone(), Verb().third, Object(), Filters(), limit);
  }
}

const AskedRule& Understood(const std::string& sentence, const Asked& asked) {
  if (const auto* refused = std::get_if<Misunderstanding>(&asked)) {
    RC_FAIL(fmt::format("{}: {}\n{}", refused->at + 1, refused->what, ShowMisunderstanding(sentence, *refused)));
  }
  return std::get<AskedRule>(asked);
}

void CheckPatternText(const std::string& toml) {
  const auto patterns = ParsePatterns(toml, "p.toml");
  if (!patterns.ok()) RC_FAIL(patterns.status().message() + "\n" + toml);
  const auto correlator = Correlator::Compile(*patterns);
  if (!correlator.ok()) RC_FAIL(correlator.status().message() + "\n" + toml);
}

// With the endpoints that it names, whatever they are called.
void CheckRuleText(const std::string& toml) {
  auto rules = ParseRules(toml, "r.toml");
  if (!rules.ok()) RC_FAIL(rules.status().message() + "\n" + toml);
  const std::vector<PlacedText> to = rules->rules.at(0).to;
  for (const PlacedText& name : to) {
    const auto named = [&](const EndpointRule& endpoint) { return endpoint.name == name.text; };
    if (std::ranges::any_of(rules->endpoints, named)) continue;
    rules->endpoints.push_back({.name = name.text, .at = {}, .members = {{.to = {"x.evt", {}}}}});
  }
  const auto plan = CompileRoutePlan(*rules);
  if (!plan.ok()) RC_FAIL(plan.status().message() + "\n" + toml);
}

RC_GTEST_PROP(Ask, GivesPatternsThatAreRight, ()) {
  const std::string sentence = PatternSentence();
  const Asked asked = AskForPattern(sentence);
  const AskedRule& rule = Understood(sentence, asked);
  RC_ASSERT(std::get<AskedRule>(AskForPattern(sentence)).toml == rule.toml);
  CheckPatternText(rule.toml);
}

RC_GTEST_PROP(Ask, GivesRulesThatAreRight, ()) {
  const std::string sentence = RuleSentence();
  const Asked asked = AskForRule(sentence);
  const AskedRule& rule = Understood(sentence, asked);
  RC_ASSERT(std::get<AskedRule>(AskForRule(sentence)).toml == rule.toml);
  CheckRuleText(rule.toml);
}

// Words between bars: some of the grammar, and some that have a meaning in what is made of it.
constexpr std::string_view kLooseWords =
    "someone|root|a|process|user|1000|the same|another|nobody|more "
    "than|20|0|99999|deletes|deleted|delete|renames|reads|"
    "is|are|not|does not|and then|followed by|but|without|closing|it|that file|a file|files|no "
    "file|nothing|/etc/passwd|"
    "/|*.[ab]|*.[|.log|\"a b\"|\"\"|\"x.path\"|opened.path|under|in|outside|/srv|or|,|called|matching|/(/|/a+/|"
    "larger than|10|MB|10M|between|22:00|and|06:00|24:00|on weekends|on mondays|in UTC|within|seconds|10s|times|twice|"
    "for each|per minute|by|a process|other than|rsync|as|critical|to|a vector|a collection|searches|mounts|an agent|"
    "decides|fs.*|events|what|everything|renamed|moves|with mode|07777|that failed|slower than|at most once|an hour|"
    "at most 3|in any order|1 GB|siem|send|drop|-|exec:|unix:/a|the file|with attribute|10%|of|it's|'|'x'|\\|x\\y";

std::vector<std::string> SplitAt(const std::string& text, char separator) {
  std::vector<std::string> words;
  std::istringstream rest(text);
  for (std::string word; std::getline(rest, word, separator);) words.push_back(word);
  return words;
}

std::string Damaged(const std::string& sentence) {
  static const std::vector<std::string> loose = SplitAt(std::string(kLooseWords), '|');
  std::vector<std::string> words = SplitAt(sentence, ' ');
  for (int changes = *rc::gen::inRange(1, 4); changes > 0 && !words.empty(); --changes) {
    const auto at = words.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(words));
    const std::string word = *rc::gen::elementOf(loose);
    if (Chance(3)) {
      words.erase(at);
    } else if (Chance(5)) {
      *at = word;
    } else {
      words.insert(at, word);
    }
  }
  return fmt::format("{}", fmt::join(words, " "));
}

RC_GTEST_PROP(Ask, WhatIsTakenForASentenceIsRight, ()) {
  const std::string pattern = Damaged(PatternSentence()), rule = Damaged(RuleSentence());
  if (const Asked asked = AskForPattern(pattern); const auto* understood = std::get_if<AskedRule>(&asked)) {
    CheckPatternText(understood->toml);
  }
  if (const Asked asked = AskForRule(rule); const auto* understood = std::get_if<AskedRule>(&asked)) {
    CheckRuleText(understood->toml);
  }
}

}  // namespace
}  // namespace vexevt
