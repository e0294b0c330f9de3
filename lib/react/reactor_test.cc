#include "lib/react/reactor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "lib/event/encode.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// An reactor on a folder of its own, whose workflows' commands write lines into its file `log`.
class ReactorTest : public ::testing::Test {
 protected:
  ReactorTest() {
    std::string name = std::filesystem::temp_directory_path() / "vexevt-reactor-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~ReactorTest() override {
    reactor_.reset();
    std::filesystem::remove_all(folder_);
  }

  // $LOG stands for the log.
  Definition DefinitionOf(std::string text) {
    for (std::size_t at; (at = text.find("$LOG")) != std::string::npos;) text.replace(at, 4, folder_ + "/log");
    auto file = ParseWorkflows(std::move(text), "w.toml");
    if (!file.ok()) ADD_FAILURE() << file.status().message();
    auto definition = CompileDefinition(std::move(*file));
    if (!definition.ok()) ADD_FAILURE() << definition.status().message();
    return std::move(*definition);
  }
  void Start(const std::string& text) {
    reactor_.reset();  // as killed: commands die with it, and what was not committed is gone
    auto store = RunStore::Open(folder_ + "/state", RunStore::Use::kRun);
    ASSERT_TRUE(store.ok()) << store.status().message();
    auto reactor = Reactor::Start(DefinitionOf(text), std::move(*store), SystemClock());
    ASSERT_TRUE(reactor.ok()) << reactor.status().message();
    reactor_ = std::move(*reactor);
    Turn();
  }

  void Turn() {
    const Outlet outlet = {.write =
                               [this](const Event& event) {
                                 ids_.push_back(event.id);
                                 told_.push_back(TextOf(event));
                               },
                           .flush = [] { return Status(); }};
    Status status = reactor_->Turn(outlet);
    ASSERT_TRUE(status.ok()) << status.message();
    for (std::string& message : reactor_->TakeMessages()) messages_.push_back(std::move(message));
  }
  // Until something is so, while time and commands go on.
  void WaitFor(const std::function<bool()>& holds) {
    while (!holds()) {
      const std::uint64_t due = reactor_->next_due_ns(), now = SystemClock().Now().mono_ns;
      const std::uint64_t wait_ms = due <= now ? 0 : std::min<std::uint64_t>((due - now) / kNsPerMs + 1, 100);
      pollfd waiting{.fd = reactor_->fd(), .events = POLLIN, .revents = 0};
      ::poll(&waiting, 1, static_cast<int>(wait_ms));
      Turn();
    }
  }
  void Finish() {
    WaitFor([this] { return !reactor_->has_work(); });
  }

  void See(std::uint64_t sequence, const std::string& path, std::uint32_t pid = 0) {
    Event event;
    event.id = {9, sequence};
    event.type = kFsDelete;
    event.wall_ns = SystemClock().Now().wall_ns;
    event.pid = pid;
    event.payload = FsPayload{.path = path};
    std::vector<std::byte> frame;
    AppendFrame(event, &frame);
    EventView view;
    ASSERT_TRUE(EventView::Bind(frame, &view));
    reactor_->See({&view, 1});
    Turn();
  }

  static std::string TextOf(const Event& event) {
    if (const auto* action = std::get_if<ActionPayload>(&event.payload)) {
      return std::string(action->step) + ": " + std::string(action->outcome);
    }
    if (const auto* audit = std::get_if<AuditPayload>(&event.payload)) {
      return std::string(audit->operation) + " " + std::string(audit->object) + " " + std::string(audit->outcome);
    }
    return std::string(KnownTypeName(event.type));
  }

