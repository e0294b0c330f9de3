#include "lib/match/string_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>

namespace vexevt {
namespace {

using testing::HasSubstr;

class ListFile {
 public:
  explicit ListFile(std::string_view content) {
    const int fd = ::mkstemp(path_.data());
    EXPECT_EQ(::write(fd, content.data(), content.size()), static_cast<ssize_t>(content.size()));
    ::close(fd);
  }
  ~ListFile() { ::unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_ = testing::TempDir() + "string_set_XXXXXX";
};

TEST(StringSet, EmptyHoldsNothing) {
  EXPECT_FALSE(StringSet().Contains(""));
  const StringSet set = std::move(StringSet::FromTexts({})).value();
  EXPECT_FALSE(set.Contains("a"));
  EXPECT_EQ(set.size(), 0u);
}

TEST(StringSet, HoldsExactlyItsTexts) {
  const StringSet set = std::move(StringSet::FromTexts({"vim", "a\nb", "", "vim", std::string(5000, 'x')})).value();
  EXPECT_EQ(set.size(), 4u);
  for (const char* text : {"vim", "a\nb", ""}) EXPECT_TRUE(set.Contains(text)) << text;
  EXPECT_TRUE(set.Contains(std::string(5000, 'x')));
  for (const char* text : {"vi", "vimm", "a", "b", "\n"}) EXPECT_FALSE(set.Contains(text)) << text;
  EXPECT_FALSE(set.Contains(std::string(4999, 'x')));
  EXPECT_FALSE(set.Contains(std::string_view("vim\0a\nb", 7)));
}

TEST(StringSet, ManyTextsAndAsManyMisses) {
  std::vector<std::string> texts;
  for (int i = 0; i < 100000; ++i) texts.push_back("/srv/data/" + std::to_string(i * 2));
  const StringSet set = std::move(StringSet::FromTexts(texts)).value();
  EXPECT_EQ(set.size(), texts.size());
  for (int i = 0; i < 200000; ++i) ASSERT_EQ(set.Contains("/srv/data/" + std::to_string(i)), i % 2 == 0) << i;
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size() + 1;
  EXPECT_LE(set.memory(), bytes + texts.size() * 26);
}

TEST(StringSet, ReadsAFileLineByLine) {
  const ListFile file("\n# not a comment\n  spaced \n\n\ncr\r\nlast");
  const Result<StringSet> set = StringSet::FromFile(file.path());
  ASSERT_TRUE(set.ok()) << set.status().message();
  EXPECT_EQ(set->size(), 4u);
  for (const char* text : {"# not a comment", "  spaced ", "cr\r", "last"}) EXPECT_TRUE(set->Contains(text)) << text;
  EXPECT_FALSE(set->Contains(""));
}

TEST(StringSet, SaysWhatIsWrongWithAFile) {
  EXPECT_EQ(StringSet::FromFile("/nonexistent/list").status().message(),
            "cannot open '/nonexistent/list': No such file or directory");
  EXPECT_THAT(StringSet::FromFile("/").status().message(), HasSubstr("cannot read '/'"));
  const ListFile file(std::string_view("a\nb\0c\n", 6));
  EXPECT_EQ(StringSet::FromFile(file.path()).status().message(), file.path() + ":2: the line holds a NUL byte");
  EXPECT_FALSE(StringSet::FromTexts({std::string("a\0b", 3)}).ok());
}

}  // namespace
}  // namespace vexevt
