#include "lib/react/trusted_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace vexevt {
namespace {

using ::testing::HasSubstr;

class TrustedFile : public ::testing::Test {
 protected:
  TrustedFile() {
    std::string name = std::filesystem::temp_directory_path() / "vexevt-trusted-XXXXXX";
    root_ = ::mkdtemp(name.data());
    std::filesystem::create_directories(root_ + "/a/b");
    path_ = root_ + "/a/b/w.toml";
    std::ofstream(path_) << "text\n";
    ::chmod(path_.c_str(), 0644);
    Mode("/a", 0755);
    Mode("/a/b", 0755);
  }
  ~TrustedFile() override { std::filesystem::remove_all(root_); }

  void Mode(const std::string& path, mode_t mode) { ASSERT_EQ(::chmod((root_ + path).c_str(), mode), 0); }
  std::string Refusal() const { return ReadTrustedFile(path_, 100).status().message(); }

  std::string root_, path_;
};

TEST_F(TrustedFile, IsReadWhereItIsOurs) {
  auto text = ReadTrustedFile(path_, 5);
  ASSERT_TRUE(text.ok()) << text.status().message();
  EXPECT_EQ(*text, "text\n");
}

TEST_F(TrustedFile, IsRefusedWhereOthersCanWriteIt) {
  Mode("/a/b/w.toml", 0664);
  EXPECT_THAT(Refusal(), HasSubstr("others can write '" + path_ + "'"));
  Mode("/a/b/w.toml", 0646);
  EXPECT_THAT(Refusal(), HasSubstr("others can write"));
}

TEST_F(TrustedFile, IsRefusedWhereOthersCanReplaceIt) {
  Mode("/a/b", 0777);
  EXPECT_THAT(Refusal(), HasSubstr("others can write '" + root_ + "/a/b'"));
  Mode("/a/b", 01777);
  EXPECT_EQ(Refusal(), "");
  Mode("/a", 0775);
  EXPECT_THAT(Refusal(), HasSubstr("others can write '" + root_ + "/a'"));
}

TEST_F(TrustedFile, IsRefusedWhereALinkLeadsToSuchAFolder) {
  Mode("/a", 0777);
  const std::string link = root_ + "/link";
  std::filesystem::create_symlink(path_, link);
  EXPECT_THAT(ReadTrustedFile(link, 100).status().message(), HasSubstr("others can write"));
}

TEST_F(TrustedFile, IsRefusedWhereItIsSomebodyElses) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_EQ(::chown(path_.c_str(), 65534, 65534), 0);
  EXPECT_THAT(Refusal(), HasSubstr("is not ours"));
}

TEST_F(TrustedFile, HasToBeAFileAndNotTooLarge) {
  EXPECT_THAT(ReadTrustedFile(path_, 4).status().message(), HasSubstr("is larger than 4 bytes"));
  EXPECT_THAT(ReadTrustedFile(root_ + "/a", 100).status().message(), HasSubstr("is no file"));
  EXPECT_THAT(ReadTrustedFile(root_ + "/none", 100).status().message(), HasSubstr("No such file"));
}

}  // namespace
}  // namespace vexevt