  std::vector<std::string> Log() const {
    std::ifstream file(folder_ + "/log");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  RunRecord RunOf(std::uint64_t id) const {
    auto store = RunStore::Open(folder_ + "/state", RunStore::Use::kVisit);
    auto run = (*store)->FindRun(id);
    return run.ok() && *run ? **run : RunRecord{};
  }
  void Ask(RequestKind kind, std::uint64_t run) {
    auto store = RunStore::Open(folder_ + "/state", RunStore::Use::kVisit);
    ASSERT_TRUE((*store)->AddRequest({kind, run}).ok());
    ASSERT_TRUE((*store)->Commit().ok());
    reactor_->LookForRequests();
    Turn();
  }

  std::string folder_;
  std::unique_ptr<Reactor> reactor_;
  std::vector<std::string> told_, messages_;
  std::vector<EventId> ids_;
};

// Two steps; the second hangs where `folder/hang` is there, and fails where `folder/fail` is.
constexpr char kTwoSteps[] = R"(
[[workflow]]
name = "w"
on = 'type = fs.delete'
[[workflow.step]]
name = "a"
run = ["sh", "-c", "echo a $1 >>$LOG", "sh", "{path}"]
undo = { run = ["sh", "-c", "echo undo a $1 >>$LOG", "sh", "{path}"] }
[[workflow.step]]
name = "b"
after = ["a"]
run = ["sh", "-c", "echo b $VEXEVT_ATTEMPT >>$LOG; [ ! -e $LOG.hang ] || sleep 100; [ ! -e $LOG.fail ]"]
undo = { run = ["sh", "-c", "echo undo b >>$LOG; [ ! -e $LOG.stuck ]"] }
)";

TEST_F(ReactorTest, RunsTheStepsAndTellsOfThem) {
  Start(kTwoSteps);
  See(1, "/x y");
  Finish();
  EXPECT_THAT(Log(), ElementsAre("a /x y", "b 1"));
  EXPECT_THAT(told_, ElementsAre("run w began", "a: started", "a: done", "b: started", "b: done", "run w done"));
  EXPECT_EQ(RunOf(1).progress.state, RunState::kDone);
  EXPECT_EQ(reactor_->counts().done, 1u);
}

TEST_F(ReactorTest, UndoesInReverse) {
  Start(std::string(kTwoSteps) + "[[workflow.step]]\nname = 'c'\nafter = ['b']\nrun = ['false']\n");
  See(1, "/x");
  Finish();
  EXPECT_THAT(Log(), ElementsAre("a /x", "b 1", "undo b", "undo a /x"));
  EXPECT_EQ(RunOf(1).progress.reason, "step 'c' exited with status 1");
  EXPECT_THAT(messages_, ElementsAre("workflow 'w': run 1 was undone: step 'c' exited with status 1"));
}

TEST_F(ReactorTest, UndoesAfterACrashWhatMayHaveBeenDone) {
  std::ofstream(folder_ + "/log.hang");
  Start(kTwoSteps);
  See(1, "/x");
  WaitFor([this] { return Log().size() == 2; });
  std::filesystem::remove(folder_ + "/log.hang");
  Start(kTwoSteps);
  Finish();
  EXPECT_THAT(Log(), ElementsAre("a /x", "b 1", "undo b", "undo a /x"));
  EXPECT_EQ(RunOf(1).progress.state, RunState::kUndone);
}

TEST_F(ReactorTest, DoesAgainAfterACrashWhatIsIdempotent) {
  std::ofstream(folder_ + "/log.hang");
  const std::string text = std::string(kTwoSteps) + "idempotent = true\n";
  Start(text);
  See(1, "/x");
  WaitFor([this] { return Log().size() == 2; });
  std::filesystem::remove(folder_ + "/log.hang");
  Start(text);
  Finish();
  EXPECT_THAT(Log(), ElementsAre("a /x", "b 1", "b 1"));
  EXPECT_EQ(RunOf(1).progress.state, RunState::kDone);
}

