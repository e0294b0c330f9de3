#include "lib/react/run_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "lib/event/encode.h"
#include "lib/react/database.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class RunStoreTest : public ::testing::Test {
 protected:
  RunStoreTest() {
    std::string name = std::filesystem::temp_directory_path() / "vexevt-store-XXXXXX";
    root_ = ::mkdtemp(name.data());
    folder_ = root_ + "/deep/state";
  }
  ~RunStoreTest() override { std::filesystem::remove_all(root_); }

  std::unique_ptr<RunStore> Open(RunStore::Use use = RunStore::Use::kRun) {
    auto store = RunStore::Open(folder_, use);
    if (store.ok()) return std::move(*store);
    ADD_FAILURE() << store.status().message();
    return nullptr;
  }
  std::string Refusal(RunStore::Use use = RunStore::Use::kRun) {
    return RunStore::Open(folder_, use).status().message();
  }
  std::string file() const { return folder_ + "/react.db"; }

  std::string root_, folder_;
};

RunRecord RunOfEvent(std::uint64_t id, std::uint64_t sequence) {
  RunRecord run;
  run.workflow = "quarantine";
  run.key = "a\nb";
  run.count = 3;
  Event event;
  event.id = {5, sequence};
  event.type = kFsDelete;
  event.payload = FsPayload{.path = "/x"};
  AppendFrame(event, &run.event);
  run.began_ns = 17;
  run.progress.id = id;
  run.progress.due_ns = 99;
  run.progress.steps.resize(2);
  run.steps.resize(2);
  return run;
}

TEST_F(RunStoreTest, GivesBackWhatWasCommitted) {
  RunRecord run = RunOfEvent(1, 7);
  std::uint64_t identity = 0;
  {
    auto store = Open();
    identity = store->identity();
    EXPECT_EQ(store->next_run(), 1u);
    auto definition = store->KeepDefinition("[[workflow]]\n");
    ASSERT_TRUE(definition.ok());
    run.definition = *definition;
    ASSERT_TRUE(store->AddRun(run).ok());
    run.steps[1] = {
        .name = "stop", .undo = std::string("r0kill\0", 7), .output = "\xff\n", .began_ns = 1, .ended_ns = 2};
    run.progress.steps[1] = {
        .state = StepState::kUndoResting, .begun = true, .attempts = 2, .order = 4, .due_ns = 8, .outcome = "o"};
    ASSERT_TRUE(store->SaveStep(run, 1).ok());
    run.progress.state = RunState::kUndoing;
    run.progress.reason = "because";
    run.progress.ended_steps = 4;
    ASSERT_TRUE(store->SaveRun(run).ok());
    ASSERT_TRUE(store->Commit().ok());
  }
  auto store = Open();
  EXPECT_EQ(store->identity(), identity);
  EXPECT_EQ(store->next_run(), 2u);
  auto runs = store->UnfinishedRuns();
  ASSERT_TRUE(runs.ok());
  ASSERT_THAT(*runs, SizeIs(1));
  const RunRecord& read = runs->front();
  EXPECT_EQ(read.workflow, "quarantine");
  EXPECT_EQ(read.key, "a\nb");
  EXPECT_EQ(read.count, 3u);
  EXPECT_EQ(read.event, run.event);
  EXPECT_EQ(read.progress.state, RunState::kUndoing);
  EXPECT_EQ(read.progress.reason, "because");
  EXPECT_EQ(read.progress.ended_steps, 4u);
  EXPECT_EQ(read.progress.due_ns, 99u);
  ASSERT_THAT(read.steps, SizeIs(2));
  EXPECT_EQ(read.progress.steps[0].state, StepState::kWaiting);
  EXPECT_EQ(read.progress.steps[1].state, StepState::kUndoResting);
  EXPECT_TRUE(read.progress.steps[1].begun);
  EXPECT_EQ(read.progress.steps[1].attempts, 2u);
  EXPECT_EQ(read.progress.steps[1].order, 4u);
  EXPECT_EQ(read.progress.steps[1].outcome, "o");
  EXPECT_EQ(read.steps[1].name, "stop");
  EXPECT_EQ(read.steps[1].undo, run.steps[1].undo);
  EXPECT_EQ(read.steps[1].output, "\xff\n");
  auto text = store->Definition(read.definition);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(*text, "[[workflow]]\n");
}

