#include "lib/route/route_plan.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

std::string ErrorOf(std::string_view text) {
  auto rules = ParseRules(std::string(text), "r.toml");
  if (!rules.ok()) return rules.status().message();
  auto plan = CompileRoutePlan(*rules);
  return plan.ok() ? "accepted" : plan.status().message();
}

TEST(RoutePlan, ErrorsNamePlaceAndNearest) {
  EXPECT_EQ(ErrorOf("[[rule]]\nto = 'rset'\n[[endpoint]]\nname='rest'\nto='-'\n"),
            "r.toml:2:6: no endpoint is named 'rset' (did you mean 'rest'?)");
  EXPECT_EQ(ErrorOf("otherwise = ['-']\n"), "r.toml:1:14: no endpoint is named '-'");
  EXPECT_EQ(ErrorOf("[[endpoint]]\nname='a'\nto='-'\n[[endpoint]]\nname='a'\nto='-'\n"),
            "r.toml:4:1: endpoint 'a' is named twice");
  EXPECT_EQ(ErrorOf("[[rule]]\n"),
            "r.toml:1:1: rule 'rule-1' sends nothing anywhere: give it 'to', or action = \"drop\"");
  EXPECT_EQ(ErrorOf("[[endpoint]]\nname='a'\nto='nats:x'\n").substr(0, 12), "r.toml:3:4: ");
  EXPECT_EQ(ErrorOf("[[endpoint]]\nname='a'\nmembers=['-', '/x.evt.zst']\n"),
            "r.toml:3:15: '/x.evt.zst': no compressed file is written here; \"exec:zstd -q >> /x.evt.zst\" does it");
}

TEST(RoutePlan, RefusesWhatOnlyFilterUnderstands) {
  EXPECT_EQ(ErrorOf("default = 'keep'\n"),
            "r.toml:1:11: 'default' is for vexevt-filter: name endpoints in 'otherwise'");
  const std::string endpoint = "to = 'e'\n[[endpoint]]\nname='e'\nto='-'\n";
  EXPECT_EQ(ErrorOf("[[rule]]\ndelay = '1s'\n" + endpoint),
            "r.toml:1:1: rule 'rule-1' delays: that is for vexevt-filter");
  EXPECT_EQ(ErrorOf("[[rule]]\nredact = ['path']\n" + endpoint),
            "r.toml:1:1: rule 'rule-1' redacts: that is for vexevt-filter");
}

}  // namespace
}  // namespace vexevt