TEST_F(ReactorTest, GoesOnUnderTheTextWithWhichARunBegan) {
  std::ofstream(folder_ + "/log.hang");
  Start(kTwoSteps);
  See(1, "/x");
  WaitFor([this] { return Log().size() == 2; });
  Start("[[workflow]]\nname = 'other'\non = 'type = fs.create'\n[[workflow.step]]\nname = 'z'\nrun = ['true']\n");
  Finish();
  EXPECT_THAT(Log(), ElementsAre("a /x", "b 1", "undo b", "undo a /x"));
}

TEST_F(ReactorTest, AReloadLeavesRunsAsTheyWere) {
  std::ofstream(folder_ + "/log.hang");
  std::ofstream(folder_ + "/log.fail");
  Start(kTwoSteps);
  See(1, "/x");
  WaitFor([this] { return Log().size() == 2; });
  ASSERT_TRUE(reactor_
                  ->Reload(DefinitionOf("[[workflow]]\nname = 'w'\non = 'type = fs.delete'\n[[workflow.step]]\n"
                                        "name = 'new'\nrun = ['sh', '-c', 'echo new >>$LOG']\n"))
                  .ok());
  See(2, "/y");
  WaitFor([this] { return Log().size() == 3; });
  Ask(RequestKind::kCancel, 1);
  Finish();
  EXPECT_THAT(Log(), ElementsAre("a /x", "b 1", "new", "undo b", "undo a /x"));
  EXPECT_EQ(RunOf(1).progress.reason, "it was cancelled");
  EXPECT_EQ(RunOf(2).progress.state, RunState::kDone);
}

TEST_F(ReactorTest, AnEventThatIsReadAgainBeginsNoSecondRun) {
  Start(kTwoSteps);
  See(1, "/x");
  Finish();
  Start(kTwoSteps);
  See(1, "/x");
  See(2, "/y");
  Finish();
  EXPECT_THAT(Log(), ElementsAre("a /x", "b 1", "a /y", "b 1"));
}

TEST_F(ReactorTest, StaysStuckUntilItIsRetried) {
  std::ofstream(folder_ + "/log.fail");
  std::ofstream(folder_ + "/log.stuck");
  std::string text = kTwoSteps;
  Start(text + "[[workflow.step]]\nname = 'c'\nafter = ['a']\nrun = ['sleep', '100']\n");
  See(1, "/x");
  // b says that it did nothing, and c is stopped: only a is undone.
  Finish();
  EXPECT_THAT(Log(), ElementsAre("a /x", "b 1", "undo a /x"));
  std::filesystem::remove(folder_ + "/log.fail");
  Start(text + "[[workflow.step]]\nname = 'd'\nafter = ['b']\nrun = ['false']\n");
  See(2, "/y");
  Finish();
  EXPECT_THAT(Log(), ElementsAre("a /x", "b 1", "undo a /x", "a /y", "b 1", "undo b"));
  EXPECT_EQ(RunOf(2).progress.state, RunState::kStuck);
  EXPECT_EQ(reactor_->counts().dead_letters, 1u);
  std::filesystem::remove(folder_ + "/log.stuck");
  Ask(RequestKind::kRetry, 2);
  Finish();
  EXPECT_EQ(Log().back(), "undo a /y");
  EXPECT_EQ(RunOf(2).progress.state, RunState::kUndone);
}

TEST_F(ReactorTest, WhatWasUndoneRunsAnewWhenItIsRetried) {
  std::ofstream(folder_ + "/log.fail");
  Start(kTwoSteps);
  See(1, "/x");
  Finish();
  EXPECT_EQ(RunOf(1).progress.state, RunState::kUndone);
  std::filesystem::remove(folder_ + "/log.fail");
  Ask(RequestKind::kRetry, 1);
  Finish();
  EXPECT_EQ(RunOf(2).progress.state, RunState::kDone);
  EXPECT_THAT(Log(), ElementsAre("a /x", "b 1", "undo a /x", "a /x", "b 1"));
}

