#include "lib/capture/fanotify_record.h"

#include <gtest/gtest.h>
#include <linux/fanotify.h>

#include "lib/capture/testing/fanotify_bytes.h"

namespace vexevt {
namespace {

TEST(FanotifyRecordTest, TakesRecordsApart) {
  FanotifyBytes bytes;
  bytes.Record(FAN_CREATE | FAN_OPEN, 42).Named(Ext4Key(2), "a name").Object(Ext4Key(13));
  bytes.Record(FAN_RENAME | FAN_ONDIR, 43)
      .Info(FAN_EVENT_INFO_TYPE_OLD_DFID_NAME, Ext4Key(2), "old")
      .Info(FAN_EVENT_INFO_TYPE_NEW_DFID_NAME, Ext4Key(3), "new")
      .Object(Ext4Key(14));
  bytes.Record(FAN_ATTRIB, 44).Object(Ext4Key(15));
  bytes.Record(FAN_Q_OVERFLOW, 0);
  bytes.Record(FAN_OPEN, 45).Info(200, "of a newer kernel").Named(Ext4Key(4), ".");

  FanotifyReader reader(bytes.bytes());
  FanotifyRecord record;
  ASSERT_TRUE(reader.Next(&record));
  EXPECT_EQ(record.mask, std::uint64_t{FAN_CREATE | FAN_OPEN});
  EXPECT_EQ(record.pid, 42U);
  EXPECT_EQ(record.name.directory, Ext4Key(2));
  EXPECT_EQ(record.name.name, "a name");
  EXPECT_EQ(record.object, Ext4Key(13));
  ASSERT_TRUE(reader.Next(&record));
  EXPECT_EQ(record.name.name, "old");
  EXPECT_EQ(record.new_name.directory, Ext4Key(3));
  EXPECT_EQ(record.new_name.name, "new");
  ASSERT_TRUE(reader.Next(&record));
  EXPECT_TRUE(record.name.directory.empty());
  EXPECT_EQ(record.object, Ext4Key(15));
  ASSERT_TRUE(reader.Next(&record));
  EXPECT_EQ(record.mask, std::uint64_t{FAN_Q_OVERFLOW});
  ASSERT_TRUE(reader.Next(&record));
  EXPECT_EQ(record.name.name, ".");
  EXPECT_FALSE(reader.Next(&record));
  EXPECT_TRUE(reader.done());
  EXPECT_FALSE(reader.bad());
}

// Whatever is cut off or changed: an end, never a step outside (which the address sanitizer would tell).
TEST(FanotifyRecordTest, EndsAtWhatIsMalformed) {
  FanotifyBytes bytes;
  bytes.Record(FAN_CREATE, 42).Named(Ext4Key(2), "name").Object(Ext4Key(13));
  const std::vector<std::byte>& good = bytes.bytes();
  FanotifyRecord record;
  for (std::size_t size = 1; size < good.size(); ++size) {
    std::vector<std::byte> cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    FanotifyReader reader(cut);
    EXPECT_FALSE(reader.Next(&record)) << size;
    EXPECT_TRUE(reader.bad()) << size;
    EXPECT_FALSE(reader.Next(&record));
  }
  int refused = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int value : {0x00, 0x01, 0x7f, 0xff}) {
      std::vector<std::byte> changed = good;
      changed[at] = static_cast<std::byte>(value);
      FanotifyReader reader(changed);
      while (reader.Next(&record)) {
        EXPECT_LE(record.name.name.size(), good.size());
        InodeOf(record.object);
      }
      refused += reader.bad() ? 1 : 0;
    }
  }
  EXPECT_GT(refused, 20);
}

TEST(FanotifyRecordTest, InodesOfKnownHandles) {
  auto key = [](std::uint32_t type, std::vector<std::uint32_t> words) {
    std::string bytes(16 + 4 * words.size(), '\0');
    Store(bytes.data() + 8, static_cast<std::uint32_t>(4 * words.size()));
    Store(bytes.data() + 12, type);
    std::memcpy(bytes.data() + 16, words.data(), 4 * words.size());
    return bytes;
  };
  auto expect = [](const std::string& bytes, std::uint64_t inode, std::uint32_t generation) {
    InodeNumber number = InodeOf(bytes);
    EXPECT_EQ(number.inode, inode);
    EXPECT_EQ(number.generation, generation);
  };
  expect(key(0x01, {13, 7}), 13, 7);                              // ext4
  expect(key(0x01, {7, 13, 1}), std::uint64_t{1} << 32 | 13, 7);  // tmpfs
  expect(key(0x81, {13, 2, 7}), std::uint64_t{2} << 32 | 13, 7);  // xfs
  expect(key(0x4d, {257, 0, 5, 0, 9}), 257, 9);                   // btrfs
  expect(key(0xfe, {1, 2}), 0, 0);
  expect("", 0, 0);
  expect(key(0x01, {13}), 0, 0);
}

}  // namespace
}  // namespace vexevt