TEST_F(RunStoreTest, ForgetsWhatWasNotCommitted) {
  {
    auto store = Open();
    ASSERT_TRUE(store->AddRun(RunOfEvent(1, 7)).ok());
    EXPECT_TRUE(store->dirty());
  }
  auto store = Open();
  EXPECT_EQ(store->next_run(), 1u);
  EXPECT_FALSE(store->dirty());
}

TEST_F(RunStoreTest, KnowsWhatHasBeenSetOff) {
  auto store = Open();
  ASSERT_TRUE(store->AddRun(RunOfEvent(1, 7)).ok());
  const auto knows = [&](const std::string& workflow, EventId id) {
    auto found = store->HasRun(workflow, id);
    return found.ok() && *found;
  };
  EXPECT_TRUE(knows("quarantine", {5, 7}));
  EXPECT_TRUE(knows("quarantine", {5, 7}));
  EXPECT_FALSE(knows("other", {5, 7}));
  EXPECT_FALSE(knows("quarantine", {5, 8}));
}

TEST_F(RunStoreTest, KeepsATextOnce) {
  auto store = Open();
  auto first = store->KeepDefinition("one"), second = store->KeepDefinition("two"),
       again = store->KeepDefinition("one");
  ASSERT_TRUE(first.ok() && second.ok() && again.ok());
  EXPECT_EQ(*first, *again);
  EXPECT_NE(*first, *second);
  EXPECT_FALSE(store->Definition(99).ok());
}

TEST_F(RunStoreTest, TakesRequestsOfVisitorsOnce) {
  auto store = Open();
  ASSERT_TRUE(store->AddRun(RunOfEvent(1, 7)).ok());
  ASSERT_TRUE(store->Commit().ok());
  {
    auto visitor = Open(RunStore::Use::kVisit);
    auto found = visitor->FindRun(1);
    ASSERT_TRUE(found.ok());
    EXPECT_TRUE(found->has_value());
    ASSERT_TRUE(visitor->AddRequest({RequestKind::kRetry, 1}).ok());
    ASSERT_TRUE(visitor->Commit().ok());
  }
  auto requests = store->TakeRequests();
  ASSERT_TRUE(requests.ok());
  ASSERT_THAT(*requests, SizeIs(1));
  EXPECT_EQ(requests->front().kind, RequestKind::kRetry);
  EXPECT_EQ(requests->front().run, 1u);
  ASSERT_TRUE(store->Commit().ok());
  requests = store->TakeRequests();
  ASSERT_TRUE(requests.ok());
  EXPECT_THAT(*requests, SizeIs(0));
}