TEST_F(ReactorTest, WhatWaitsSurvives) {
  std::ofstream(folder_ + "/log.hang");
  std::string text = kTwoSteps;
  text.replace(text.find("on ="), 0, "concurrency = 1\nqueue = 2\n");
  Start(text);
  for (std::uint64_t i = 1; i <= 4; ++i) See(i, "/" + std::to_string(i));
  WaitFor([this] { return Log().size() == 2; });
  EXPECT_THAT(messages_, ElementsAre("workflow 'w': the queue was full: an event was given up"));
  std::filesystem::remove(folder_ + "/log.hang");
  Start(text);
  Finish();
  EXPECT_THAT(Log(), ElementsAre("a /1", "b 1", "undo b", "undo a /1", "a /2", "b 1", "a /3", "b 1"));
  Start(text);
  EXPECT_FALSE(reactor_->has_work());
}

TEST_F(ReactorTest, WhatWaitsForAWorkflowThatIsNoMoreIsADeadLetter) {
  std::string text = kTwoSteps;
  text.replace(text.find("on ="), 0, "debounce = { idle = '1h' }\n");
  const std::string other =
      "[[workflow]]\nname = 'other'\non = 'type = fs.create'\n[[workflow.step]]\nrun = ['true']\n";
  Start(text);
  See(1, "/1");
  ASSERT_TRUE(reactor_->Reload(DefinitionOf(other)).ok());
  Turn();
  EXPECT_THAT(messages_, ElementsAre("workflow 'w': there is no such workflow any more: an event was given up"));
  EXPECT_FALSE(reactor_->has_work());
  Start(text);
  See(2, "/2");
  ASSERT_TRUE(reactor_->Save().ok());
  Start(other);
  EXPECT_EQ(reactor_->counts().dead_letters, 1u);
}

TEST_F(ReactorTest, WhatADebounceHoldsSurvivesOnceItIsSaved) {
  std::string text = kTwoSteps;
  const std::size_t at = text.find("on =");
  Start(std::string(text).insert(at, "debounce = { idle = '1h' }\n"));
  See(1, "/1");
  See(2, "/2");
  ASSERT_TRUE(reactor_->Save().ok());
  text.insert(at, "debounce = { idle = '1ms' }\n");
  Start(text);
  Finish();
  EXPECT_THAT(Log(), ElementsAre("a /2", "b 1"));
  EXPECT_EQ(RunOf(1).count, 2u);
  Start(text);
  EXPECT_FALSE(reactor_->has_work());
}

TEST_F(ReactorTest, ACooldownSurvives) {
  std::string text = kTwoSteps;
  text.replace(text.find("on ="), 0, "cooldown = '1h'\n");
  Start(text);
  See(1, "/1");
  Finish();
  Start(text);
  See(2, "/2");
  Finish();
  EXPECT_THAT(Log(), ElementsAre("a /1", "b 1"));
  EXPECT_EQ(told_.back(), "trigger w cooldown");
}

TEST_F(ReactorTest, WhatIsEmittedHasTheSameIdAgain) {
  const std::string text = R"(
[[workflow]]
name = "w"
on = 'type = fs.delete'
[[workflow.step]]
name = "tell"
emit = { type = "vexevt.alert", "attr.path" = "{path}" }
)";
  Start(text);
  See(1, "/x");
  Finish();
  ASSERT_THAT(told_, ElementsAre("run w began", "tell: started", "vexevt.alert", "tell: done", "run w done"));
  const EventId id = ids_[2];
  Ask(RequestKind::kRetry, 1);  // of a run that is done: nothing
  EXPECT_THAT(told_, SizeIs(6));
  See(2, "/y");
  Finish();
  EXPECT_NE(ids_.at(8), id);
}

