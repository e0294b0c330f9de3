#include "lib/cli/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "lib/stream/checkpoint.h"
#include "lib/stream/testing/streams.h"

namespace vexevt {
namespace {

constexpr Tool kPipelineTool = {.name = "vexevt-try", .summary = "try things", .usage = "[FILE]..."};

// Passes everything on, one event at a time, and looks at the checkpoint before each: the time of its last event, 0 for
// none. It holds something back while `holds` says so of the time of the event at hand.
class LookingStep final : public Step {
 public:
  LookingStep(std::string checkpoint, std::function<bool(std::uint64_t)> holds)
      : checkpoint_(std::move(checkpoint)), holds_(std::move(holds)) {}

  Status Process(std::span<const EventView> batch, EventSink& sink) override {
    at_ = batch.front().wall_ns();
    auto marks = LoadCheckpoint(checkpoint_);
    EXPECT_TRUE(marks.ok());
    seen.push_back(marks->empty() || !marks->front().last ? 0 : marks->front().last->wall_ns);
    for (const EventView& event : batch) sink.Write(event);
    return {};
  }
  bool holds_back() override { return holds_(at_); }

  std::vector<std::uint64_t> seen;

 private:
  std::string checkpoint_;
  std::function<bool(std::uint64_t)> holds_;
  std::uint64_t at_ = 0;
};

class PipelineTest : public testing::Test {
 protected:
  // Five batches: a frame is larger than half of what a reader takes at once.
  void SetUp() override {
    WriteInput({0, 0, 0, 0, 0});
    options_.inputs = {directory_ / "a"};
    options_.output = directory_ / "out";
    options_.checkpoint = directory_ / "ck";
    options_.checkpoint_interval_ns = 0;
    options_.no_progress = true;
  }

  void WriteInput(const std::vector<EventType>& types) {
    std::string large(200'000, 'v');
    std::vector<std::byte> bytes;
    for (EventType type : types) {
      const std::uint64_t time = bytes.size() / large.size() + 1;
      Event event{.id = {1, time}, .wall_ns = time, .type = type};
      event.context = {.trace_low = 1, .span = 1};
      event.attributes = {{"k", AttributeText{large}}};
      AppendFrame(event, &bytes);
    }
    WriteFile(directory_ / "a", bytes);
  }

  TestDirectory directory_;
  CommonOptions options_;
  Ledger ledger_;
};

using ::testing::ElementsAre;

TEST_F(PipelineTest, TheCheckpointFollowsWhatHasLeft) {
  LookingStep step(options_.checkpoint, [](std::uint64_t) { return false; });
  ASSERT_TRUE(RunPipeline(kPipelineTool, options_, step, ledger_).ok());
  EXPECT_THAT(step.seen, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ((*LoadCheckpoint(options_.checkpoint))[0].last->wall_ns, 5u);
}

TEST_F(PipelineTest, TheCheckpointWaitsForSpansToEnd) {
  WriteInput({kFsRead, kObservabilitySpanStart, kFsRead, kObservabilitySpanEnd, kFsRead});
  options_.format = Format::kOtlp;
  LookingStep step(options_.checkpoint, [](std::uint64_t) { return false; });
  ASSERT_TRUE(RunPipeline(kPipelineTool, options_, step, ledger_).ok());
  EXPECT_THAT(step.seen, ElementsAre(0, 1, 1, 1, 4));
  EXPECT_EQ(ledger_.out.load(), 4u);
  EXPECT_EQ(ledger_.filtered(), 1u);
}

TEST_F(PipelineTest, TheCheckpointWaitsForWhatIsHeldBack) {
  LookingStep step(options_.checkpoint, [](std::uint64_t at) { return at == 2 || at == 3; });
  ASSERT_TRUE(RunPipeline(kPipelineTool, options_, step, ledger_).ok());
  EXPECT_THAT(step.seen, ElementsAre(0, 1, 1, 1, 4));
  EXPECT_EQ((*LoadCheckpoint(options_.checkpoint))[0].last->wall_ns, 5u);
}

TEST_F(PipelineTest, AShortRunMovesOnAsAWhole) {
  options_.checkpoint_interval_ns = ~std::uint64_t{0} / 2;
  LookingStep step(options_.checkpoint, [](std::uint64_t) { return false; });
  ASSERT_TRUE(RunPipeline(kPipelineTool, options_, step, ledger_).ok());
  EXPECT_THAT(step.seen, ElementsAre(0, 0, 0, 0, 0));
  EXPECT_EQ((*LoadCheckpoint(options_.checkpoint))[0].last->wall_ns, 5u);
}

// Keeps state of its own: what it was told to save, as the time of the last event and "open" or "closed".
class KeepingStep final : public Step, public DurableState {
 public:
  Status Process(std::span<const EventView>, EventSink&) override { return {}; }
  bool holds_back() override { return false; }
  DurableState* state() override { return this; }

  const std::vector<FileMark>& marks() const override { return marks_; }
  Status Save(const std::vector<FileMark>& marks, int output) override {
    const bool read = !marks.empty() && marks.front().last;
    saved.push_back(std::to_string(read ? marks.front().last->wall_ns : 0) + (output >= 0 ? " open" : " closed"));
    marks_ = marks;
    return {};
  }

  std::vector<std::string> saved;

 private:
  std::vector<FileMark> marks_;
};

TEST_F(PipelineTest, StateIsSavedAtTheStartTheIntervalAndTheEnd) {
  options_.checkpoint.clear();
  KeepingStep step;
  ASSERT_TRUE(RunPipeline(kPipelineTool, options_, step, ledger_).ok());
  EXPECT_THAT(step.saved, ElementsAre("0 open", "1 open", "2 open", "3 open", "4 open", "5 open", "5 closed"));
  step.saved.clear();
  ASSERT_TRUE(RunPipeline(kPipelineTool, options_, step, ledger_).ok());
  EXPECT_THAT(step.saved, ElementsAre("5 open", "5 closed")) << "it goes on behind what was read";
}

TEST_F(PipelineTest, StateOfARunThatFailsIsNotSavedAsItsEnd) {
  options_.checkpoint.clear();
  options_.output = "/dev/full";
  options_.checkpoint_interval_ns = ~std::uint64_t{0} / 2;
  class WritingStep final : public Step {
   public:
    explicit WritingStep(KeepingStep* state) : state_(state) {}
    Status Process(std::span<const EventView> batch, EventSink& sink) override {
      for (const EventView& event : batch) sink.Write(event);
      return {};
    }
    DurableState* state() override { return state_; }

   private:
    KeepingStep* state_;
  };
  KeepingStep state;
  WritingStep step(&state);
  EXPECT_FALSE(RunPipeline(kPipelineTool, options_, step, ledger_).ok());
  EXPECT_THAT(state.saved, ElementsAre("0 open"));
}

}  // namespace
}  // namespace vexevt