TEST_F(RunStoreTest, KeepsWhatWaitsDeadLettersAndMachines) {
  {
    auto store = Open();
    ASSERT_TRUE(store->SaveOccasion("a", true, {.number = 9, .key = 77, .count = 3, .first_ns = 1, .last_ns = 2}).ok());
    ASSERT_TRUE(store->SaveOccasion("a", true, {.number = 9, .key = 77, .count = 4, .first_ns = 1, .last_ns = 3}).ok());
    ASSERT_TRUE(store->SaveOccasion("a", false, {.number = 3, .frame = std::vector<std::byte>(8)}).ok());
    ASSERT_TRUE(store->SaveOccasion("b", false, {.number = 2}).ok());
    ASSERT_TRUE(store->DropOccasion("b", false, 2).ok());
    ASSERT_TRUE(store->DropOccasion("b", false, 3).ok());
    ASSERT_TRUE(store->AddDeadLetter({.at_ns = 4, .workflow = "w", .run = 0, .reason = "full", .event = {}}).ok());
    ASSERT_TRUE(store->SaveMachine({"load", "normal", 1}).ok());
    ASSERT_TRUE(store->SaveMachine({"load", "high", 2}).ok());
    ASSERT_TRUE(store->Commit().ok());
  }
  auto store = Open();
  auto kept = store->Occasions();
  ASSERT_TRUE(kept.ok());
  ASSERT_THAT(*kept, SizeIs(2));
  EXPECT_FALSE((*kept)[0].held);
  EXPECT_EQ((*kept)[0].occasion.frame.size(), 8u);
  EXPECT_TRUE((*kept)[1].held);
  EXPECT_EQ((*kept)[1].occasion.count, 4u);
  auto letters = store->DeadLetters(10);
  ASSERT_TRUE(letters.ok());
  ASSERT_THAT(*letters, SizeIs(1));
  EXPECT_EQ(letters->front().reason, "full");
  auto machines = store->Machines();
  ASSERT_TRUE(machines.ok());
  ASSERT_THAT(*machines, SizeIs(1));
  EXPECT_EQ(machines->front().state, "high");
}

TEST_F(RunStoreTest, ForgetsTheOldestRunsButNotTheirTexts) {
  auto store = Open();
  auto old = store->KeepDefinition("old"), current = store->KeepDefinition("current");
  ASSERT_TRUE(old.ok() && current.ok());
  RunRecord run = RunOfEvent(1, 1);
  run.definition = *old;
  run.progress.state = RunState::kStuck;
  ASSERT_TRUE(store->AddRun(run).ok());
  run.progress.state = RunState::kDone;
  for (std::uint64_t id = 2; id <= RunStore::kKeptRuns + 1000; ++id) {
    run.progress.id = id;
    ASSERT_TRUE(store->AddRun(run).ok());
  }
  const auto there = [&](std::uint64_t id) {
    auto found = store->FindRun(id);
    return found.ok() && found->has_value();
  };
  EXPECT_TRUE(there(1));
  EXPECT_FALSE(there(2));
  EXPECT_TRUE(there(1002));
  EXPECT_TRUE(store->Definition(*old).ok());
  EXPECT_TRUE(store->Definition(*current).ok());
}

TEST_F(RunStoreTest, RunsForOneAtATime) {
  auto store = Open();
  EXPECT_THAT(Refusal(), HasSubstr("is in use by another vexevt-react (pid " + std::to_string(::getpid()) + ")"));
}

TEST_F(RunStoreTest, RefusesWhatANewerVersionWrote) {
  Open();
  auto database = Database::Open(file());
  ASSERT_TRUE(database.ok());
  ASSERT_TRUE((*database)->Execute("PRAGMA user_version = 2").ok());
  EXPECT_THAT(Refusal(), HasSubstr("was written by a newer vexevt-react (version 2 of the tables, this one knows 1)"));
}

TEST_F(RunStoreTest, RefusesWhatIsNotItsOwn) {
  std::filesystem::create_directories(folder_);
  ASSERT_EQ(::chmod(folder_.c_str(), 0700), 0);
  std::ofstream(file()) << "not a database, and long enough to be read as the header of one would be: 100 bytes of it\n"
                        << std::string(1000, 'x');
  EXPECT_THAT(Refusal(), HasSubstr("file is not a database"));
  EXPECT_EQ(RunStore::Open(folder_, RunStore::Use::kRun).status().code(), StatusCode::kDataLoss);
}

TEST_F(RunStoreTest, IsOursAlone) {
  Open();
  struct stat found;
  ASSERT_EQ(::stat(folder_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700u);
  ASSERT_EQ(::stat(file().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  ASSERT_EQ(::chmod(folder_.c_str(), 0770), 0);
  EXPECT_THAT(Refusal(), HasSubstr("writable for others"));
}

TEST_F(RunStoreTest, VisitorsMakeNothing) {
  EXPECT_THAT(Refusal(RunStore::Use::kVisit), HasSubstr("No such file"));
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

}  // namespace
}  // namespace vexevt
