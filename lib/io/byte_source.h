// ByteSource: where a reader's bytes come from: a descriptor, a file that is followed, a command. For one thread.
#pragma once

#include <poll.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Fills `to` from its start, with what is there; waits until there is something. 0: the end. `to` is not empty.
  virtual Result<std::size_t> Read(std::span<std::byte> to) = 0;

  // Whether Read would return without waiting.
  virtual bool Ready() = 0;

  // Where Ready is false: it may be true once one of these is readable.
  virtual void AddPolls(std::vector<pollfd>* polls) const = 0;

  // Why the bytes of the last Read do not continue those before it: "truncated", "replaced". Empty: they do.
  virtual std::string TakeBreak() { return {}; }
};

class FdSource final : public ByteSource {
 public:
  // `name` stands in errors: "cannot read 'a.evt': Input/output error".
  // `unwritten`: a named pipe that nobody may have opened to write yet, so that read(2) would take it for ended.
  FdSource(UniqueFd fd, std::string name, bool unwritten = false)
      : fd_(std::move(fd)), name_(std::move(name)), unwritten_(unwritten) {}

  Result<std::size_t> Read(std::span<std::byte> to) override;
  bool Ready() override;
  void AddPolls(std::vector<pollfd>* polls) const override { polls->push_back({fd_.get(), POLLIN, 0}); }

 private:
  UniqueFd fd_;
  std::string name_;
  bool unwritten_;
  bool drained_ = false;  // the last read found less than it asked for
};

}  // namespace vexevt
