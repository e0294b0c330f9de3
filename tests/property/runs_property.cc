// Runs of random workflows with random outcomes, cancels and crashes at random points, held to what is promised of any
// run: what was done is undone once, the last first; nothing is undone that never began; it ends.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "lib/react/run.h"

namespace vexevt {
namespace {

Workflow RandomWorkflow() {
  Workflow workflow;
  const auto steps = *rc::gen::inRange<std::size_t>(1, 9);
  for (std::size_t i = 0; i < steps; ++i) {
    WorkflowStep step;
    step.name = std::to_string(i);
    for (std::uint32_t before = 0; before < i; ++before) {
      if (*rc::gen::weightedElement<bool>({{2, false}, {1, true}})) step.after.push_back(before);
    }
    step.retry = {.times = *rc::gen::inRange<std::uint32_t>(1, 4), .first_ns = 10, .most_ns = 40};
    step.timeout_ns = *rc::gen::element<std::uint64_t>(0, 25);
    step.idempotent = *rc::gen::arbitrary<bool>();
    if (*rc::gen::weightedElement<bool>({{3, true}, {1, false}})) step.undo = RunAction{};
    if (*rc::gen::weightedElement<bool>({{4, false}, {1, true}})) step.when.text = "x";
    workflow.steps.push_back(std::move(step));
  }
  workflow.timeout_ns = *rc::gen::element<std::uint64_t>(0, 0, 200);
  return workflow;
}

// What a world in which steps have effects would have seen.
struct World {
  std::vector<std::size_t> done;  // in the order of their completion; those that may have been done among them
  std::map<std::size_t, int> undone;
  std::vector<std::size_t> under_way;
};

void Perform(const std::vector<Task>& tasks, const Workflow& workflow, World* world) {
  for (const Task& task : tasks) {
    if (task.kind == Task::Kind::kStop) {
      RC_ASSERT(std::ranges::count(world->under_way, task.step) == 1);
      continue;
    }
    if (task.kind == Task::Kind::kDo) {
      for (std::uint32_t before : workflow.steps[task.step].after) {
        RC_ASSERT(std::ranges::count(world->under_way, before) == 0);
      }
      RC_ASSERT(world->undone.empty());
    } else {
      RC_ASSERT(world->under_way.empty());
      RC_ASSERT(workflow.steps[task.step].undo.has_value());
      // The last of what can be undone and is not.
      std::vector<std::size_t> left;
      for (std::size_t step : world->done) {
        if (workflow.steps[step].undo && world->undone[step] == 0) left.push_back(step);
      }
      RC_ASSERT(!left.empty());
      RC_ASSERT(left.back() == task.step);
    }
    RC_ASSERT(std::ranges::count(world->under_way, task.step) == 0);
    world->under_way.push_back(task.step);
  }
}

void Sort(const RunProgress& run, World* world) {
  std::ranges::sort(world->done, {}, [&](std::size_t step) { return run.steps[step].order; });
}

RC_GTEST_PROP(Run, UndoesWhatWasDoneOnceAndInReverse, ()) {
  const Workflow workflow = RandomWorkflow();
  int cancels = *rc::gen::inRange(0, 2), crashes = *rc::gen::inRange(0, 4);
  std::uint64_t now = 1000;
  World world;
  RunProgress run = NewRun(workflow, *rc::gen::arbitrary<std::uint64_t>(), now);
  const StepHolds when = [&](std::size_t step) { return step % 2 == 0; };
  int turns = 0;
  while (!HasEnded(run.state)) {
    RC_ASSERT(++turns < 2000);
    std::vector<Task> tasks;
    const std::vector<StepProgress> before = run.steps;
    Advance(workflow, now, when, &run, &tasks);
    // What waits to be tried again is given up with the run: from then on it counts as broken off, if it ever began.
    for (std::size_t i = 0; i < run.steps.size(); ++i) {
      if (before[i].state == StepState::kResting && run.state != RunState::kRunning && run.steps[i].begun) {
        world.done.push_back(i);
      }
    }
    Sort(run, &world);
    Perform(tasks, workflow, &world);
    if (HasEnded(run.state)) break;

    const int chance = *rc::gen::inRange(0, 100);
    if (chance < 5 && cancels-- > 0) {
      CancelRun("cancelled", &run);
    } else if (chance < 15 && crashes-- > 0) {
      const std::vector<std::size_t> lost = std::exchange(world.under_way, {});
      RecoverRun(workflow, now, &run);
      for (std::size_t step : lost) {
        if (run.steps[step].state == StepState::kFailed) world.done.push_back(step);
      }
    } else if (!world.under_way.empty() && (chance < 70 || NextDue(run) == 0)) {
      const std::size_t step = *rc::gen::elementOf(world.under_way);
      std::erase(world.under_way, step);
      const bool undo = run.steps[step].state == StepState::kUndoing;
      const auto outcome =
          *rc::gen::weightedElement<Outcome>({{6, Outcome::kDone}, {1, Outcome::kFailed}, {1, Outcome::kBroken}});
      StepEnded(workflow, step, outcome, "ended", *rc::gen::weightedElement<bool>({{9, false}, {1, true}}), now, &run);
      if (undo) {
        if (outcome == Outcome::kDone) ++world.undone[step];
      } else if (run.steps[step].state == StepState::kDone ||
                 (run.steps[step].state == StepState::kFailed && run.steps[step].begun)) {
        world.done.push_back(step);
      }
    } else {
      RC_ASSERT(NextDue(run) != 0u);  // else it would never end
      now = std::max(now, NextDue(run));
    }
  }
  RC_ASSERT(world.under_way.empty());
  for (std::size_t i = 0; i < workflow.steps.size(); ++i) {
    const bool was_done = std::ranges::count(world.done, i) == 1;
    const int undone = world.undone.contains(i) ? world.undone[i] : 0;
    RC_ASSERT(undone <= 1);
    RC_ASSERT(was_done || undone == 0);
    if (run.state == RunState::kDone) RC_ASSERT(undone == 0);
    if (run.state == RunState::kUndone) RC_ASSERT(undone == (was_done && workflow.steps[i].undo ? 1 : 0));
  }
}

}  // namespace
}  // namespace vexevt
