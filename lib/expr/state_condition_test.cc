#include "lib/expr/state_condition.h"

#include <gtest/gtest.h>

#include <vector>

#include "lib/event/testing/samples.h"

namespace vexevt {
namespace {

const std::vector<std::string> kLoadStates = {"normal", "high load", "degraded"}, kDoorStates = {"open", "shut"};

Result<StateCondition> CompileStates(std::string_view text) {
  const MachineStates machines[] = {{"load", kLoadStates}, {"door", kDoorStates}};
  return StateCondition::Compile(text, machines);
}

std::string ErrorOfStates(std::string_view text) {
  const auto condition = CompileStates(text);
  return condition.ok() ? "" : condition.status().message();
}

// Whether it holds for the file that SampleEvents has, /srv/build/obj/status.o, with the machines in these states.
bool HoldsIn(std::string_view text, std::uint32_t load, std::uint32_t door) {
  const auto condition = CompileStates(text);
  EXPECT_TRUE(condition.ok()) << condition.status().message();
  const auto frame = FrameOf(SampleEvents()[1]);
  EventView event;
  EXPECT_TRUE(EventView::Bind(frame, &event));
  const std::uint32_t states[] = {load, door};
  return condition->Matches(event, states);
}

TEST(StateCondition, AsksForStatesAndTheEvent) {
  EXPECT_TRUE(HoldsIn("state.load = normal", 0, 0));
  EXPECT_FALSE(HoldsIn("state.load = normal", 1, 0));
  EXPECT_TRUE(HoldsIn("state.load = \"high load\"", 1, 0));
  EXPECT_TRUE(HoldsIn("state.load != normal", 2, 0));
  EXPECT_TRUE(HoldsIn("state.load in (normal, degraded)", 2, 0));
  EXPECT_FALSE(HoldsIn("state.load not in (normal, degraded)", 2, 0));
  EXPECT_TRUE(HoldsIn("type = fs.create and state.load = normal and state.door = shut", 0, 1));
  EXPECT_FALSE(HoldsIn("type = fs.create and state.load = normal and state.door = shut", 0, 0));
  EXPECT_FALSE(HoldsIn("type = fs.delete and state.load = normal", 0, 0));
  EXPECT_TRUE(HoldsIn("type = fs.delete or state.load = normal", 0, 0));
  EXPECT_TRUE(HoldsIn("type = fs.create or state.load = normal", 1, 0));
  EXPECT_TRUE(HoldsIn("not (state.load = normal or pid = 1)", 1, 0));
  EXPECT_TRUE(HoldsIn("path under /srv", 2, 1));
}

TEST(StateCondition, TellsWhatTheEventAloneDecides) {
  EXPECT_EQ(CompileStates("type = fs.create and state.load = normal and pid = 1")->alone()->Print(),
            "type = fs.create and pid = 1");
  EXPECT_EQ(CompileStates("type = fs.create or state.load = normal")->alone(), nullptr);
  EXPECT_EQ(CompileStates("state.load = normal")->alone(), nullptr);
}

TEST(StateCondition, SaysWhereItIsWrong) {
  EXPECT_EQ(ErrorOfStates("pid = 1 and state.laod = normal"), "13: unknown machine 'laod' (did you mean 'load'?)");
  EXPECT_EQ(ErrorOfStates("state.load = norml"), "14: machine 'load' has no state 'norml' (did you mean 'normal'?)");
  EXPECT_EQ(ErrorOfStates("state.load in (normal, $x)"), "24: machine 'load' has no state '$x'");
  EXPECT_EQ(ErrorOfStates("state.load"), "11: 'state.load' is a state, which goes with '=', '!=', 'in' and 'not in'");
  EXPECT_EQ(ErrorOfStates("state.load > normal"),
            "12: 'state.load' is a state, which goes with '=', '!=', 'in' and 'not in'");
  EXPECT_EQ(ErrorOfStates("state.load = normal and pth = x"), "25: unknown field 'pth' (did you mean 'path'?)");
  EXPECT_EQ(ErrorOfStates("state.load = normal or pth = x"), "24: unknown field 'pth' (did you mean 'path'?)");
}

}  // namespace
}  // namespace vexevt
