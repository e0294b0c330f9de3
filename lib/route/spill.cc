#include "lib/route/spill.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>

#include "lib/base/bytes.h"
#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

constexpr std::string_view kMagic = "VXS1";
constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kPositionBytes = 32;
// A segment is closed when it has grown so large; what has been read is removed by the segment.
constexpr std::uint64_t kSegmentBytes = std::uint64_t{16} << 20;
// No block is larger: buffers are flushed at 64 KiB, and one read batch or one frame more.
constexpr std::size_t kMaxBlockBytes = kMaxFrameBytes * 2;
// Numbers leave room below the first, for Prepend.
constexpr std::uint64_t kFirstNumber = std::uint64_t{1} << 32;

Result<std::size_t> ReadAt(int fd, std::span<std::byte> to, std::uint64_t offset, const std::string& name) {
  std::size_t got = 0;
  while (got < to.size()) {
    ssize_t part = ::pread(fd, to.data() + got, to.size() - got, static_cast<off_t>(offset + got));
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) return ErrnoStatus(fmt::format("cannot read '{}'", name), errno);
    if (part == 0) break;
    got += static_cast<std::size_t>(part);
  }
  return got;
}

bool WholeFrames(std::span<const std::byte> rest) {
  while (!rest.empty()) {
    FrameSize size = MeasureFrame(rest);
    if (size.state != FrameState::kOk || size.bytes > rest.size()) return false;
    rest = rest.subspan(size.bytes);
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<Spill>> Spill::Open(std::string directory, std::uint64_t max_bytes) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  std::unique_ptr<Spill> spill(new Spill(std::move(directory), max_bytes));
  const std::string& name = spill->directory_;
  spill->lock_.reset(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!spill->lock_) return ErrnoStatus(fmt::format("cannot open '{}'", name), errno);
  if (::flock(spill->lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? Unavailable(fmt::format("'{}' is in use by another process", name))
                                : ErrnoStatus(fmt::format("cannot lock '{}'", name), errno);
  }
  spill->position_.reset(::open((name + "/position").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!spill->position_) return ErrnoStatus(fmt::format("cannot open '{}/position'", name), errno);
  VEXEVT_TRY(spill->Recover());
  return spill;
}

std::string Spill::PathOf(std::uint64_t number) const { return fmt::format("{}/{:016x}.spill", directory_, number); }

Status Spill::Recover() {
  std::byte stored[kPositionBytes];
  VEXEVT_ASSIGN(std::size_t got, ReadAt(position_.get(), stored, 0, directory_ + "/position"));
  if (got == sizeof stored && Load<std::uint64_t>(stored + 24) == XXH3_64bits(stored, 24)) {
    acknowledged_ = {Load<std::uint64_t>(stored), Load<std::uint64_t>(stored + 8), Load<std::uint64_t>(stored + 16)};
  }
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, failed)) {
    std::string name = entry.path().filename().string();
    std::uint64_t number = 0;
    auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number, 16);
    if (error != std::errc() || end != name.data() + 16 || !name.ends_with(".spill")) continue;
    struct stat file;
    if (::stat(entry.path().c_str(), &file) != 0) continue;
    segments_.push_back({number, static_cast<std::uint64_t>(file.st_size)});
    disk_bytes_ += static_cast<std::uint64_t>(file.st_size);
  }
  if (failed) return ErrnoStatus(fmt::format("cannot read '{}'", directory_), failed.value());
  std::ranges::sort(segments_, {}, &Segment::number);
  RemoveBefore(acknowledged_.segment);
  for (const Segment& segment : segments_) unread_bytes_ += segment.bytes;
  next_ = acknowledged_;
  if (segments_.empty() || segments_.front().number != acknowledged_.segment) {
    next_ = {segments_.empty() ? 0 : segments_.front().number, 0, 0};
  }
  unread_bytes_ -= std::min(unread_bytes_, next_.offset);
  return {};
}

void Spill::RemoveBefore(std::uint64_t number) {
  while (!segments_.empty() && segments_.front().number < number) {
    ::unlink(PathOf(segments_.front().number).c_str());
    disk_bytes_ -= segments_.front().bytes;
    segments_.pop_front();
  }
}

