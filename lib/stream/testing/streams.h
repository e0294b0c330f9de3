// Pipes, files and streams for tests.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/unique_fd.h"
#include "lib/event/encode.h"
#include "lib/event/testing/samples.h"
#include "lib/stream/input.h"

namespace vexevt {

struct TestPipe {
  UniqueFd from, to;
  TestPipe() {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    from.reset(ends[0]);
    to.reset(ends[1]);
  }
};

// A directory of its own, gone with it.
struct TestDirectory {
  std::string path = testing::TempDir() + "vexevt-XXXXXX";
  TestDirectory() { EXPECT_NE(mkdtemp(path.data()), nullptr); }
  ~TestDirectory() { std::filesystem::remove_all(path); }
  std::string operator/(const std::string& name) const { return path + "/" + name; }
};

inline std::vector<std::byte> SampleStream() {
  std::vector<std::byte> bytes;
  for (const Event& event : SampleEvents()) AppendFrame(event, &bytes);
  return bytes;
}

// An event that is told by its time and its source.
inline std::vector<std::byte> FrameAt(std::uint64_t wall_ns, std::uint64_t source = 1) {
  Event event;
  event.id = {source, wall_ns};
  event.wall_ns = wall_ns;
  return FrameOf(event);
}

inline void WriteBytes(int fd, std::span<const std::byte> bytes) {
  ASSERT_EQ(write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
}

inline void WriteFile(const std::string& path, std::span<const std::byte> bytes, int flags = O_TRUNC) {
  UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600));
  ASSERT_TRUE(fd) << path;
  WriteBytes(fd.get(), bytes);
}

// The bytes of all events until the end or an error, and the error's message.
inline std::pair<std::vector<std::byte>, std::string> ReadAll(StreamInput& input) {
  std::vector<std::byte> bytes;
  for (;;) {
    auto events = input.Read();
    if (!events.ok()) return {bytes, events.status().message()};
    if (events->empty()) return {bytes, ""};
    for (const EventView& event : *events) bytes.insert(bytes.end(), event.frame().begin(), event.frame().end());
  }
}

}  // namespace vexevt
