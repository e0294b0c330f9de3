#include "lib/react/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/base/clock.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr auto kDo = Task::Kind::kDo;
constexpr auto kUndo = Task::Kind::kUndo;
constexpr auto kStop = Task::Kind::kStop;

WorkflowStep StepAfter(std::string name, std::vector<std::uint32_t> after = {}) {
  WorkflowStep step;
  step.name = std::move(name);
  step.after = std::move(after);
  step.timeout_ns = 0;
  step.action = RunAction{};
  step.undo = RunAction{};
  return step;
}

// Three steps in a row, each with an undo.
Workflow InARow() {
  Workflow workflow;
  workflow.steps = {StepAfter("a"), StepAfter("b", {0}), StepAfter("c", {1})};
  return workflow;
}

class RunOf {
 public:
  explicit RunOf(Workflow workflow) : workflow_(std::move(workflow)), run_(NewRun(workflow_, 7, now_)) {}

  std::vector<Task> Go() {
    std::vector<Task> tasks;
    Advance(
        workflow_, now_, [this](std::size_t step) { return holds_(step); }, &run_, &tasks);
    return tasks;
  }
  std::vector<Task> End(std::size_t step, Outcome outcome, bool final = false) {
    StepEnded(workflow_, step, outcome, outcome == Outcome::kDone ? "done" : "exited with status 1", final, now_,
              &run_);
    return Go();
  }
  // To when it next has something to do by itself.
  std::vector<Task> Wait() {
    EXPECT_NE(NextDue(run_), 0u);
    now_ = std::max(now_, NextDue(run_));
    return Go();
  }

  Workflow workflow_;
  std::uint64_t now_ = 1'000 * kNsPerSecond;
  std::function<bool(std::size_t)> holds_ = [](std::size_t) { return true; };
  RunProgress run_;
};

TEST(Run, GoesThroughItsStepsInTheirOrder) {
  RunOf run(InARow());
  EXPECT_THAT(run.Go(), ElementsAre(Task{kDo, 0}));
  EXPECT_THAT(run.Go(), IsEmpty());
  EXPECT_THAT(run.End(0, Outcome::kDone), ElementsAre(Task{kDo, 1}));
  EXPECT_THAT(run.End(1, Outcome::kDone), ElementsAre(Task{kDo, 2}));
  EXPECT_THAT(run.End(2, Outcome::kDone), IsEmpty());
  EXPECT_EQ(run.run_.state, RunState::kDone);
  EXPECT_EQ(NextDue(run.run_), 0u);
}

TEST(Run, GoesSideBySideWhereItCan) {
  Workflow workflow;
  workflow.steps = {StepAfter("join", {1, 2}), StepAfter("left"), StepAfter("right")};
  RunOf run(std::move(workflow));
  EXPECT_THAT(run.Go(), UnorderedElementsAre(Task{kDo, 1}, Task{kDo, 2}));
  EXPECT_THAT(run.End(2, Outcome::kDone), IsEmpty());
  EXPECT_THAT(run.End(1, Outcome::kDone), ElementsAre(Task{kDo, 0}));
}

TEST(Run, SkipsWhatShallNotBe) {
  Workflow workflow = InARow();
  std::swap(workflow.steps[0], workflow.steps[2]);  // c, b, a: what comes first stands last
  workflow.steps[0].after = {1};
  workflow.steps[1].after = {2};
  workflow.steps[2].after = {};
  workflow.steps[1].when.text = workflow.steps[2].when.text = "pid = 1";
  RunOf run(std::move(workflow));
  run.holds_ = [](std::size_t) { return false; };
  EXPECT_THAT(run.Go(), ElementsAre(Task{kDo, 0}));
  EXPECT_EQ(run.run_.steps[1].state, StepState::kSkipped);
  run.End(0, Outcome::kDone);
  EXPECT_EQ(run.run_.state, RunState::kDone);
}