// What a former process left is never written to: its end may be torn.
Status Spill::AddSegment() {
  std::uint64_t number = std::max(segments_.empty() ? kFirstNumber : segments_.back().number + 1,
                                  std::max(acknowledged_.segment, next_.segment) + 1);
  UniqueFd fd(::open(PathOf(number).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return ErrnoStatus(fmt::format("cannot make '{}'", PathOf(number)), errno);
  write_ = std::move(fd);
  segments_.push_back({number, 0});
  return {};
}

Status Spill::WriteBlock(int fd, std::span<const std::byte> frames, Segment* segment) {
  std::byte header[kHeaderBytes];
  std::memcpy(header, kMagic.data(), kMagic.size());
  Store(header + 4, static_cast<std::uint32_t>(frames.size()));
  Store(header + 8, XXH3_64bits(frames.data(), frames.size()));
  std::string name = PathOf(segment->number);
  Status written = WriteAll(fd, header, name);
  if (written.ok()) written = WriteAll(fd, frames, name);
  if (!written.ok()) {  // the part that fitted goes, so that the next block stands where it is looked for
    [[maybe_unused]] int cut = ::ftruncate(fd, static_cast<off_t>(segment->bytes));
    ::lseek(fd, static_cast<off_t>(segment->bytes), SEEK_SET);
    return written;
  }
  segment->bytes += sizeof header + frames.size();
  disk_bytes_ += sizeof header + frames.size();
  unread_bytes_ += sizeof header + frames.size();
  return {};
}

Status Spill::Flush() {
  std::span<const std::byte> rest(buffer_);
  Status status;
  while (!rest.empty() && status.ok()) {
    if (!write_ || segments_.empty() || segments_.back().bytes >= kSegmentBytes) status = AddSegment();
    if (!status.ok()) break;
    std::size_t block = 0;
    while (block < rest.size()) {
      std::size_t frame = MeasureFrame(rest.subspan(block)).bytes;
      if (block > 0 && block + frame > kMaxBlockBytes) break;
      block += frame;
    }
    status = WriteBlock(write_.get(), rest.first(block), &segments_.back());
    if (status.ok()) rest = rest.subspan(block);
  }
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(buffer_.size() - rest.size()));
  return status;
}

// Opens the segment that next_ is in, or the one after it. False: all is read.
Result<bool> Spill::FindBlock() {
  for (const Segment& segment : segments_) {
    if (segment.number < next_.segment) continue;
    if (segment.number > next_.segment) next_ = {segment.number, 0, 0};
    if (next_.offset >= segment.bytes) continue;
    if (reading_ != segment.number) {
      read_.reset(::open(PathOf(segment.number).c_str(), O_RDONLY | O_CLOEXEC));
      if (!read_) {
        int error = errno;
        VEXEVT_TRY(SkipSegment(ErrnoStatus("cannot open it", error).message()));
      }
      reading_ = segment.number;
    }
    return true;
  }
  return false;
}

// A failure, always: the rest of the segment that next_ is in is given up.
Status Spill::SkipSegment(std::string_view why) {
  auto segment = std::ranges::find(segments_, next_.segment, &Segment::number);
  std::uint64_t lost = segment->bytes - next_.offset;
  unread_bytes_ -= std::min(unread_bytes_, lost);
  Status status =
      DataLoss(fmt::format("'{}': offset {}: {}; {} bytes are lost", PathOf(next_.segment), next_.offset, why, lost));
  next_.offset = segment->bytes;
  next_.skip = 0;
  return status;
}

Result<bool> Spill::Read(FrameQueue* queue) {
  VEXEVT_ASSIGN(bool found, FindBlock());
  if (!found) {
    unread_bytes_ = 0;
    if (buffer_.empty()) return false;
    if (Flush().ok()) return Read(queue);
    // The disk takes nothing. The queue is empty of blocks by now, or they come first: order is kept.
    FrameQueue::Chunk chunk;
    chunk.words.resize(buffer_.size() / 8);
    std::memcpy(chunk.data(), buffer_.data(), buffer_.size());
    chunk.used = buffer_.size();
    buffer_.clear();
    queue->AppendChunk(std::move(chunk));
    return true;
  }
  const std::string name = PathOf(next_.segment);
  std::byte header[kHeaderBytes];
  VEXEVT_ASSIGN(std::size_t got, ReadAt(read_.get(), header, next_.offset, name));
  if (got < sizeof header) return SkipSegment("the block is cut short");
  std::size_t size = Load<std::uint32_t>(header + 4);
  if (AsText(std::span(header).first(4)) != kMagic || size == 0 || size % 8 != 0 || size > kMaxBlockBytes) {
    return SkipSegment("not a block of events");
  }
  FrameQueue::Chunk chunk;
  chunk.words.resize(size / 8);
  chunk.used = size;
  std::span<std::byte> frames(chunk.data(), size);
  VEXEVT_ASSIGN(got, ReadAt(read_.get(), frames, next_.offset + sizeof header, name));
  if (got < size) return SkipSegment("the block is cut short");
  if (XXH3_64bits(frames.data(), size) != Load<std::uint64_t>(header + 8) || !WholeFrames(frames)) {
    return SkipSegment("the block's checksum is wrong");
  }
  chunk.block = SpillMark{next_.segment, next_.offset, 0};
  chunk.block_end = next_.offset + sizeof header + size;
  chunk.sent = std::min<std::size_t>(next_.skip, size);
  unread_bytes_ -= std::min<std::uint64_t>(unread_bytes_, sizeof header + size);
  next_ = {next_.segment, chunk.block_end, 0};
  queue->AppendChunk(std::move(chunk));
  return true;
}

Status Spill::WritePosition(const SpillMark& mark) {
  std::byte stored[kPositionBytes];
  Store(stored, mark.segment);
  Store(stored + 8, mark.offset);
  Store(stored + 16, mark.skip);
  Store(stored + 24, XXH3_64bits(stored, 24));
  if (::pwrite(position_.get(), stored, sizeof stored, 0) != sizeof stored) {
    return ErrnoStatus(fmt::format("cannot write '{}/position'", directory_), errno);
  }
  return {};
}

Status Spill::Acknowledge(const SpillMark& mark) {
  acknowledged_ = mark;
  VEXEVT_TRY(WritePosition(mark));
  RemoveBefore(mark.segment);
  // The last segment too, once it is done with.
  if (segments_.size() == 1 && segments_.front().number == mark.segment && mark.offset == segments_.front().bytes) {
    RemoveBefore(mark.segment + 1);
    write_.reset();
    read_.reset();
    reading_ = 0;
  }
  return {};
}

// A new segment before the first one: `frames`, then what of the first one is not acknowledged. The position names it
// before the first one goes, so that a crash in between sends some events twice rather than never.
Status Spill::Prepend(std::span<const std::byte> frames) {
  const bool has_first = !segments_.empty();
  const Segment first = has_first ? segments_.front() : Segment{kFirstNumber, 0};
  Segment segment{first.number - 1, 0};
  const std::string name = PathOf(segment.number);
  UniqueFd fd(::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) return ErrnoStatus(fmt::format("cannot make '{}'", name), errno);
  std::vector<std::byte> held(frames.begin(), frames.end());
  held.swap(buffer_);  // to be cut into blocks as any
  std::deque<Segment> others;
  others.swap(segments_);
  segments_.push_back(segment);
  write_ = std::move(fd);
  Status status = Flush();
  held.swap(buffer_);
  if (status.ok() && has_first) {
    FrameQueue rest;
    next_ = acknowledged_.segment == first.number ? acknowledged_ : SpillMark{first.number, 0, 0};
    reading_ = 0;
    segments_.push_back(first);
    while (status.ok()) {
      auto read = next_.segment == first.number && next_.offset < first.bytes ? Read(&rest) : Result<bool>(false);
      if (!read.ok() || !*read) break;
      for (const FrameQueue::Chunk& chunk : rest.Take()) {
        status = WriteBlock(write_.get(), {chunk.data() + chunk.sent, chunk.used - chunk.sent}, &segments_.front());
      }
    }
    segments_.pop_back();
  }
  segment = segments_.front();
  segments_ = std::move(others);
  segments_.push_front(segment);
  write_.reset();
  VEXEVT_TRY(std::move(status));
  acknowledged_ = next_ = {segment.number, 0, 0};
  VEXEVT_TRY(WritePosition(acknowledged_));
  if (has_first) {
    ::unlink(PathOf(first.number).c_str());
    disk_bytes_ -= first.bytes;
    segments_.erase(segments_.begin() + 1);
  }
  unread_bytes_ = 0;
  for (const Segment& left : segments_) unread_bytes_ += left.bytes;
  return {};
}

}  // namespace vexevt
