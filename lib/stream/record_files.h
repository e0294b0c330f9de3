// RecordFiles: a stream as a row of files, each complete in itself. A new one begins, always between two events, when
// the next event would make the file larger than asked for, or belongs to a later period of time. So it depends on the
// events alone which of them are in which file, however fast they came.
//
// A file has its name (record_name.h) once it is complete and on the disk; until then that ends in .part, and the file
// is locked. What a run that was killed has left so is taken up by the next one: its whole events become the file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/unique_fd.h"
#include "lib/io/byte_sink.h"
#include "lib/stream/record_name.h"

namespace vexevt {

struct Rotation {
  std::uint64_t bytes = 0;      // of frames, as they are before compression; 0: any number
  std::uint64_t period_ns = 0;  // of events' wall time, from 1970 on; 0: for ever
  bool wanted() const { return bytes > 0 || period_ns > 0; }
};

class RecordFiles final : public ByteSink {
 public:
  // Files of `path`. Those that are there stay, and numbers go on behind theirs.
  static Result<std::unique_ptr<RecordFiles>> Open(const std::string& path, Rotation rotation);

  const std::vector<std::string>& taken_up() const { return taken_up_; }  // of a former run

  // `bytes` are whole frames.
  Status Write(std::span<const std::byte> bytes) override;
  Status Sync() override { return file_ ? file_->sink->Sync() : Status(); }
  Status Close() override;
  int fd() const override { return -1; }
  bool ends_stream() const override { return true; }

 private:
  struct File {
    UniqueFd lock;  // the same open file
    std::unique_ptr<ByteSink> sink;

    // Compressed where `name` says so, which is what it shall be called.
    static Result<File> Make(const std::string& path, std::string_view name, int flags);
  };

  RecordFiles(RecordName name, Rotation rotation) : name_(std::move(name)), rotation_(rotation) {}

  Status LookAtFormer();
  Status TakeUp(const std::string& name);
  bool BeginsAnew(std::size_t frame_bytes, std::uint64_t wall_ns) const;
  Status Begin(std::uint64_t wall_ns);
  Status Complete();

  RecordName name_;
  Rotation rotation_;
  std::vector<std::string> taken_up_;
  std::uint64_t number_ = 0;  // of the last file
  std::string path_;          // that file_ will have
  std::optional<File> file_;
  std::uint64_t file_bytes_ = 0, file_period_ = 0;
};

}  // namespace vexevt
