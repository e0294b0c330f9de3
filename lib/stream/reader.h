// StreamReader: one stream of frames. Each frame is checked once, here; what Read gives is sound. A frame that is well
// formed but not plain (several segments, far pointers) comes out as the plain frame that says the same. Nothing is
// allocated per event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/unique_fd.h"
#include "lib/event/id_source.h"
#include "lib/io/byte_source.h"
#include "lib/stream/input.h"

namespace vexevt {

class StreamReader final : public StreamInput {
 public:
  // `name` stands in errors.
  StreamReader(UniqueFd fd, std::string name);
  StreamReader(std::unique_ptr<ByteSource> source, std::string name);

  Result<std::span<const EventView>> Read() override;
  bool MoreWaiting() override;
  void AddPolls(std::vector<pollfd>* polls) override { source_->AddPolls(polls); }

  std::uint64_t offset() const override { return offset_; }
  std::uint64_t total_bytes() const override { return total_bytes_; }
  bool ends_with_writers() const override { return ends_with_writers_; }
  const std::string& name() const { return name_; }

  std::optional<FileId> file() const { return source_->file(); }

  // For a file that a later run is to go on with: AddMarks tells of it as `path`. Before anything is read.
  void KeepMarks(std::string path);
  void AddMarks(std::size_t left, std::vector<FileMark>* marks) const override;
  // Goes on behind the event of `mark`. False: it is not at its place, and this reader is of no more use.
  Result<bool> GoOnBehind(const FileMark& mark);
  // A gap stands before what is read next.
  void AddGap(std::string_view cause, std::uint64_t since_ns);

  // What Open found out about the source.
  void set_total_bytes(std::uint64_t bytes) { total_bytes_ = bytes; }
  void set_ends_with_writers(bool ends) { ends_with_writers_ = ends; }

 private:
  void DropGiven();
  void Fill();
  void Parse();
  bool Take(std::span<const std::byte> frame);
  void SetMarkToStart();
  void Break(std::string_view what, std::size_t got);
  void Fail(std::string_view what);

  std::byte* bytes() { return reinterpret_cast<std::byte*>(buffer_.data()); }

  std::unique_ptr<ByteSource> source_;
  std::string name_;
  std::vector<std::uint64_t> buffer_;  // words, as frames are aligned to
  std::size_t begin_ = 0, end_ = 0;    // bytes of the buffer that are not parsed yet
  std::size_t wanted_ = 8;             // bytes from begin_ that the frame there is known to need
  std::uint64_t offset_ = 0;
  std::size_t batch_begin_ = 0;  // where in the buffer, and in the stream, the first frame of events_ lies
  std::uint64_t batch_offset_ = 0, last_offset_ = 0;  // and the last one
  bool ended_ = false;
  bool given_ = false;  // the caller has seen events_
  Status failure_;
  std::vector<EventView> events_;
  std::size_t gaps_ = 0;                                       // how many of them, at the front, were made here
  std::vector<std::unique_ptr<std::vector<std::byte>>> made_;  // plain copies of this batch's unusual frames, and gaps
  std::size_t made_bytes_ = 0;
  std::unique_ptr<EventIds> ids_;  // once there was a gap
  std::uint64_t last_wall_ns_ = 0;
  FileMark mark_;  // behind all that was given before events_; path empty: nobody asks
  std::uint64_t total_bytes_ = 0;
  bool ends_with_writers_ = true;
};

}  // namespace vexevt
