// FollowedFile: a file that grows, as `tail -F` reads it: at its end waits for more, without polling by time (inotify).
// A file that was truncated is read from its start again; one that was replaced (rotated) is read to its end, then the
// new one from its start, and also those that had the name in between, however quickly they were renamed. One that was
// deleted is waited for. What was removed before it could be opened is told as missing. A file that was truncated and
// has grown past the old place before anyone looked can't be told from one that just grew.
#pragma once

#include <sys/types.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/io/byte_source.h"
#include "lib/io/name_history.h"

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
  std::optional<FileId> file() const override { return files_.front().id; }

 private:
  struct File {
    UniqueFd fd;
    FileId id;
    int watch = -1;             // inotify's
    bool after_others = false;  // which are missing
  };

  explicit FollowedFile(std::string path);

  Result<File> OpenFile(const std::string& path) const;
  Status Watch(File file);
  bool DrainNotices();
  Status FindSuccessors();
  Result<bool> MoreThere();

  std::string path_, directory_;
  UniqueFd notices_;  // inotify: of the directory, and of each of files_
  int directory_watch_ = -1;
  NameHistory history_;
  bool overflowed_ = false;  // notices are missing
  std::deque<File> files_;   // the one that is read, and those that had its name after it
  off_t position_ = 0;       // in the first
  std::string break_;
};

}  // namespace vexevt
