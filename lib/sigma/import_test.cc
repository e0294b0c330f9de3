#include "lib/sigma/import.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace vexevt {
namespace {

std::string Imported(const std::string& text) {
  const std::vector<SigmaFile> files = {{"r.yml", text}};
  auto patterns = ImportSigma(files);
  return patterns.ok() ? *patterns : patterns.status().message();
}

// A rule of file_delete with this detection.
std::string RuleWith(const std::string& detection) {
  return "title: t\nlogsource: {product: linux, category: file_delete}\ndetection:\n" + detection;
}

// What stands behind the types.
std::string ConditionOf(const std::string& detection) {
  const std::string text = Imported(RuleWith(detection));
  const std::string before = "match = '''[type in (fs.delete, fs.move-out) and ", behind = "]'''\n";
  const std::size_t at = text.find(before);
  if (at == text.npos || !text.ends_with(behind)) return text;
  return text.substr(at + before.size(), text.size() - behind.size() - at - before.size());
}

std::string Compared(const std::string& entry) { return ConditionOf("  s: {" + entry + "}\n  condition: s\n"); }

TEST(Sigma, ARuleBecomesAPatternOfOneStep) {
  EXPECT_EQ(Imported(R"(
title: Cron "file"
id: 0b2c61a5-8a46-4d2a-9a70-6d3d8c3a1f11
status: test
description: of no interest
logsource:
  product: linux
  category: file_event
detection:
  selection:
    TargetFilename|startswith: /etc/cron.d/
  filter:
    Image|endswith:
      - /dpkg
      - /rpm
  condition: selection and not filter
level: high
)"),
            R"(# Sigma: r.yml
# id: 0b2c61a5-8a46-4d2a-9a70-6d3d8c3a1f11
# status: test
[[pattern]]
name = "Cron \"file\""
severity = "high"
match = '''[type in (fs.close-write, fs.symlink, fs.hardlink, fs.mknod, fs.move-in) and path matches "(?i)^/etc/cron\\.d/" and not (exe matches "(?i)/dpkg$" or exe matches "(?i)/rpm$")]'''
)");
}

TEST(Sigma, TextsCompareWithoutRegardToCase) {
  EXPECT_EQ(Compared("Image: /bin/sh"), R"(exe matches "(?i)^/bin/sh$")");
  EXPECT_EQ(Compared("Image|cased: /bin/sh"), R"(exe = "/bin/sh")");
  EXPECT_EQ(Compared("Image|contains|cased: sh"), R"(exe contains "sh")");
  EXPECT_EQ(Compared("Image|startswith|cased: /bin"), R"(exe startswith "/bin")");
  EXPECT_EQ(Compared("TargetFilename|endswith: '/.0'"), R"(path endswith "/.0")");
  EXPECT_EQ(Compared("TargetFilename|contains: x'y"), R"(path matches "(?i)x\\\x27y")");
}

TEST(Sigma, StarsAndQuestionMarksStandForOthers) {
  EXPECT_EQ(Compared("TargetFilename: '/a*b?c'"), R"(path matches "(?i)^/a.*b.c$")");
  EXPECT_EQ(Compared("TargetFilename|cased: '*/a*'"), R"(path contains "/a")");
  EXPECT_EQ(Compared("TargetFilename|cased: '/a\\*\\?\\\\'"), R"(path = "/a*?\\")");
  EXPECT_EQ(Compared("TargetFilename|cased: '\\a'"), R"(path = "\\a")");
  EXPECT_EQ(Compared("TargetFilename: '*'"), "path exists");
}

TEST(Sigma, HostileTextsStayTexts) {
  EXPECT_EQ(Imported(R"(title: "a\"'''\e\u202e\u0085é"
id: "x\n[[pattern]]"
logsource: {category: file_delete}
detection: {s: {Image|cased: "'''\r\n\u202e\"é"}, condition: s}
)"),
            R"(# Sigma: r.yml
# id: x\n[[pattern]]
[[pattern]]
name = "a\"'''\u001B\u202E\u0085é"
match = '''[type in (fs.delete, fs.move-out) and exe = "\x27\x27\x27\x0d\n\xe2\x80\xae\"é"]'''
)");
}

TEST(Sigma, ListsAreAnyOrAll) {
  EXPECT_EQ(Compared("TargetFilename|contains|cased: [a, b]"), R"((path contains "a" or path contains "b"))");
  EXPECT_EQ(Compared("TargetFilename|contains|all|cased: [a, b]"), R"((path contains "a" and path contains "b"))");
  EXPECT_EQ(ConditionOf("  s:\n    - {ProcessId: 1, User: 0}\n    - User: root\n  condition: s\n"),
            "((pid = 1 and uid = 0) or uid = 0)");
}

TEST(Sigma, NumbersNullsAndRegexes) {
  EXPECT_EQ(Compared("ProcessId|gte: 100"), "pid >= 100");
  EXPECT_EQ(Compared("Image: null"), "not exe exists");
  EXPECT_EQ(Compared("Image: ''"), "not exe exists");
  EXPECT_EQ(Compared("Image|exists: true"), "exe exists");
  EXPECT_EQ(Compared("TargetFilename|re: '^/a(b|c)\\d$'"), R"(path matches "^/a(b|c)\\d$")");
  EXPECT_EQ(Compared("TargetFilename|re|i: 'x'"), R"(path matches "(?i)x")");
}

TEST(Sigma, SaysWhereWhatIsNotTurned) {
  EXPECT_EQ(Compared("CommandLine: x").substr(0, 56), "r.yml:4:7: the field 'CommandLine' is none that events h");
  EXPECT_EQ(Compared("Image|windash: x"), "r.yml:4:7: 'Image|windash': the modifier |windash is not turned");
  EXPECT_EQ(Compared("Image|cidr: x"), "r.yml:4:7: 'Image|cidr': the modifier |cidr is not turned");
  EXPECT_EQ(Compared("TargetFilename|re: '(?=x)'"),
            "r.yml:4:26: 'TargetFilename': not a regex of RE2, which has no look-around and no back-references");
  EXPECT_EQ(Compared("User: alice"),
            "r.yml:4:13: 'User': events have the number of a user, not the name: only root's is known");
  EXPECT_EQ(Compared("ProcessId|contains: 1"), "r.yml:4:27: 'ProcessId': it is a number, and compared as one");
  EXPECT_EQ(Compared("Image: []"), "r.yml:4:14: 'Image': the list is empty");
  EXPECT_EQ(ConditionOf("  s: [a, b]\n  condition: s\n"),
            "r.yml:4:7: keywords, which look for a text in any field, are not turned");
  EXPECT_EQ(ConditionOf("  s: {Image: x}\n  timeframe: 1m\n  condition: s\n"),
            "r.yml:5:14: 'timeframe' is not turned: a correlation rule says the same");
  EXPECT_EQ(Imported("title: t\nlogsource: {product: windows}\n"),
            "r.yml:2:22: rules for 'windows' are not turned: those for linux are");
  EXPECT_EQ(Imported("title: t\nlogsource: {product: linux, service: auditd}\n"),
            "r.yml:2:38: the events of a service, 'auditd', are none of ours");
  EXPECT_TRUE(Imported("title: t\nlogsource: {category: process_creation}\n")
                  .starts_with("r.yml:2:23: the category 'process_creation' is not turned: file_event, "));
  EXPECT_EQ(Imported("a: b\n"), "r.yml:1:1: a rule has a 'title'");
  EXPECT_EQ(Imported(""), "r.yml:1:1: no rule");
  EXPECT_EQ(Imported(RuleWith("  s: {Image: x}\n  condition: s\n") + "level: bad\n"),
            "r.yml:6:8: 'level' is one of informational, low, medium, high, critical");
  EXPECT_EQ(
      Imported(RuleWith("  s: {Image: x}\n  condition: s\n") + "---\n" + RuleWith("  s: {Image: y}\n  condition: s\n")),
      "r.yml:7:1: two rules have the title 't'");
}

// A correlation of rules a and b, and those.
std::string CorrelationWith(const std::string& rest) {
  const std::string rule = "logsource: {category: file_delete}\ndetection: {s: {User: 0}, condition: s}\n---\n";
  return "title: A\nname: a\n" + rule + "title: B\nid: b\n" + rule + "title: t\ncorrelation:\n" + rest;
}

TEST(Sigma, CorrelationsBecomePatterns) {
  const std::string when = "type in (fs.delete, fs.move-out) and uid = 0";
  EXPECT_EQ(Imported(CorrelationWith("  type: event_count\n  rules: a\n  group-by: [User, Computer]\n  timespan: 10m\n"
                                     "  condition: {gt: 5}\n")),
            "# Sigma: r.yml\n# id: b\n[[pattern]]\nname = \"B\"\nmatch = '''[" + when + "]'''\n\n" +
                "# Sigma: r.yml\n[[pattern]]\nname = \"t\"\nmatch = '''count [" + when +
                "] >= 6'''\nby = [\"uid\", \"host\"]\nwithin = \"10m\"\n");
  EXPECT_EQ(Imported(CorrelationWith("  type: value_count\n  rules: [a, b]\n  timespan: 1h\n"
                                     "  condition: {field: TargetFilename, gte: 5}\n")),
            "# Sigma: r.yml\n[[pattern]]\nname = \"t\"\nmatch = '''distinct(path) [(" + when + ") or (" + when +
                ")] >= 5'''\nwithin = \"1h\"\n");
  EXPECT_EQ(Imported(CorrelationWith("  type: temporal_ordered\n  rules: [b, a]\n  timespan: 30s\n")),
            "# Sigma: r.yml\n[[pattern]]\nname = \"t\"\nmatch = '''\n( s1: [" + when + "]\n then s2: [" + when +
                "]\n)\n'''\nwithin = \"30s\"\nskip = \"past-last\"\n");
  EXPECT_EQ(Imported(CorrelationWith("  type: temporal\n  rules: [a, b]\n  timespan: 30s\n")),
            "# Sigma: r.yml\n[[pattern]]\nname = \"t\"\nmatch = '''\n( s1: [" + when + "]\n and s2: [" + when +
                "]\n)\n'''\nwithin = \"30s\"\nskip = \"past-last\"\n");
  EXPECT_NE(Imported(CorrelationWith("  type: temporal\n  rules: [a, b]\n  timespan: 30s\n  generate: true\n"))
                .find("name = \"A\""),
            std::string::npos);
}

TEST(Sigma, SaysWhatIsWrongWithACorrelation) {
  const auto said = [](const std::string& rest) { return Imported(CorrelationWith(rest)); };
  EXPECT_EQ(said("  type: sum\n  rules: a\n").substr(0, 13), "r.yml:13:9: c");
  EXPECT_EQ(said("  type: temporal\n  rules: [a, c]\n  timespan: 1m\n"), "r.yml:14:14: no rule has the name or id 'c'");
  EXPECT_EQ(said("  type: temporal\n  rules: [a, b]\n"),
            "r.yml:13:3: a correlation has a 'timespan', as in 30s, 10m, 1h or 1d");
  EXPECT_EQ(said("  type: temporal\n  rules: [a, b]\n  timespan: 1M\n"),
            "r.yml:15:13: a correlation has a 'timespan', as in 30s, 10m, 1h or 1d");
  EXPECT_EQ(said("  type: temporal\n  rules: [a, b]\n  timespan: 999999d\n"),
            "r.yml:15:13: a correlation has a 'timespan', as in 30s, 10m, 1h or 1d");
  EXPECT_EQ(said("  type: event_count\n  rules: a\n  timespan: 1m\n"),
            "r.yml:13:3: a correlation that counts has a 'condition'");
  EXPECT_EQ(said("  type: event_count\n  rules: a\n  timespan: 1m\n  condition: {lt: 5}\n"),
            "r.yml:16:15: 'lt' is not turned: a match comes when there are so many, as gt and gte say");
  EXPECT_EQ(said("  type: event_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 0}\n"),
            "r.yml:16:20: a number from 1 to 50000 is wanted");
  EXPECT_EQ(said("  type: value_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 5}\n"),
            "r.yml:16:14: the condition of a value_count has a 'field'");
  EXPECT_EQ(said("  type: temporal\n  rules: [a]\n  timespan: 1m\n"),
            "r.yml:11:1: a temporal correlation is of 2 to 32 rules");
}

}  // namespace
}  // namespace vexevt
