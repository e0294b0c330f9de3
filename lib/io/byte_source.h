// ByteSource: where a reader's bytes come from: a descriptor, a file that is followed, a command. For one thread.
#pragma once

#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"
#include "lib/io/file_id.h"

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

  // Why the bytes of the last Read do not continue those before it. Empty: they do. kReplaced: a file was replaced by
  // another after all of it was read; anything else: some of it was not.
  virtual std::string TakeBreak() { return {}; }
  static constexpr std::string_view kReplaced = "replaced";

  // Leaves out the next `bytes`. False: so many are not there, and how many were left out is not known.
  virtual Result<bool> Skip(std::uint64_t bytes);

  // The regular file that the bytes of the last Read came from; nullopt: none.
  virtual std::optional<FileId> file() const { return {}; }
};

class FdSource final : public ByteSource {
 public:
  // `name` stands in errors: "cannot read 'a.evt': Input/output error".
  // `unwritten`: a named pipe that nobody may have opened to write yet, so that read(2) would take it for ended.
  FdSource(UniqueFd fd, std::string name, bool unwritten = false);

  Result<std::size_t> Read(std::span<std::byte> to) override;
  bool Ready() override;
  void AddPolls(std::vector<pollfd>* polls) const override { polls->push_back({fd_.get(), POLLIN, 0}); }
  Result<bool> Skip(std::uint64_t bytes) override;
  std::optional<FileId> file() const override { return file_; }

 private:
  UniqueFd fd_;
  std::string name_;
  std::optional<FileId> file_;
  bool unwritten_;
  bool drained_ = false;  // the last read found less than it asked for
};

}  // namespace vexevt
