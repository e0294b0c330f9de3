#include "lib/react/machines.h"

#include <gtest/gtest.h>

#include "lib/event/testing/samples.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kSec = 1'000'000'000;

constexpr std::string_view kMachinesFile = R"(
[[machine]]
name = "load"
states = ["normal", "high-load", "degraded"]
[[machine.transition]]
from = "normal"
to = "high-load"
on = 'type = observability.metric and observability.value > 8'
[[machine.transition]]
from = "high-load"
to = "degraded"
on = 'type = observability.metric and observability.value > 50'
[[machine.transition]]
from = "*"
to = "high-load"
on = 'type = observability.metric and observability.value > 6 and state.load = high-load'
[[machine.transition]]
from = ["high-load", "degraded"]
to = "normal"
after = "5s"

[[machine]]
name = "pager"
states = ["quiet", "loud"]
[[machine.transition]]
from = "quiet"
to = "loud"
on = 'state.load != normal'

[[workflow]]
name = "w"
on = 'type = observability.metric and state.pager = loud'
[[workflow.step]]
set = { load = "normal" }
)";

class MachinesTrial {
 public:
  MachinesTrial() : machines(Compiled()) {}

  static Machines Compiled() {
    const auto file = ParseWorkflows(std::string(kMachinesFile), "w.toml");
    EXPECT_TRUE(file.ok()) << file.status().message();
    auto compiled = Machines::Compile(*file, {}, 0);
    EXPECT_TRUE(compiled.ok()) << compiled.status().message();
    return std::move(*compiled);
  }

  void See(double value, std::uint64_t at) {
    Event event;
    event.type = 0x0801;
    event.payload = ObservabilityPayload{.name = "load", .value = value};
    const auto frame = FrameOf(event);
    EventView view;
    EXPECT_TRUE(EventView::Bind(frame, &view));
    machines.See(view, at * kSec, Tell());
  }

  Machines::Tell Tell() {
    return [this](const StateChange& change) {
      told.append(told.empty() ? "" : ", ").append(change.machine).append(" ").append(change.from).append(" > ");
      told.append(change.to);
    };
  }
  std::string Told() { return std::exchange(told, {}); }

  Machines machines;
  std::string told;
};

TEST(Machines, AskForTheTypesOfTheirTransitions) {
  const auto file = ParseWorkflows(std::string(kMachinesFile), "w.toml");
  ASSERT_TRUE(file.ok());
  WorkflowsFile load_alone = *file;
  load_alone.machines.resize(1);
  const auto machines = Machines::Compile(load_alone, {}, 0);
  ASSERT_TRUE(machines.ok()) << machines.status().message();
  EXPECT_TRUE(machines->AsksFor(0x0801));
  EXPECT_FALSE(machines->AsksFor(kFsCreate));
}

TEST(Machines, GoByEventsAndTime) {
  MachinesTrial trial;
  EXPECT_EQ(trial.machines.next_deadline_ns(), std::nullopt);
  trial.See(7, 1);
  EXPECT_EQ(trial.Told(), "");
  trial.See(60, 1);  // one step at a time, and the pager sees the state before
  EXPECT_EQ(trial.Told(), "load normal > high-load");
  EXPECT_EQ(trial.machines.next_deadline_ns(), 6 * kSec);
  trial.See(60, 3);
  EXPECT_EQ(trial.Told(), "load high-load > degraded, pager quiet > loud");
  EXPECT_EQ(trial.machines.next_deadline_ns(), 8 * kSec);
  trial.machines.Advance(8 * kSec - 1, trial.Tell());
  EXPECT_EQ(trial.Told(), "");
  trial.machines.Advance(8 * kSec, trial.Tell());
  EXPECT_EQ(trial.Told(), "load degraded > normal");
  EXPECT_EQ(trial.machines.states()[0], 0u);
  EXPECT_EQ(trial.machines.states()[1], 1u);
}

TEST(Machines, ATransitionIntoTheSameStateBeginsItsTimeAnew) {
  MachinesTrial trial;
  trial.See(9, 1);
  trial.See(7, 5);
  EXPECT_EQ(trial.Told(), "load normal > high-load, pager quiet > loud");
  EXPECT_EQ(trial.machines.next_deadline_ns(), 10 * kSec);
}

TEST(Machines, AreSetAndKept) {
  MachinesTrial trial;
  trial.machines.Set("load", "degraded", 2 * kSec, trial.Tell());
  trial.machines.Set("load", "degraded", 3 * kSec, trial.Tell());
  trial.machines.Set("load", "gone", 3 * kSec, trial.Tell());
  trial.machines.Set("gone", "degraded", 3 * kSec, trial.Tell());
  EXPECT_EQ(trial.Told(), "load normal > degraded");
  std::vector<KeptMachine> kept = trial.machines.Keep();
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].state, "degraded");
  EXPECT_EQ(kept[0].since_ns, 3 * kSec);

  kept[1].state = "renamed";
  kept.push_back({"removed", "x", 1});
  MachinesTrial again;
  again.machines.Restore(kept);
  EXPECT_EQ(again.machines.states()[0], 2u);
  EXPECT_EQ(again.machines.states()[1], 0u);
  again.machines.Advance(100 * kSec, again.Tell());
  EXPECT_EQ(again.Told(), "load degraded > normal");
  EXPECT_EQ(again.machines.next_deadline_ns(), std::nullopt);
}

TEST(Machines, SayWhereAnExpressionIsWrong) {
  const auto error = [](std::string_view on) {
    const auto file = ParseWorkflows(
        "[[machine]]\nname = \"m\"\nstates = [\"a\", \"b\"]\n[[machine.transition]]\n"
        "from = \"a\"\nto = \"b\"\non = '" +
            std::string(on) +
            "'\n[[workflow]]\nname = \"w\"\non = 'pid = 1'\n"
            "[[workflow.step]]\nrun = [\"true\"]\n",
        "w.toml");
    EXPECT_TRUE(file.ok()) << file.status().message();
    return Machines::Compile(*file, {}, 0).status().message();
  };
  EXPECT_EQ(error("pth = x"), "w.toml:7:7: unknown field 'pth' (did you mean 'path'?)");
  EXPECT_EQ(error("pid = 1 and state.n = b"), "w.toml:7:19: unknown machine 'n' (did you mean 'm'?)");
  EXPECT_EQ(error("state.m = bb"), "w.toml:7:17: machine 'm' has no state 'bb' (did you mean 'b'?)");
}

}  // namespace
}  // namespace vexevt
