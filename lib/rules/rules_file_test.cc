#include "lib/rules/rules_file.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

constexpr std::string_view kWhole = R"(
match = "all"
otherwise = "rest"

[lists]
secrets = ["/etc/shadow", "/etc/gshadow"]
known = { file = "known.txt" }

[[endpoint]]
name = "rest"
to = "rest.evt"

[[endpoint]]
name = "pool"
members = [{ to = "unix:/run/a.sock", weight = 3 }, "unix:/run/b.sock"]
balance = "weighted"
queue = "1M"
on_full = "spill"
spill = "/var/spool/vexevt"
spill_max = "1G"
retry = { first = "50ms", max = "5s" }
breaker = { failures = 3, open = "2s" }

[[rule]]
name = "low"
when = 'type = fs.*'
to = ["rest"]

[[rule]]
name = "secrets"
when = 'path in $secrets'
priority = 10
to = ["pool", "rest"]
limit = { rate = "100/s", burst = 7, by = ["uid", "attr.team"] }
sample = "25%"
dedupe = { window = "5s", by = "path" }
delay = "2s"
redact = ["path2", { field = "comm", with = "hash" }]
set = { team = "sec", level = 3 }
boost = "critical"
)";

TEST(RulesFile, ReadsAllOfIt) {
  auto rules = ParseRules(std::string(kWhole), "/etc/vexevt/r.toml");
  ASSERT_TRUE(rules.ok()) << rules.status().message();
  EXPECT_TRUE(rules->all_matches);
  EXPECT_EQ(rules->lists.at("secrets").values.size(), 2u);
  EXPECT_EQ(rules->lists.at("known").file.text, "/etc/vexevt/known.txt");
  ASSERT_EQ(rules->rules.size(), 2u);
  const Rule& rule = rules->rules[0];
  EXPECT_EQ(rule.name, "secrets");
  EXPECT_EQ(rule.limit->rate.count, 100u);
  EXPECT_EQ(rule.limit->burst, 7u);
  EXPECT_EQ(rule.limit->by[1].text, "attr.team");
  EXPECT_DOUBLE_EQ(rule.sample->rate, 0.25);
  EXPECT_EQ(rule.dedupe->window_ns, 5'000'000'000u);
  EXPECT_EQ(rule.delay_ns, 2'000'000'000u);
  EXPECT_EQ(rule.redact[0].with, RedactWith::kRemove);
  EXPECT_EQ(rule.redact[1].with, RedactWith::kHash);
  EXPECT_EQ(rule.boost, Priority::kCritical);
  EXPECT_EQ(rule.set.size(), 2u);
  const EndpointRule& pool = rules->endpoints[1];
  EXPECT_EQ(pool.members[0].weight, 3u);
  EXPECT_EQ(pool.balance, Balance::kWeighted);
  EXPECT_EQ(pool.queue_bytes, 1u << 20);
  EXPECT_EQ(pool.on_full, OnFull::kSpill);
  EXPECT_EQ(pool.spill_max_bytes, 1u << 30);
  EXPECT_EQ(pool.retry_first_ns, 50'000'000u);
  EXPECT_EQ(pool.breaker_failures, 3u);
  EXPECT_EQ(rules->otherwise[0].text, "rest");
}

std::string ErrorOf(std::string_view text) {
  auto rules = ParseRules(std::string(text), "r.toml");
  return rules.ok() ? "accepted" : rules.status().message();
}

TEST(RulesFile, ErrorsNamePlaceAndNearest) {
  EXPECT_EQ(ErrorOf("[[rule]]\nwhn = 'x'\n"), "r.toml:2:7: unknown key 'whn' in rule (did you mean 'when'?)");
  EXPECT_EQ(ErrorOf("[[rule]]\nlimit = { rate = '5/s', by = 'uuid' }\n"),
            "r.toml:2:30: unknown field 'uuid' (did you mean 'uid'?)");
  EXPECT_EQ(ErrorOf("[[rule]]\nsample = 2.0\n"), "r.toml:2:10: a sample is a share: \"10%\", or a number from 0 to 1");
  EXPECT_EQ(ErrorOf("[[rule]]\nsample = '10x'\n"), "r.toml:2:10: bad share '10x': write 10%, or a number from 0 to 1");
  EXPECT_EQ(ErrorOf("[[rule]]\nredact = ['pid']\n"), "r.toml:2:11: cannot redact 'pid': not a text field or attribute");
  EXPECT_EQ(ErrorOf("[[rule]]\naction = 'kep'\n"), "r.toml:2:10: 'action' is one of keep, drop");
  EXPECT_EQ(ErrorOf("[[rule]]\nname='a'\n[[rule]]\nname='a'\n"), "r.toml:3:1: rule 'a' is named twice");
  EXPECT_EQ(ErrorOf("[[endpoint]]\nname='a'\n"), "r.toml:1:1: endpoint 'a' wants 'to' or 'members', one of the two");
  EXPECT_EQ(ErrorOf("[[endpoint]]\nname='a'\nto='-'\non_full='spill'\n"),
            "r.toml:1:1: on_full = \"spill\" and 'spill' (a directory) go together");
  EXPECT_EQ(ErrorOf("[[endpoint]]\nname='a'\nto='-'\nspill_max='1M'\n"),
            "r.toml:4:11: 'spill_max' means something only with 'spill'");
  EXPECT_EQ(ErrorOf("[[endpoint]]\nname='a'\nmembers=['-', {to='b', weight=2}]\n"),
            "r.toml:3:19: 'weight' means something only with balance = \"weighted\"");
  EXPECT_EQ(ErrorOf("rule = 3\n"), "r.toml:1:8: write [[rule]], once for each");
}

TEST(RulesFile, AShareMayBeAWholeNumber) {
  auto rules = ParseRules("[[rule]]\nsample = 1\n[[rule]]\nsample = 0\n", "r.toml");
  ASSERT_TRUE(rules.ok()) << rules.status().message();
  EXPECT_EQ(rules->rules[0].sample->rate, 1.0);
  EXPECT_EQ(rules->rules[1].sample->rate, 0.0);
}

TEST(RulesFile, AFolderIsNoRulesFile) {
  EXPECT_EQ(ReadRules("/").status().message(), "cannot read '/': Is a directory");
}

}  // namespace
}  // namespace vexevt
