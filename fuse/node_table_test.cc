#include "fuse/node_table.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

struct stat File(ino_t inode, mode_t type = S_IFREG) {
  struct stat status = {};
  status.st_dev = 7;
  status.st_ino = inode;
  status.st_mode = type | 0644;
  return status;
}

class Nodes : public ::testing::Test {
 protected:
  Node& Enter(ino_t inode, Node& parent, const char* name, mode_t type = S_IFREG) {
    return *table_.Enter(UniqueFd(), File(inode, type), parent, name, table_.renames());
  }
  std::string Path(const Node& node, std::string_view name = {}) {
    char room[4096];
    return std::string(table_.Path(node, name, room));
  }

  NodeTable table_{UniqueFd(), File(1, S_IFDIR), "/mnt"};
};

TEST_F(Nodes, HaveThePathsOfTheirNames) {
  Node& folder = Enter(2, table_.root(), "folder", S_IFDIR);
  Node& file = Enter(3, folder, "file");
  EXPECT_EQ(Path(table_.root()), "/mnt");
  EXPECT_EQ(Path(table_.root(), "x"), "/mnt/x");
  EXPECT_EQ(Path(file), "/mnt/folder/file");
  EXPECT_EQ(Path(folder, "new"), "/mnt/folder/new");
  table_.Rename(folder.key, table_.root(), "other");
  EXPECT_EQ(Path(file), "/mnt/other/file");
  table_.Rename({7, 99}, table_.root(), "not known");
  char small[12];
  EXPECT_EQ(table_.Path(file, {}, small), "?/file");
}

TEST_F(Nodes, OfOneFileAreOne) {
  Node& one = Enter(3, table_.root(), "one");
  Node& two = Enter(3, table_.root(), "two");
  EXPECT_EQ(&one, &two);
  EXPECT_EQ(Path(one), "/mnt/two");
  EXPECT_EQ(table_.size(), 2u);
  table_.Forget(one, 1);
  EXPECT_EQ(table_.size(), 2u);
  table_.Forget(one, 1);
  EXPECT_EQ(table_.size(), 1u);
}

TEST_F(Nodes, KeepAFolderWhileAnythingIsIn) {
  Node& folder = Enter(2, table_.root(), "folder", S_IFDIR);
  Node& inner = Enter(3, folder, "inner", S_IFDIR);
  Node& file = Enter(4, inner, "file");
  table_.Forget(folder, 1);
  table_.Forget(inner, 1);
  EXPECT_EQ(table_.size(), 4u);
  EXPECT_EQ(Path(file), "/mnt/folder/inner/file");
  table_.Forget(file, 1);  // and with it, all that only it held
  EXPECT_EQ(table_.size(), 1u);
  EXPECT_EQ(table_.root().references.load(), 1u);
}

// A name that was looked up before a rename, and is entered after it, is an old one.
TEST_F(Nodes, DoNotGetAnOldNameBack) {
  Node& file = Enter(3, table_.root(), "old");
  std::uint64_t before = table_.renames();
  table_.Rename(file.key, table_.root(), "new");
  table_.Enter(UniqueFd(), File(3), table_.root(), "old", before);
  EXPECT_EQ(Path(file), "/mnt/new");
}

TEST_F(Nodes, TellTheNamesOfFiles) {
  Node& folder = Enter(2, table_.root(), "folder", S_IFDIR);
  for (ino_t i = 10; i < 20; ++i) Enter(i, folder, "file");
  std::size_t count = 0;
  for (std::size_t shard = 0; shard < NodeTable::kShards; ++shard) {
    for (const KnownName& known : table_.NamesOf(shard)) count += known.parent == &folder && known.name == "file";
  }
  EXPECT_EQ(count, 10u);
}

}  // namespace
}  // namespace vexevt