TEST(Run, UndoesWhatWasDoneTheLastFirst) {
  RunOf run(InARow());
  run.Go();
  run.End(0, Outcome::kDone);
  run.End(1, Outcome::kDone);
  EXPECT_THAT(run.End(2, Outcome::kFailed), ElementsAre(Task{kUndo, 1}));
  EXPECT_EQ(run.run_.reason, "step 'c' exited with status 1");
  EXPECT_THAT(run.End(1, Outcome::kDone), ElementsAre(Task{kUndo, 0}));
  EXPECT_THAT(run.End(0, Outcome::kDone), IsEmpty());
  EXPECT_EQ(run.run_.state, RunState::kUndone);
  EXPECT_EQ(run.run_.steps[2].state, StepState::kFailed);
}

TEST(Run, UndoesAlsoWhatWasBrokenOff) {
  RunOf run(InARow());
  run.Go();
  run.End(0, Outcome::kDone);
  EXPECT_THAT(run.End(1, Outcome::kBroken), ElementsAre(Task{kUndo, 1}));
  EXPECT_THAT(run.End(1, Outcome::kDone), ElementsAre(Task{kUndo, 0}));
}

TEST(Run, StopsWhatIsUnderWayBesideAFailure) {
  Workflow workflow;
  workflow.steps = {StepAfter("a"), StepAfter("b")};
  RunOf run(std::move(workflow));
  run.Go();
  EXPECT_THAT(run.End(0, Outcome::kFailed), ElementsAre(Task{kStop, 1}));
  EXPECT_THAT(run.Go(), IsEmpty());
  EXPECT_THAT(run.End(1, Outcome::kBroken), ElementsAre(Task{kUndo, 1}));
  EXPECT_EQ(run.run_.reason, "step 'a' exited with status 1");
}

TEST(Run, TriesAgainAsOftenAsItMay) {
  Workflow workflow;
  workflow.steps = {StepAfter("a")};
  workflow.steps[0].retry = {.times = 3, .first_ns = kNsPerSecond, .most_ns = 60 * kNsPerSecond};
  RunOf run(std::move(workflow));
  run.Go();
  EXPECT_THAT(run.End(0, Outcome::kFailed), IsEmpty());
  EXPECT_THAT(run.Wait(), ElementsAre(Task{kDo, 0}));
  EXPECT_THAT(run.End(0, Outcome::kBroken), IsEmpty());
  EXPECT_THAT(run.Wait(), ElementsAre(Task{kDo, 0}));
  // The last attempt did nothing, the one before it may have.
  EXPECT_THAT(run.End(0, Outcome::kFailed), ElementsAre(Task{kUndo, 0}));
}

TEST(Run, DoesNotTryAgainWhatCannotSucceed) {
  Workflow workflow;
  workflow.steps = {StepAfter("a")};
  workflow.steps[0].retry.times = 3;
  RunOf run(std::move(workflow));
  run.Go();
  EXPECT_THAT(run.End(0, Outcome::kFailed, true), IsEmpty());
  EXPECT_EQ(run.run_.state, RunState::kUndone);
}

