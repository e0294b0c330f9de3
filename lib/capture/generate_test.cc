#include "lib/capture/generate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lib/event/event_view.h"
#include "lib/event/field.h"

namespace vexevt {
namespace {

GenerateOptions Options(std::string_view mix, std::uint64_t seed, std::uint64_t limit) {
  GenerateOptions options;
  options.mix = FindMix(mix);
  options.seed = seed;
  options.limit = limit;
  return options;
}

std::vector<std::byte> Generate(const GenerateOptions& options) {
  auto source = MakeGenerator(options);
  EXPECT_TRUE(source.ok());
  std::vector<std::byte> bytes;
  FrameBatch batch;
  for (;;) {
    batch.Clear();
    auto state = (*source)->Drain(&batch);
    EXPECT_TRUE(state.ok());
    bytes.insert(bytes.end(), batch.frames().begin(), batch.frames().end());
    if (*state == DrainState::kEnd) return bytes;
  }
}

template <typename Visit>
void ForEach(std::span<const std::byte> bytes, Visit visit) {
  while (!bytes.empty()) {
    FrameSize size = MeasureFrame(bytes);
    ASSERT_EQ(size.state, FrameState::kOk);
    EventView view;
    ASSERT_TRUE(EventView::Bind(bytes.first(size.bytes), &view));
    visit(view);
    bytes = bytes.subspan(size.bytes);
  }
}

TEST(GenerateTest, TheSeedDecidesEveryByte) {
  auto once = Generate(Options("mixed", 7, 50'000));
  EXPECT_EQ(once, Generate(Options("mixed", 7, 50'000)));
  EXPECT_NE(once, Generate(Options("mixed", 8, 50'000)));
  auto longer = Generate(Options("mixed", 7, 60'000));
  ASSERT_GT(longer.size(), once.size());
  EXPECT_EQ(std::memcmp(longer.data(), once.data(), once.size()), 0)
      << "the limit must not change what comes before it";
}

class GenerateMixTest : public ::testing::TestWithParam<std::string_view> {};

// What is there: by name, with the inode.
TEST_P(GenerateMixTest, FilesBehave) {
  std::map<std::string, std::uint64_t, std::less<>> there;
  std::set<std::string, std::less<>> gone;
  std::uint64_t sequence = 0, wall = 0;
  ForEach(Generate(Options(GetParam(), 42, 300'000)), [&](const EventView& event) {
    EXPECT_EQ(event.id().sequence, ++sequence);
    EXPECT_GT(event.wall_ns(), wall);
    wall = event.wall_ns();
    EXPECT_FALSE(KnownTypeName(event.type()).empty()) << event.type();
    EXPECT_NE(event.pid(), 0u);
    if (!event.has_fs()) return;
    std::string path(event.path());
    auto inode = event.Get<std::uint64_t>(layout::kPayloadFsInode);
    auto known = there.find(path);
    switch (event.type()) {
      case kFsCreate:
      case kFsMkdir:
        EXPECT_EQ(known, there.end()) << path << " created while it is there";
        there[path] = inode;
        gone.erase(path);
        return;
      case kFsDelete:
      case kFsRmdir:
        EXPECT_FALSE(gone.contains(path)) << path << " deleted twice";
        EXPECT_TRUE(known == there.end() || known->second == inode) << path;
        there.erase(path);
        gone.insert(path);
        return;
      case kFsRename:
        EXPECT_FALSE(gone.contains(path)) << path << " renamed while it is gone";
        EXPECT_FALSE(event.path2().empty());
        there.erase(path);
        gone.insert(path);
        there[std::string(event.path2())] = inode;
        gone.erase(std::string(event.path2()));
        return;
      default:
        EXPECT_FALSE(gone.contains(path)) << path << " used while it is gone";
        EXPECT_TRUE(known == there.end() || known->second == inode) << path;
    }
  });
  EXPECT_EQ(sequence, 300'000u);
}
INSTANTIATE_TEST_SUITE_P(All, GenerateMixTest, ::testing::Values("build", "web", "database", "home", "mixed"),
                         [](const auto& mix) { return std::string(mix.param); });

TEST(GenerateTest, PathsAreSkewedAndFramesSmall) {
  std::map<std::string, std::size_t> uses;
  std::size_t files = 0, others = 0;
  auto bytes = Generate(Options("mixed", 1, 200'000));
  ForEach(bytes, [&](const EventView& event) {
    if (!event.has_fs()) {
      ++others;
      return;
    }
    ++files;
    ++uses[std::string(event.path())];
  });
  EXPECT_LT(bytes.size() / 200'000, 288u);
  EXPECT_GT(uses.size(), 10'000u);
  std::vector<std::size_t> counts;
  for (const auto& [path, count] : uses) counts.push_back(count);
  std::ranges::sort(counts, std::greater());
  std::size_t top = 0;
  for (std::size_t i = 0; i < uses.size() / 10; ++i) top += counts[i];
  EXPECT_GT(top, files / 2) << "a tenth of the paths has over half of the events";
  EXPECT_GT(others, 200'000u / 50);
  EXPECT_LT(others, 200'000u / 5);
}

TEST(GenerateTest, TimesTellTheRate) {
  GenerateOptions options = Options("web", 3, 2'000);
  std::uint64_t last = 0;
  options.events_per_second = 5'000'000;
  ForEach(Generate(options), [&](const EventView& event) { last = event.wall_ns(); });
  EXPECT_NEAR(static_cast<double>(last - kGeneratedStartNs), 2'000 * 200, 2'000 * 10);
}

TEST(GenerateTest, BarrierAndStop) {
  auto source = MakeGenerator(Options("home", 1, 0));
  ASSERT_TRUE(source.ok());
  FrameBatch batch;
  ASSERT_TRUE((*source)->InsertBarrier("t-1").ok());
  ASSERT_EQ(*(*source)->Drain(&batch), DrainState::kMore);
  std::size_t barriers = 0;
  ForEach(batch.frames(), [&](const EventView& event) {
    if (event.type() != kVexevtBarrier) return;
    ++barriers;
    ASSERT_EQ(event.attribute_count(), 1u);
    EXPECT_EQ(event.attribute(0), (Attribute{"token", AttributeText{"t-1"}}));
  });
  EXPECT_EQ(barriers, 1u);
  (*source)->Stop();
  batch.Clear();
  EXPECT_EQ(*(*source)->Drain(&batch), DrainState::kEnd);
  EXPECT_TRUE(batch.empty());
}

}  // namespace
}  // namespace vexevt
