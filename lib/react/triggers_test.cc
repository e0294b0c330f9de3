#include "lib/react/triggers.h"

#include <gtest/gtest.h>

#include "lib/event/testing/samples.h"

namespace vexevt {
namespace {

std::string TriggerFile(std::initializer_list<std::string_view> triggers) {
  std::string text = "[[machine]]\nname = \"load\"\nstates = [\"normal\", \"high\"]\n";
  int n = 0;
  for (const std::string_view trigger : triggers) {
    text.append("[[workflow]]\nname = \"w").append(std::to_string(n++)).append("\"\n").append(trigger);
    text.append("\n[[workflow.step]]\nrun = [\"true\"]\n");
  }
  return text;
}

std::vector<std::uint32_t> SetOff(const Triggers& triggers, const Event& event, std::uint32_t load) {
  const auto frame = FrameOf(event);
  EventView view;
  EXPECT_TRUE(EventView::Bind(frame, &view));
  std::vector<std::uint32_t> found;
  triggers.Find(view, {&load, 1}, [&](std::uint32_t workflow) { found.push_back(workflow); });
  return found;
}

TEST(Triggers, FindTheWorkflowsThatAnEventSetsOff) {
  const auto file =
      ParseWorkflows(TriggerFile({"on = 'type = fs.create'", "on = 'path under /srv'", R"(match = "a \"b\"\\c")",
                                  "on = 'type = fs.create and state.load = high'", "on = 'state.load = high'"}),
                     "w.toml");
  ASSERT_TRUE(file.ok()) << file.status().message();
  const auto triggers = Triggers::Compile(*file, {});
  ASSERT_TRUE(triggers.ok()) << triggers.status().message();
  using Places = std::vector<std::uint32_t>;
  const Event create = SampleEvents()[1], rename = SampleEvents()[2];
  EXPECT_EQ(SetOff(*triggers, create, 0), (Places{0, 1}));
  EXPECT_EQ(SetOff(*triggers, create, 1), (Places{0, 1, 3, 4}));
  EXPECT_EQ(SetOff(*triggers, rename, 0), Places{1});
  Event match;
  match.type = kVexevtMatch;
  match.payload = MatchPayload{.pattern = "a \"b\"\\c"};
  EXPECT_EQ(SetOff(*triggers, match, 0), Places{2});
  match.payload = MatchPayload{.pattern = "a"};
  EXPECT_EQ(SetOff(*triggers, match, 1), Places{4});
  Event of_a_later_version;
  of_a_later_version.type = 0x3001;
  EXPECT_EQ(SetOff(*triggers, of_a_later_version, 1), Places{4});
}

TEST(Triggers, SayWhereAnExpressionIsWrong) {
  const auto error = [](std::string_view on) {
    const auto file = ParseWorkflows(TriggerFile({on}), "w.toml");
    EXPECT_TRUE(file.ok()) << file.status().message();
    return Triggers::Compile(*file, {}).status().message();
  };
  EXPECT_EQ(error("on = 'type = fs.crate'"), "w.toml:6:14: unknown type 'fs.crate' (did you mean 'fs.create'?)");
  EXPECT_EQ(error("on = 'state.load = hihg'"),
            "w.toml:6:20: machine 'load' has no state 'hihg' (did you mean 'high'?)");
}

}  // namespace
}  // namespace vexevt
