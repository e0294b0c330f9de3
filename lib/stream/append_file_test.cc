#include "lib/stream/append_file.h"

#include <gtest/gtest.h>

#include "lib/base/bytes.h"
#include "lib/stream/endpoint.h"
#include "lib/stream/testing/streams.h"

namespace vexevt {
namespace {

class AppendFileTest : public testing::Test {
 protected:
  Result<AppendFile> Open(bool frames = true) { return OpenToAppend(path_, frames, inputs_); }

  std::string Message(bool frames = true) {
    auto file = Open(frames);
    return file.ok() ? "" : file.status().message();
  }

  std::vector<std::byte> Contents() {
    auto reader = OpenFileInput(path_);
    return reader.ok() ? ReadAll(**reader).first : std::vector<std::byte>();
  }

  // Writes one more event; says what was cut off.
  std::uint64_t Add() {
    auto file = Open();
    EXPECT_TRUE(file.ok()) << file.status().message();
    if (!file.ok()) return 0;
    StreamWriter writer = FileWriter(std::move(file->fd), path_);
    EXPECT_TRUE(writer.Append(event_).ok());
    EXPECT_TRUE(writer.Close().ok());
    whole_.insert(whole_.end(), event_.begin(), event_.end());
    return file->cut_bytes;
  }

  TestDirectory directory_;
  std::string path_ = directory_ / "a.evt";
  std::vector<std::string> inputs_ = {directory_ / "other"};
  std::vector<std::byte> event_ = FrameAt(1), whole_;
};

TEST_F(AppendFileTest, GoesOnBehindWhatIsThere) {
  auto file = Open();
  ASSERT_TRUE(file.ok()) << file.status().message();
  EXPECT_TRUE(file->empty);
  file->fd.reset();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Add(), 0u);
    EXPECT_EQ(Contents(), whole_);
  }
  EXPECT_FALSE(Open()->empty);
}

TEST_F(AppendFileTest, TakesAnEventAwayThatIsCutOffAnywhere) {
  for (std::size_t cut = 1; cut < event_.size(); ++cut) {
    Add();
    WriteFile(path_, std::span(event_).first(cut), O_APPEND);
    EXPECT_EQ(Add(), cut);
    EXPECT_EQ(Contents(), whole_);
  }
}

TEST_F(AppendFileTest, RefusesWhatIsNoStream) {
  WriteFile(path_, AsBytes("# Notes of mine, and no stream of events\n"));
  EXPECT_EQ(Message(), "cannot append: " + path_ + ": offset 0: not an event: its frame would be larger than 1 MiB");
  WriteFile(path_, AsBytes("a\n"));
  EXPECT_EQ(Message(), "cannot append: " + path_ + ": offset 0: truncated event");
  EXPECT_EQ(std::filesystem::file_size(path_), 2u);
  EXPECT_EQ(Message(/*frames=*/false), "");
  std::filesystem::remove(path_);
  Add();
  std::vector<std::byte> wrong = event_;
  std::fill(wrong.begin() + 8, wrong.begin() + 16, std::byte{0xff});
  WriteFile(path_, wrong, O_APPEND);
  EXPECT_NE(Message().find(": offset " + std::to_string(event_.size())), std::string::npos) << Message();
  EXPECT_EQ(std::filesystem::file_size(path_), event_.size() * 2);
}

TEST_F(AppendFileTest, CompressedDataHasToEndWithItsFrame) {
  path_ += ".zst";
  for (int i = 0; i < 3; ++i) Add();
  EXPECT_EQ(Contents(), whole_);
  const std::uint64_t whole = std::filesystem::file_size(path_);
  {
    StreamWriter open = FileWriter(std::move(Open()->fd), path_);
    ASSERT_TRUE(open.Append(event_).ok());
    ASSERT_TRUE(open.Flush().ok());  // and not closed: as if killed
  }
  EXPECT_EQ(Message(), "cannot append: the last zstd frame of '" + path_ +
                           "' has no end, as a run that was killed leaves it; vexevt-cat copies what is whole");
  std::filesystem::resize_file(path_, whole);
  EXPECT_EQ(Add(), 0u);
  EXPECT_EQ(Contents(), whole_);

  const std::string compressed = std::exchange(path_, directory_ / "b.evt");
  std::filesystem::rename(compressed, path_);
  EXPECT_EQ(Message(), "cannot append: '" + path_ + "' is compressed, which its name does not say");
}

TEST_F(AppendFileTest, OneRunAtATime) {
  auto first = Open();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(Message(), "cannot append: another run writes '" + path_ + "'");
  first->fd.reset();
  EXPECT_EQ(Message(), "");
}

TEST_F(AppendFileTest, SaysHowALineEnds) {
  WriteFile(path_, AsBytes("{}"));
  EXPECT_EQ(Open(/*frames=*/false)->last, '}');
  inputs_ = {path_};
  EXPECT_EQ(Message(), "'" + path_ + "': input file is output file");
}

TEST_F(AppendFileTest, IsCutBackToWhereItWas) {
  Add();
  auto file = Open();
  ASSERT_TRUE(file.ok());
  const auto end = EndOf(file->fd.get());
  ASSERT_TRUE(end);
  WriteBytes(file->fd.get(), std::vector<std::byte>(5));
  EXPECT_FALSE(CutBack(path_, *end).ok()) << "it is being written";
  file->fd.reset();
  EXPECT_EQ(CutBack(path_, {end->inode + 1, 0}).value(), 0u) << "another file";
  EXPECT_EQ(CutBack(path_, *end).value(), 5u);
  EXPECT_EQ(Contents(), event_);
  EXPECT_EQ(CutBack(directory_ / "nothing", *end).value(), 0u);
  EXPECT_EQ(EndOf(TestPipe().to.get()), std::nullopt);
}

}  // namespace
}  // namespace vexevt