TEST_F(ReactorTest, SetsMachinesThatExpressionsAskFor) {
  const std::string text = R"(
[[machine]]
name = "load"
states = ["normal", "high"]
[[workflow]]
name = "first"
on = 'type = fs.delete and state.load = normal'
[[workflow.step]]
name = "up"
set = { load = "high" }
[[workflow]]
name = "second"
on = 'type = fs.delete and state.load = high'
[[workflow.step]]
name = "log"
run = ["sh", "-c", "echo high >>$LOG"]
)";
  Start(text);
  See(1, "/x");
  Finish();
  EXPECT_THAT(told_, ElementsAre("run first began", "up: started", "state load high", "up: done", "run first done"));
  Start(text);
  See(2, "/x");
  Finish();
  EXPECT_THAT(Log(), ElementsAre("high"));
}

TEST_F(ReactorTest, DrainingBeginsNothingNew) {
  Start(kTwoSteps);
  See(1, "/x");
  reactor_->Drain();
  WaitFor([this] { return !reactor_->acting(); });
  EXPECT_THAT(Log(), ElementsAre("a /x"));
  Start(kTwoSteps);
  Finish();
  EXPECT_THAT(Log(), ElementsAre("a /x", "b 1"));
}

TEST_F(ReactorTest, DoesNotActOnWhatItsCommandsDo) {
  std::ofstream(folder_ + "/log.hang");
  Start(kTwoSteps);
  See(1, "/x");
  WaitFor([this] { return Log().size() == 2; });
  See(2, "/y", static_cast<std::uint32_t>(::getpid()));
  EXPECT_EQ(reactor_->counts().loops, 1u);
  EXPECT_EQ(told_.back(), "trigger w caused by ourselves");
  std::filesystem::remove(folder_ + "/log.hang");
  Ask(RequestKind::kCancel, 1);
  Finish();
  EXPECT_EQ(reactor_->counts().begun, 1u);
}

TEST_F(ReactorTest, AStepWhoseTimeIsOverIsEndedAndUndone) {
  std::ofstream(folder_ + "/log.hang");
  Start(std::string(kTwoSteps) + "timeout = '1s'\n");
  See(1, "/x");
  Finish();
  EXPECT_THAT(Log(), ElementsAre("a /x", "b 1", "undo b", "undo a /x"));
  EXPECT_EQ(RunOf(1).progress.reason, "step 'b' took longer than it may");
}

TEST_F(ReactorTest, ABreakerKeepsWhatFailsFromBeingTried) {
  std::ofstream(folder_ + "/log.fail");
  Start(std::string(kTwoSteps) + "breaker = { failures = 2, open = '1h' }\n");
  for (std::uint64_t i = 1; i <= 3; ++i) {
    See(i, "/x");
    Finish();
  }
  EXPECT_EQ(std::ranges::count(Log(), "b 1"), 2);
  EXPECT_EQ(RunOf(3).progress.reason, "step 'b' was not tried: it had failed too often");
}

TEST_F(ReactorTest, WhatCannotBeFilledInIsNotBegun) {
  Start(
      "[[workflow]]\nname = 'w'\non = 'type = fs.delete'\n[[workflow.step]]\nname = 'a'\nrun = ['rm', '{path2}/x']\n"
      "retry = { times = 9 }\n");
  See(1, "/x");
  Finish();
  EXPECT_EQ(RunOf(1).progress.reason, "step 'a' cannot begin: the event has no 'path2'");
  EXPECT_THAT(told_, ElementsAre("run w began", "a: failed", "run w undone"));
}

TEST_F(ReactorTest, WritesEventsToEndpoints) {
  std::string text =
      "[[workflow]]\nname = 'w'\non = 'type = fs.delete'\n[[workflow.step]]\nname = 'a'\nwrite = '$LOG'\n";
  Start(text);
  See(1, "/x");
  See(2, "/y");
  Finish();
  EXPECT_EQ(reactor_->counts().done, 2u);
  auto written = ReadFile(folder_ + "/log", 4096);
  ASSERT_TRUE(written.ok());
  EXPECT_THAT(*written, AllOf(HasSubstr("/x"), HasSubstr("/y")));
}

}  // namespace
}  // namespace vexevt
