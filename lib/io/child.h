// Child: a shell command with a pipe to or from it.
#pragma once

#include <sys/types.h>

#include <string>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"
#include "lib/io/byte_sink.h"
#include "lib/io/byte_source.h"

namespace vexevt {

class Child {
 public:
  enum class Pipe { kItsInput, kItsOutput };

  // Runs `sh -c command`, its standard input or output a pipe whose other end is fd(). All else is as ours, but no
  // signal is blocked or ignored.
  static Result<Child> Start(const std::string& command, Pipe pipe);

  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();  // closes the pipe, and does not wait

  int fd() const { return pipe_.get(); }  // our end of the pipe
  void ClosePipe() { pipe_.reset(); }

  // Waits for its end. kIoError where that was not exit status 0: "'exec:false' exited with status 1".
  Status Wait();

 private:
  Child(std::string command, pid_t pid, UniqueFd pipe);

  std::string command_;
  pid_t pid_;  // 0: it was waited for
  UniqueFd pipe_;
};

// What a command writes. Its end is an error where the command failed.
class ChildSource final : public ByteSource {
 public:
  ChildSource(Child child, std::string name) : child_(std::move(child)), name_(std::move(name)) {}
  Result<std::size_t> Read(std::span<std::byte> to) override;
  bool Ready() override;
  void AddPolls(std::vector<pollfd>* polls) const override { polls->push_back({child_.fd(), POLLIN, 0}); }

 private:
  Child child_;
  std::string name_;
};

// What a command reads. Close waits for its end, and is an error where it failed.
class ChildSink final : public ByteSink {
 public:
  ChildSink(Child child, std::string name) : child_(std::move(child)), name_(std::move(name)) {}
  Status Write(std::span<const std::byte> bytes) override;
  Status Close() override;
  int fd() const override { return child_.fd(); }

 private:
  Child child_;
  std::string name_;
};

}  // namespace vexevt
