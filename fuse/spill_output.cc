#include "fuse/spill_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace vexevt {
namespace {

bool WriteAllAt(int fd, std::span<const std::byte> bytes, off_t at) {
  while (!bytes.empty()) {
    ssize_t size = ::pwrite(fd, bytes.data(), bytes.size(), at);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(size));
    at += size;
  }
  return true;
}

bool ReadAllAt(int fd, std::span<std::byte> bytes, off_t at) {
  while (!bytes.empty()) {
    ssize_t size = ::pread(fd, bytes.data(), bytes.size(), at);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(size));
    at += size;
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<SpillOutput>> SpillOutput::Open(const std::string& directory, FrameOutput& output) {
  const char* temporary = std::getenv("TMPDIR");
  std::string path = !directory.empty() ? directory : temporary != nullptr && *temporary != 0 ? temporary : "/tmp";
  std::string name = path + "/vexevt-fuse-XXXXXX";
  UniqueFd file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file) return ErrnoStatus(fmt::format("cannot make a spill file in '{}'", path), errno);
  ::unlink(name.c_str());
  return std::unique_ptr<SpillOutput>(new SpillOutput(std::move(file), output));
}

SpillOutput::SpillOutput(UniqueFd file, FrameOutput& output)
    : file_(std::move(file)), output_(output), thread_([this] { Run(); }) {}

bool SpillOutput::Write(std::span<const std::byte> frames) {
  off_t at;
  {
    std::lock_guard lock(mutex_);
    if (blocks_.empty()) read_at_ = write_at_ = 0;  // what was in the file has been taken: from its start again
    at = write_at_;
  }
  if (!WriteAllAt(file_.get(), frames, at)) return false;
  {
    std::lock_guard lock(mutex_);
    blocks_.push_back(frames.size());
    write_at_ = at + static_cast<off_t>(frames.size());
  }
  changed_.notify_one();
  return true;
}

void SpillOutput::Run() {
  std::vector<std::uint64_t> words;  // frames are aligned to them
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return closing_ || !blocks_.empty(); });
    if (blocks_.empty()) return;
    std::size_t bytes = blocks_.front();
    off_t at = read_at_;
    lock.unlock();
    words.resize(bytes / 8);
    std::span<std::byte> frames{reinterpret_cast<std::byte*>(words.data()), bytes};
    if (ReadAllAt(file_.get(), frames, at)) output_.Write(frames);
    // What was taken need not stay on the disk until all is.
    ::fallocate(file_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, static_cast<off_t>(bytes));
    lock.lock();
    blocks_.pop_front();
    read_at_ = at + static_cast<off_t>(bytes);
  }
}

void SpillOutput::Close() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

}  // namespace vexevt
