#include "lib/cli/saved_run.h"

#include <gtest/gtest.h>

#include <fstream>

#include "lib/stream/testing/streams.h"

namespace vexevt {
namespace {

constexpr StateFile kFile{"correlate.state", {"vexevt correlate state", "1", "the state of vexevt-correlate"}};

SavedRun SomeRun() {
  SavedRun run;
  run.replays = true;
  run.marks = {{"/srv/a.evt", 7, FileMark::LastEvent{64, {1, 2}, 1'000'000'000}}, {"/srv/b.evt", 8, {}}};
  run.output = FileEnd{9, 4096};
  run.state = std::string("\0what they keep", 15);
  return run;
}

TEST(SavedRun, IsReadAsItWasWritten) {
  const SavedRun run = SomeRun();
  auto read = ParseSavedRun(kFile.seal, PrintSavedRun(kFile.seal, run));
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_FALSE(read->ended);
  EXPECT_TRUE(read->replays);
  EXPECT_EQ(read->marks, run.marks);
  EXPECT_EQ(read->output, run.output);
  EXPECT_EQ(read->state, run.state);
}

TEST(SavedRun, AnyByteThatIsMissingOrChangedIsFound) {
  const std::string bytes = PrintSavedRun(kFile.seal, SomeRun());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(ParseSavedRun(kFile.seal, std::string_view(bytes).substr(0, i)).ok()) << i;
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(ParseSavedRun(kFile.seal, changed).ok()) << i;
  }
  EXPECT_FALSE(ParseSavedRun(kFile.seal, bytes + "x").ok());
  EXPECT_EQ(ParseSavedRun(kFile.seal, "vexevt correlate state 2\n").status().message(),
            "it is the state of vexevt-correlate of another version");
}

TEST(StateDirectory, IsMadeAndKeepsWhatWasSaved) {
  TestDirectory directory;
  auto state = StateDirectory::Open(directory / "state", kFile);
  ASSERT_TRUE(state.ok()) << state.status().message();
  auto run = state->Load();
  ASSERT_TRUE(run.ok()) << run.status().message();
  EXPECT_TRUE(run->ended && run->state.empty());
  ASSERT_TRUE(state->Save(SomeRun()).ok());
  run = state->Load();
  ASSERT_TRUE(run.ok());
  EXPECT_EQ(run->marks, SomeRun().marks);
  const auto seen = ReadSavedRun(directory / "state", kFile);  // while another has it
  ASSERT_TRUE(seen.ok());
  EXPECT_EQ(seen->state, SomeRun().state);
}

TEST(StateDirectory, BelongsToOneRun) {
  TestDirectory directory;
  auto state = StateDirectory::Open(directory / "state", kFile);
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(StateDirectory::Open(directory / "state", kFile).status().code(), StatusCode::kUnavailable);
}

TEST(StateDirectory, SaysWhatIsDamaged) {
  TestDirectory directory;
  auto state = StateDirectory::Open(directory / "state", kFile);
  ASSERT_TRUE(state.ok());
  std::ofstream(directory / "state/correlate.state") << "vexevt correlate state 1\nxxxxxxxxyy";
  EXPECT_EQ(state->Load().status().message(),
            "cannot go on from '" + (directory / "state/correlate.state") + "': it is damaged");
}

}  // namespace
}  // namespace vexevt
