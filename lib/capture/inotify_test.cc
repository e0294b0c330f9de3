#include "lib/capture/inotify.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/unique_fd.h"
#include "lib/event/event_view.h"

namespace vexevt {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

class InotifyTest : public ::testing::Test {
 protected:
  InotifyTest() {
    std::string pattern = ::testing::TempDir() + "inotify.XXXXXX";
    top_ = fs::canonical(::mkdtemp(pattern.data())).string();
    fs::create_directory(At("w"));
  }
  ~InotifyTest() override { fs::remove_all(top_); }

  // Paths are told from `top_` on, so that expectations are short.
  std::string At(std::string_view path) const { return fmt::format("{}/{}", top_, path); }
  void Write(std::string_view path, std::string_view text = "x") const { std::ofstream(At(path)) << text; }

  void Open(InotifyOptions options = {}) {
    if (options.selection.roots.empty()) options.selection.roots = {At("w")};
    options.warn = [this](std::string_view text) { warnings_.emplace_back(text); };
    auto source = OpenInotify(std::move(options));
    ASSERT_TRUE(source.ok()) << source.status().message();
    source_ = std::move(source).value();
  }

  static std::string Describe(const EventView& event, const std::string& top) {
    std::string text = TypeName(event.type());
    auto shorten = [&](std::string_view path) {
      return path.starts_with(top + "/") ? std::string(path.substr(top.size() + 1)) : std::string(path);
    };
    if (event.has_fs()) text += fmt::format(" {}", shorten(event.path()));
    if (!event.path2().empty()) text += fmt::format(" > {}", shorten(event.path2()));
    if (event.flags() & kFlagSynthetic) text += " ?";
    return text;
  }

