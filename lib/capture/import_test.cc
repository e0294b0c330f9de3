#include "lib/capture/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "lib/event/event_view.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;

struct Imported {
  std::vector<std::string> paths;
  std::string error;
};

std::unique_ptr<Source> FromText(std::string_view text) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  return ImportJson(UniqueFd(ends[0]), "in.json");
}

Imported Import(std::string_view text) {
  auto source = FromText(text);
  Imported imported;
  FrameBatch batch;
  for (;;) {
    batch.Clear();
    auto state = source->Drain(&batch);
    for (std::span<const std::byte> rest = batch.frames(); !rest.empty();) {
      EventView event;
      std::size_t size = MeasureFrame(rest).bytes;
      EXPECT_TRUE(EventView::Bind(rest.first(size), &event));
      EXPECT_NE(event.id(), EventId{});
      EXPECT_NE(event.wall_ns(), 0u);
      imported.paths.emplace_back(event.path());
      rest = rest.subspan(size);
    }
    if (!state.ok()) imported.error = state.status().message();
    if (!state.ok() || *state == DrainState::kEnd) return imported;
  }
}

TEST(ImportTest, LinesBecomeEventsAndGetWhatTheyLack) {
  auto imported = Import("{\"type\":\"fs.create\",\"path\":\"/a\"}\n\n{\"type\":\"fs.delete\",\"path\":\"/b\"}");
  EXPECT_THAT(imported.paths, ElementsAre("/a", "/b"));
  EXPECT_EQ(imported.error, "");
}

TEST(ImportTest, ABadLineIsNamedAfterTheEventsBeforeIt) {
  auto imported = Import("{\"type\":\"fs.create\",\"path\":\"/a\"}\n\nnonsense\n{\"type\":\"fs.delete\"}\n");
  EXPECT_THAT(imported.paths, ElementsAre("/a"));
  EXPECT_THAT(imported.error, ::testing::StartsWith("in.json: "));
  EXPECT_THAT(imported.error, ::testing::HasSubstr("3"));
}

TEST(ImportTest, NothingIsAlsoAStream) { EXPECT_THAT(Import("").paths, ElementsAre()); }

}  // namespace
}  // namespace vexevt
