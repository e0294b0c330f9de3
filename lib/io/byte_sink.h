// ByteSink: where a writer's bytes go: a descriptor, a command, whoever is connected. For one thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

class ByteSink {
 public:
  virtual ~ByteSink() = default;

  // Writes all of `bytes`, and waits as long as that takes. kBrokenPipe: nobody will read any more.
  virtual Status Write(std::span<const std::byte> bytes) = 0;

  // Waits until what was written is on disk, as far as it goes to one.
  virtual Status Sync() { return {}; }

  // No more bytes will come. Says whether those that were written have arrived, as far as this machine can tell.
  virtual Status Close() = 0;

  // What isatty and poll may be asked about; -1: there is no such descriptor.
  virtual int fd() const = 0;

  // Whether what is written stays there, in a file or device, and is not handed to another process at once.
  virtual bool ends_stream() const { return false; }
};

// What a file could not take whole, as its disk is full, is taken back: the file ends where a Write ended.
class FdSink final : public ByteSink {
 public:
  // `name` stands in errors: "cannot write 'b.evt': No space left on device".
  FdSink(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

  Status Write(std::span<const std::byte> bytes) override;
  Status Sync() override;
  Status Close() override;  // with the error of close(2)
  int fd() const override { return fd_.get(); }
  bool ends_stream() const override;

 private:
  UniqueFd fd_;
  std::string name_;
};

}  // namespace vexevt