  // All that was done until now: what comes out before a barrier.
  std::vector<std::string> Told() {
    EXPECT_TRUE(source_->InsertBarrier("test").ok());
    std::vector<std::string> told;
    for (bool barrier = false;;) {
      FrameBatch batch;
      auto state = source_->Drain(&batch);
      std::span<const std::byte> rest = batch.frames();
      while (!rest.empty()) {
        EventView event;
        std::size_t size = MeasureFrame(rest).bytes;
        EXPECT_TRUE(EventView::Bind(rest.first(size), &event));
        EXPECT_GT(event.mono_ns(), last_mono_ns_);
        last_mono_ns_ = event.mono_ns();
        EXPECT_EQ(event.pid(), 0u);
        rest = rest.subspan(size);
        barrier |= event.type() == kVexevtBarrier;
        if (event.type() != kVexevtBarrier) told.push_back(Describe(event, top_));
      }
      if (!state.ok()) {
        told.push_back(state.status().message());
        return told;
      }
      if (barrier) return told;
      if (*state == DrainState::kIdle) {
        pollfd wait{source_->poll_fd(), POLLIN, 0};
        EXPECT_EQ(::poll(&wait, 1, 10'000), 1) << "nothing to wait for, and no barrier";
      }
    }
  }

  std::string top_;
  std::unique_ptr<Source> source_;
  std::vector<std::string> warnings_;
  std::uint64_t last_mono_ns_ = 0;
};

InotifyOptions DefaultTypes() {
  InotifyOptions options;
  options.selection.fs_types &= ~(std::uint64_t{1} << (kFsOpen & 0xff) | std::uint64_t{1} << (kFsRead & 0xff) |
                                  std::uint64_t{1} << (kFsClose & 0xff));
  return options;
}

TEST_F(InotifyTest, TellsEachKindInOrder) {
  Open(DefaultTypes());
  Write("w/a");
  fs::permissions(At("w/a"), fs::perms::owner_read);
  fs::create_symlink("a", At("w/l"));
  fs::create_hard_link(At("w/a"), At("w/h"));
  ASSERT_EQ(::mkfifo(At("w/p").c_str(), 0600), 0);
  auto told = Told();
  // By the time it is told, the first name is one of two.
  EXPECT_THAT(told, ElementsAre("fs.hardlink w/a", "fs.write w/a", "fs.close-write w/a", "fs.attrib w/a",
                                "fs.symlink w/l > a", "fs.hardlink w/h", "fs.mknod w/p"));
  fs::rename(At("w/a"), At("w/b"));
  fs::remove(At("w/b"));
  EXPECT_THAT(Told(), ElementsAre("fs.rename w/a > w/b", "fs.delete w/b"));
}

TEST_F(InotifyTest, OpensReadsAndClosesWhereAsked) {
  Write("w/a");
  Open();
  std::string text;
  std::ifstream(At("w/a")) >> text;
  EXPECT_THAT(Told(), ElementsAre("fs.open w/a", "fs.read w/a", "fs.close w/a"));
}

TEST_F(InotifyTest, NamesOfAllBytes) {
  Open(DefaultTypes());
  std::vector<std::string> expected;
  for (int byte = 1; byte < 256; ++byte) {
    if (byte == '/') continue;
    std::string name = "w/n";
    name += static_cast<char>(byte);
    int fd = ::open(At(name).c_str(), O_CREAT | O_RDONLY | O_CLOEXEC, 0600);
    ASSERT_GE(fd, 0);
    ::close(fd);
    expected.push_back("fs.create " + name);
  }
  EXPECT_THAT(Told(), ElementsAreArray(expected));
}

TEST_F(InotifyTest, NewDirectoriesAreWatchedAndWhatWasInThemIsToldOnce) {
  Open(DefaultTypes());
  fs::create_directories(At("w/a/b/c"));
  Write("w/a/f", "");
  Write("w/a/b/c/g", "");
  auto told = Told();
  EXPECT_THAT(told, ElementsAre("fs.mkdir w/a", "fs.mkdir w/a/b ?", "fs.create w/a/f ?", "fs.mkdir w/a/b/c ?",
                                "fs.create w/a/b/c/g ?"));
  Write("w/a/b/c/h", "");
  EXPECT_THAT(Told(), ElementsAre("fs.create w/a/b/c/h", "fs.close-write w/a/b/c/h"));
}

// Directories and files are made while the source works: each is told exactly once, reported or found.
TEST_F(InotifyTest, NothingIsToldTwiceWhileDirectoriesAreMade) {
  Open(DefaultTypes());
  constexpr int kDirectories = 300;
  std::atomic<bool> done = false;
  std::jthread maker([&] {
    for (int i = 0; i < kDirectories; ++i) {
      std::string directory = At(fmt::format("w/d{}/s/t", i));
      fs::create_directories(directory);
      std::ofstream(directory + "/f1");
      std::ofstream(directory + "/../f2");
    }
    done = true;
  });
  std::vector<std::string> made;
  auto collect = [&] {
    for (std::string& event : Told()) {
      if (event.ends_with(" ?")) event.resize(event.size() - 2);
      if (event.starts_with("fs.create") || event.starts_with("fs.mkdir")) made.push_back(std::move(event));
    }
  };
  while (!done) {
    pollfd wait{source_->poll_fd(), POLLIN, 0};
    ::poll(&wait, 1, 10);  // leaves the maker a processor where there is one only
    collect();
  }
  maker.join();
  collect();
  std::vector<std::string> expected;
  for (int i = 0; i < kDirectories; ++i) {
    std::string directory = fmt::format("w/d{}", i);
    for (std::string_view below : {"", "/s", "/s/t"})
      expected.push_back(fmt::format("fs.mkdir {}{}", directory, below));
    expected.push_back("fs.create " + directory + "/s/t/f1");
    expected.push_back("fs.create " + directory + "/s/f2");
  }
  std::ranges::sort(made);
  std::ranges::sort(expected);
  EXPECT_TRUE(made == expected) << made.size() << " told, " << expected.size() << " made";
}

TEST_F(InotifyTest, PathsFollowRenamedDirectories) {
  fs::create_directories(At("w/a/b/c"));
  fs::create_directory(At("w/z"));
  Open(DefaultTypes());
  fs::rename(At("w/a/b"), At("w/z/y"));
  Write("w/z/y/c/f", "");
  fs::rename(At("w/z"), At("w/q"));
  fs::remove(At("w/q/y/c/f"));
  EXPECT_THAT(Told(), ElementsAre("fs.rename w/a/b > w/z/y", "fs.create w/z/y/c/f", "fs.close-write w/z/y/c/f",
                                  "fs.rename w/z > w/q", "fs.delete w/q/y/c/f"));
}

TEST_F(InotifyTest, RenamedBeforeItCouldBeWatched) {
  Open(DefaultTypes());
  fs::create_directories(At("w/a/b"));
  Write("w/a/f", "");
  fs::rename(At("w/a"), At("w/z"));
  EXPECT_THAT(Told(), ElementsAre("fs.mkdir w/a", "fs.rename w/a > w/z", "fs.mkdir w/z/b ?", "fs.create w/z/f ?"));
  Write("w/z/b/g", "");
  EXPECT_THAT(Told(), ElementsAre("fs.create w/z/b/g", "fs.close-write w/z/b/g"));
}

TEST_F(InotifyTest, ExchangedDirectoriesExchangeTheirPaths) {
  fs::create_directories(At("w/a/in-a"));
  fs::create_directories(At("w/b/in-b"));
  Open(DefaultTypes());
  ASSERT_EQ(::renameat2(AT_FDCWD, At("w/a").c_str(), AT_FDCWD, At("w/b").c_str(), RENAME_EXCHANGE), 0);
  Write("w/b/in-a/f", "");
  Write("w/a/in-b/g", "");
  EXPECT_THAT(Told(), ElementsAre("fs.rename w/a > w/b", "fs.rename w/b > w/a", "fs.create w/b/in-a/f",
                                  "fs.close-write w/b/in-a/f", "fs.create w/a/in-b/g", "fs.close-write w/a/in-b/g"));
}

TEST_F(InotifyTest, RenamedOntoAnEmptyDirectory) {
  fs::create_directories(At("w/a/x"));
  fs::create_directories(At("w/b"));
  Open(DefaultTypes());
  fs::rename(At("w/a"), At("w/b"));
  Write("w/b/x/f", "");
  fs::remove_all(At("w/b"));
  EXPECT_THAT(Told(), ElementsAre("fs.rename w/a > w/b", "fs.create w/b/x/f", "fs.close-write w/b/x/f",
                                  "fs.delete w/b/x/f", "fs.rmdir w/b/x", "fs.rmdir w/b"));
}

TEST_F(InotifyTest, MovesInAndOut) {
  fs::create_directories(At("out/d/e"));
  Write("out/f");
  fs::create_directories(At("w/in/deep"));
  Open(DefaultTypes());
  fs::rename(At("out/f"), At("w/f"));
  fs::rename(At("w/f"), At("out/g"));
  fs::rename(At("out/d"), At("w/d"));
  EXPECT_THAT(Told(), ElementsAre("fs.move-in w/f", "fs.move-out w/f", "fs.move-in w/d"));
  Write("w/d/e/f", "");
  fs::rename(At("w/in"), At("out/in"));
  Write("out/in/deep/unseen");
  EXPECT_THAT(Told(), ElementsAre("fs.create w/d/e/f", "fs.close-write w/d/e/f", "fs.move-out w/in"));
}

TEST_F(InotifyTest, RenamesIntoADirectoryThatIsNotWatchedYet) {
  fs::create_directories(At("w/a/sub/below"));
  Open(DefaultTypes());
  fs::create_directory(At("w/new"));
  fs::rename(At("w/a/sub"), At("w/new/sub"));
  Write("w/new/sub/below/f", "");
  EXPECT_THAT(Told(), ElementsAre("fs.mkdir w/new", "fs.rename w/a/sub > w/new/sub ?", "fs.create w/new/sub/below/f",
                                  "fs.close-write w/new/sub/below/f"));
}

TEST_F(InotifyTest, AFileIsWatchedByNameAlsoWhenItIsReplaced) {
  Write("w/f");
  Write("w/other");
  InotifyOptions options = DefaultTypes();
  options.selection.roots = {At("w/f")};
  Open(std::move(options));
  Write("w/f", "1");
  Write("w/other", "1");
  fs::create_directories(At("w/d/e"));
  Write("w/f.new", "2");
  fs::rename(At("w/f.new"), At("w/f"));
  fs::remove(At("w/f"));
  auto told = Told();
  EXPECT_THAT(told, IsSupersetOf({"fs.write w/f", "fs.close-write w/f", "fs.move-in w/f > w/f.new", "fs.delete w/f"}));
  EXPECT_THAT(told, Not(Contains(HasSubstr("other"))));
  EXPECT_THAT(told, Not(Contains(HasSubstr("mkdir"))));
}

TEST_F(InotifyTest, RootsWithinRootsAreToldOnce) {
  fs::create_directories(At("w/a/b"));
  Write("w/a/f");
  InotifyOptions options = DefaultTypes();
  options.selection.roots = {At("w/a/b"), At("w/a/f"), At("w"), At("w/a")};
  Open(std::move(options));
  Write("w/a/f", "");
  Write("w/a/b/g", "");
  EXPECT_THAT(Told(),
              ElementsAre("fs.write w/a/f", "fs.close-write w/a/f", "fs.create w/a/b/g", "fs.close-write w/a/b/g"));
}

TEST_F(InotifyTest, OurOwnOutputIsNotTold) {
  InotifyOptions options = DefaultTypes();
  options.unseen = {At("w/out.evt")};
  Open(std::move(options));
  Write("w/out.evt");
  Write("w/a", "");
  EXPECT_THAT(Told(), ElementsAre("fs.create w/a", "fs.close-write w/a"));
  EXPECT_EQ(source_->counters().own, 3u);
}

TEST_F(InotifyTest, LinksAreNotFollowed) {
  fs::create_directory(At("elsewhere"));
  fs::create_directory_symlink(At("elsewhere"), At("w/link"));
  Open(DefaultTypes());
  Write("elsewhere/f");
  fs::create_directory_symlink(At("elsewhere"), At("w/link2"));
  Write("elsewhere/g");
  EXPECT_THAT(Told(), ElementsAre("fs.symlink w/link2 > elsewhere"));
}

TEST_F(InotifyTest, TheEndOfTheLastRootIsTheEndOfTheSource) {
  fs::create_directory(At("w/d"));
  fs::create_directory(At("v"));
  InotifyOptions options = DefaultTypes();
  options.selection.roots = {At("v"), At("w")};
  Open(std::move(options));
  fs::remove_all(At("v"));
  EXPECT_THAT(Told(), ElementsAre("fs.rmdir v"));
  EXPECT_THAT(warnings_, ElementsAre("the watched directory '" + At("v") + "' was deleted"));
  fs::rename(At("w"), At("u"));
  EXPECT_THAT(Told(), ElementsAre("fs.move-out w", "the watched directory '" + At("w") + "' was moved away"));
}

TEST_F(InotifyTest, OverflowIsAGapAndDirectoriesAreFoundAgain) {
  fs::create_directories(At("w/moves/below"));
  fs::create_directories(At("w/goes/below"));
  fs::create_directories(At("w/stays"));
  Open(DefaultTypes());
  std::size_t limit = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> limit;
  ASSERT_GT(limit, 0u);
  for (std::size_t i = 0; i <= limit / 3; ++i) {
    Write("w/f", "");
    Write("w/g", "");  // writes of one file alone would be merged
  }
  fs::rename(At("w/moves"), At("w/stays/moved"));
  fs::remove_all(At("w/goes"));
  fs::create_directories(At("w/new/below"));
  Write("w/new/below/f");
  auto told = Told();
  auto gap = std::ranges::find(told, "vexevt.lost");
  ASSERT_NE(gap, told.end());
  told.erase(told.begin(), gap);
  EXPECT_THAT(told, ::testing::UnorderedElementsAre("vexevt.lost", "fs.rename w/moves > w/stays/moved ?",
                                                    "fs.rmdir w/goes ?", "fs.rmdir w/goes/below ?", "fs.mkdir w/new ?",
                                                    "fs.mkdir w/new/below ?", "fs.create w/new/below/f ?"));
  Write("w/stays/moved/below/h", "");
  EXPECT_THAT(Told(), ElementsAre("fs.create w/stays/moved/below/h", "fs.close-write w/stays/moved/below/h"));
  EXPECT_EQ(source_->counters().gaps, 1u);
}

TEST_F(InotifyTest, AStoppedSourceGivesWhatWasReportedAndEnds) {
  fs::create_directory(At("out"));
  Write("w/a", "");
  Open(DefaultTypes());
  fs::rename(At("w/a"), At("out/a"));  // not kept waiting for a second half
  source_->Stop();
  Write("w/late");
  FrameBatch batch;
  auto state = source_->Drain(&batch);
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(*state, DrainState::kEnd);
  EventView event;
  ASSERT_TRUE(EventView::Bind(batch.frames(), &event)) << "one event and no more";
  EXPECT_EQ(event.type(), kFsMoveOut);
}

TEST_F(InotifyTest, ARootThatIsNotThere) {
  InotifyOptions options;
  options.selection.roots = {At("none")};
  auto source = OpenInotify(std::move(options));
  ASSERT_FALSE(source.ok());
  EXPECT_EQ(source.status().code(), StatusCode::kNotFound);
  EXPECT_THAT(source.status().message(), AllOf(HasSubstr("none"), HasSubstr("No such file")));
}

}  // namespace
}  // namespace vexevt
