#include "lib/route/plan_loader.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <fstream>

namespace vexevt {
namespace {

Result<RoutePlan> Await(PlanLoader& loader) {
  for (;;) {
    pollfd done{loader.fd(), POLLIN, 0};
    poll(&done, 1, -1);
    if (auto plan = loader.Take()) return std::move(*plan);
  }
}

struct RulesText {
  std::string path = testing::TempDir() + "plan_loader." + std::to_string(::getpid()) + ".toml";
  void Write(std::string_view text) const { std::ofstream(path) << text; }
};

TEST(PlanLoader, GivesWhatTheFileSaysOnce) {
  RulesText file;
  file.Write("[[endpoint]]\nname='a'\nto='/dev/null'\n[[rule]]\nwhen='path matches \"x+\"'\nto='a'\n");
  PlanLoader loader(file.path);
  EXPECT_FALSE(loader.Take().has_value());
  loader.Load();
  auto plan = Await(loader);
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  EXPECT_EQ(plan->rules.size(), 1u);
  EXPECT_FALSE(loader.ready());
  EXPECT_FALSE(loader.Take().has_value());
}

TEST(PlanLoader, AWrongFileIsAFailure) {
  RulesText file;
  file.Write("[[rule]]\nwhn=1\n");
  PlanLoader loader(file.path);
  loader.Load();
  EXPECT_EQ(Await(loader).status().message(), file.path + ":2:5: unknown key 'whn' in rule (did you mean 'when'?)");
}

TEST(PlanLoader, RequestsThatOverlapGiveTheLastState) {
  RulesText file;
  file.Write("[[endpoint]]\nname='a'\nto='/dev/null'\n");
  PlanLoader loader(file.path);
  loader.Load();
  file.Write("[[endpoint]]\nname='a'\nto='/dev/null'\n[[endpoint]]\nname='b'\nto='/dev/null'\n");
  loader.Load();
  auto plan = Await(loader);
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  EXPECT_EQ(plan->endpoints.size(), 2u);
}

}  // namespace
}  // namespace vexevt
