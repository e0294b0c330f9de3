#include "lib/alert/alerts_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/base/clock.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ErrorOf(const std::string& text) { return ParseAlerts(text, "a.toml").status().message(); }

constexpr char kRule[] = "[[alert]]\nname = 'x'\nquery = 'count every 1s'\nwhen = 'count > 1'\n";

TEST(AlertsFile, ReadsAllOfARule) {
  auto file = ParseAlerts(R"(
[group]
by = ["alert", "host"]
wait = "30s"
interval = "5m"
repeat = "4h"

[flapping]
half_life = "10m"
begin = 4
end = 1.5

[[alert]]
name = "busy"
query = "rate by comm every 10s"
when = "rate > 100"
clear = "rate < 50"
for = "1m"
keep_firing_for = "2m"
severity = "high"
labels = { team = "storage", who = "{comm}" }
annotations = { runbook = "https://x/{comm}" }
summary = "{comm} is busy"
most = 7

[[alert]]
name = "odd"
by = ["host", "attr.disk"]
when = "type = vexevt.anomaly"
keep_firing_for = "5m"

[[alert]]
name = "busier"
query = "rate by comm every 10s"
when = "rate > 1000"

[[inhibit]]
source = "alert = busier"
target = "alert = busy"
equal = ["comm"]

[[silence]]
when = "comm = backup"
from = "2026-01-01T00:00:00Z"
until = "2026-01-02T00:00:00Z"
comment = "the monthly one"
)",
                          "a.toml");
  ASSERT_TRUE(file.ok()) << file.status().message();
  EXPECT_THAT(*file->grouping.by, ElementsAre("alert", "host"));
  EXPECT_EQ(file->grouping.repeat_ns, 4 * 3600 * kNsPerSecond);
  EXPECT_EQ(file->damping.end, 1.5);
  ASSERT_EQ(file->rules.size(), 3);
  const AlertRule& rule = file->rules[0];
  EXPECT_EQ(rule.for_ns, 60 * kNsPerSecond);
  EXPECT_EQ(rule.severity, Priority::kHigh);
  EXPECT_EQ(rule.labels[1].second.text, "{comm}");
  EXPECT_EQ(rule.most, 7);
  EXPECT_FALSE(file->rules[1].query.has_value());
  EXPECT_EQ(file->rules[1].by[1].text, "attr.disk");
  EXPECT_EQ(file->queries.size(), 1) << "equal ones are one";
  EXPECT_EQ(file->rules[2].query, file->rules[0].query);
  EXPECT_THAT(file->inhibitions[0].equal, ElementsAre("comm"));
  EXPECT_EQ(file->silences[0].until_ns - file->silences[0].from_ns, 86'400 * kNsPerSecond);
}

TEST(AlertsFile, SaysWhereItIsWrong) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("a.toml:1:1: the file wants 'alert'"));
  EXPECT_THAT(ErrorOf("[[alert]]\nname = 'x'\nwehn = 'a'\n"),
              HasSubstr("a.toml:3:8: unknown key 'wehn' in alert (did you"));
  EXPECT_THAT(ErrorOf("[[alert]]\nname = ''\nwhen = 'pid = 1'\n"), HasSubstr("a.toml:2:8: the name is empty"));
  EXPECT_THAT(ErrorOf("[[alert]]\nname = 'x'\nquery = 'count every 1s'\n"),
              HasSubstr("a.toml:1:1: alert wants 'when'"));
  EXPECT_THAT(ErrorOf("[[alert]]\nname = 'x'\nwhen = 'pid = 1'\n"), HasSubstr("wants 'clear' or 'keep_firing_for'"));
  EXPECT_THAT(ErrorOf(std::string(kRule) + "by = 'pid'\n"), HasSubstr("a.toml:5:6: with a query its own 'by'"));
  EXPECT_THAT(ErrorOf(std::string(kRule) + "for = '1x'\n"), HasSubstr("a.toml:5:7: "));
  EXPECT_THAT(ErrorOf(std::string(kRule) + "severity = 'page'\n"), HasSubstr("a.toml:5:12: 'severity' is one of"));
  EXPECT_THAT(ErrorOf(std::string(kRule) + "labels = { state = 'x' }\n"), HasSubstr("what every alert has of its own"));
  EXPECT_THAT(ErrorOf(std::string(kRule) + "labels = { x = 1 }\n"), HasSubstr("'x' wants a text"));
  EXPECT_THAT(ErrorOf(std::string(kRule) + kRule), HasSubstr("a.toml:5:1: alert 'x' is named twice"));
  EXPECT_THAT(ErrorOf(std::string(kRule) + "[flapping]\nbegin = 3\n"), HasSubstr("flapping wants 'half_life'"));
  EXPECT_THAT(ErrorOf(std::string(kRule) + "[flapping]\nhalf_life = '1m'\nend = 3\n"), HasSubstr("'end' is less"));
  EXPECT_THAT(ErrorOf(std::string(kRule) + "[flapping]\nhalf_life = '1m'\nend = 0\n"),
              HasSubstr("a.toml:7:7: 'end' wants"));
  EXPECT_THAT(ErrorOf(std::string(kRule) + "[[silence]]\nwhen = 'x'\nuntil = 'soon'\n"), HasSubstr("a.toml:7:9: "));
  EXPECT_THAT(ErrorOf(std::string(kRule) + "[[silence]]\nwhen = 'x'\nfrom = '@5'\nuntil = '@5'\n"),
              HasSubstr("a.toml:5:1: the silence ends before it begins"));
  EXPECT_THAT(ErrorOf(std::string(kRule) + "[[inhibit]]\nsource = 'x'\n"), HasSubstr("inhibit wants 'target'"));
}

}  // namespace
}  // namespace vexevt
