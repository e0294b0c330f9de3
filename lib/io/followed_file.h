// FollowedFile: a file that grows, as `tail -F` reads it: at its end waits for more, without polling by time (inotify).
// A file that was truncated is read from its start again; one that was replaced (rotated) is read to its end, then the
// new one from its start. One that was deleted is waited for. A file that was truncated and has grown past the old
// place before anyone looked can't be told from one that just grew.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "lib/io/byte_source.h"

namespace vexevt {

class FollowedFile final : public ByteSource {
 public:
  static Result<std::unique_ptr<FollowedFile>> Open(const std::string& path);

  // Never 0: a followed file has no end.
  Result<std::size_t> Read(std::span<std::byte> to) override;
  bool Ready() override;
  void AddPolls(std::vector<pollfd>* polls) const override { polls->push_back({notices_.get(), POLLIN, 0}); }
  std::string TakeBreak() override { return std::exchange(break_, {}); }
  Result<bool> Skip(std::uint64_t bytes) override;
  std::optional<FileId> file() const override { return id_; }

 private:
  explicit FollowedFile(std::string path) : path_(std::move(path)) {}

  Status OpenNow();
  void DrainNotices();
  Result<bool> MoreThere();

  std::string path_;
  UniqueFd fd_;
  UniqueFd notices_;  // inotify
  int watch_ = -1;    // of the file; that of its directory stays
  FileId id_;
  off_t position_ = 0;
  std::string break_;
};

}  // namespace vexevt