TEST(Run, WaitsLongerEachTimeAndNeverLongerThanItMay) {
  const StepRetry policy{.times = 100, .first_ns = 1000, .most_ns = 10'000};
  const std::uint64_t full[] = {1000, 2000, 4000, 8000, 10'000, 10'000};
  for (std::uint32_t i = 0; i < std::size(full); ++i) {
    const std::uint64_t wait = BackOff(policy, i + 2, 7, 0);
    EXPECT_LE(wait, full[i]);
    EXPECT_GT(wait, full[i] / 2);
    EXPECT_EQ(wait, BackOff(policy, i + 2, 7, 0));
  }
  EXPECT_NE(BackOff(policy, 6, 7, 0), BackOff(policy, 6, 8, 0));
  EXPECT_EQ(BackOff({.times = 2, .first_ns = 0, .most_ns = 0}, 2, 7, 0), 0u);
  EXPECT_LE(BackOff({.times = 2, .first_ns = ~0ULL, .most_ns = ~0ULL}, 90, 7, 0), ~0ULL);
}

TEST(Run, StopsAStepWhoseTimeIsOver) {
  Workflow workflow = InARow();
  workflow.steps[0].timeout_ns = 5 * kNsPerSecond;
  RunOf run(std::move(workflow));
  run.Go();
  EXPECT_THAT(run.Wait(), ElementsAre(Task{kStop, 0}));
  EXPECT_EQ(NextDue(run.run_), 0u);
  EXPECT_THAT(run.End(0, Outcome::kBroken), ElementsAre(Task{kUndo, 0}));
}

TEST(Run, IsUndoneWhenItsTimeIsOver) {
  Workflow workflow = InARow();
  workflow.timeout_ns = 5 * kNsPerSecond;
  RunOf run(std::move(workflow));
  run.Go();
  run.End(0, Outcome::kDone);
  EXPECT_THAT(run.Wait(), ElementsAre(Task{kStop, 1}));
  EXPECT_THAT(run.End(1, Outcome::kBroken), ElementsAre(Task{kUndo, 1}));
  EXPECT_EQ(run.run_.reason, "its time was over");
}

TEST(Run, IsUndoneWhenItIsCancelled) {
  Workflow workflow = InARow();
  workflow.steps[1].retry.times = 5;
  RunOf run(std::move(workflow));
  run.Go();
  run.End(0, Outcome::kDone);
  run.End(1, Outcome::kFailed);  // and waits
  CancelRun("it was cancelled", &run.run_);
  EXPECT_THAT(run.Go(), ElementsAre(Task{kUndo, 0}));
  CancelRun("it was cancelled again", &run.run_);
  EXPECT_EQ(run.run_.reason, "it was cancelled");
}

TEST(Run, StaysStuckWhereAnUndoFailsUntilItIsRetried) {
  Workflow workflow = InARow();
  workflow.steps[1].retry.times = 2;
  RunOf run(std::move(workflow));
  run.Go();
  run.End(0, Outcome::kDone);
  run.End(1, Outcome::kDone);
  run.End(2, Outcome::kFailed);
  EXPECT_THAT(run.End(1, Outcome::kFailed), IsEmpty());
  EXPECT_THAT(run.Wait(), ElementsAre(Task{kUndo, 1}));
  EXPECT_THAT(run.End(1, Outcome::kFailed), IsEmpty());
  EXPECT_EQ(run.run_.state, RunState::kStuck);
  RetryUndo(run.now_, &run.run_);
  EXPECT_THAT(run.Go(), ElementsAre(Task{kUndo, 1}));
  EXPECT_THAT(run.End(1, Outcome::kDone), ElementsAre(Task{kUndo, 0}));
  run.End(0, Outcome::kDone);
  EXPECT_EQ(run.run_.state, RunState::kUndone);
}

TEST(Run, AfterACrashDoesAgainWhatIsIdempotent) {
  Workflow workflow = InARow();
  workflow.steps[1].idempotent = true;
  RunOf run(std::move(workflow));
  run.Go();
  run.End(0, Outcome::kDone);
  RecoverRun(run.workflow_, run.now_, &run.run_);
  EXPECT_THAT(run.Go(), ElementsAre(Task{kDo, 1}));
  EXPECT_EQ(run.run_.steps[1].attempts, 1u);
  // What was begun may have been done by the one that was killed.
  EXPECT_THAT(run.End(1, Outcome::kFailed), ElementsAre(Task{kUndo, 1}));
}

TEST(Run, AfterACrashUndoesWhatMayHaveBeenDone) {
  RunOf run(InARow());
  run.Go();
  run.End(0, Outcome::kDone);
  RecoverRun(run.workflow_, run.now_, &run.run_);
  EXPECT_THAT(run.Go(), ElementsAre(Task{kUndo, 1}));
  RecoverRun(run.workflow_, run.now_, &run.run_);  // and killed again
  EXPECT_THAT(run.Go(), ElementsAre(Task{kUndo, 1}));
  EXPECT_THAT(run.End(1, Outcome::kDone), ElementsAre(Task{kUndo, 0}));
  EXPECT_EQ(run.run_.reason, "step 'b' was broken off, as vexevt-react ended");
}

}  // namespace
}  // namespace vexevt
