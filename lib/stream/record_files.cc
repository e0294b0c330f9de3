#include "lib/stream/record_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "lib/event/event_view.h"
#include "lib/io/atomic_file.h"
#include "lib/io/file_id.h"
#include "lib/io/zstd_sink.h"
#include "lib/stream/endpoint.h"
#include "lib/stream/reader.h"
#include "lib/stream/writer.h"

namespace vexevt {
namespace {

Status Cannot(std::string_view verb, const std::string& path, int error) {
  return ErrnoStatus(fmt::format("cannot {} '{}'", verb, path), error);
}

std::string PartOf(const std::string& path) { return path + std::string(RecordName::kPart); }

// The file of `fd`, which is complete, gets its name once it is on disk.
Status Publish(int fd, const std::string& from, const std::string& to) {
  if (fdatasync(fd) != 0) return Cannot("write", to, errno);
  return RenameDurably(from, to);
}

}  // namespace

Result<std::unique_ptr<RecordFiles>> RecordFiles::Open(const std::string& path, Rotation rotation) {
  std::unique_ptr<RecordFiles> files(new RecordFiles(RecordName::Of(path), rotation));
  VEXEVT_TRY(files->LookAtFormer());
  return files;
}

Status RecordFiles::LookAtFormer() {
  std::error_code error;
  const std::string directory = name_.directory.empty() ? "." : name_.directory;
  std::vector<std::string> parts;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    std::string name = entry.path().filename();
    auto number = name_.NumberOf(name);
    if (!number) continue;
    number_ = std::max(number_, *number);
    if (name.ends_with(RecordName::kPart)) parts.push_back(std::move(name));
  }
  if (error) return Cannot("read", directory, error.value());
  std::ranges::sort(parts);
  for (const std::string& part : parts) VEXEVT_TRY(TakeUp(name_.directory + part));
  return {};
}

// Interrupted anywhere, it can be done again.
Status RecordFiles::TakeUp(const std::string& part) {
  UniqueFd lock(::open(part.c_str(), O_RDONLY | O_CLOEXEC));
  if (!lock || flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return {};  // its writer lives
  struct stat locked, named;
  if (fstat(lock.get(), &locked) != 0 || stat(part.c_str(), &named) != 0 || IdOf(locked) != IdOf(named)) return {};

  const std::string path = part.substr(0, part.size() - RecordName::kPart.size()), copy = part + ".copy";
  VEXEVT_ASSIGN(std::unique_ptr<StreamReader> reader, OpenFileInput(part));
  VEXEVT_ASSIGN(File file, File::Make(copy, path, O_TRUNC));
  StreamWriter writer(std::move(file.sink), copy);
  for (;;) {
    auto events = reader->Read();
    // What is cut off at its end was being written.
    if (!events.ok() && events.status().code() != StatusCode::kDataLoss) return std::move(events).status();
    if (!events.ok() || events->empty()) break;
    for (const EventView& event : *events) VEXEVT_TRY(writer.Append(event.frame()));
  }
  VEXEVT_TRY(writer.Close());
  if (writer.written() > 0) {
    VEXEVT_TRY(Publish(file.lock.get(), copy, path));
    taken_up_.push_back(path);
  } else {
    unlink(copy.c_str());
  }
  return unlink(part.c_str()) == 0 ? Status() : Cannot("remove", part, errno);
}

Status RecordFiles::Write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    std::size_t size = 0;  // of the events that go to the present file
    std::optional<std::uint64_t> next_ns;
    while (size < bytes.size() && !next_ns) {
      std::size_t frame = MeasureFrame(bytes.subspan(size)).bytes;
      EventView event;
      std::uint64_t wall_ns = EventView::Bind(bytes.subspan(size, frame), &event) ? event.wall_ns() : 0;
      if (!file_ || BeginsAnew(frame, wall_ns)) {
        next_ns = wall_ns;
      } else {
        file_bytes_ += frame;
        size += frame;
      }
    }
    if (size > 0) VEXEVT_TRY(file_->sink->Write(bytes.first(size)));
    if (next_ns && file_) VEXEVT_TRY(Complete());
    if (next_ns) VEXEVT_TRY(Begin(*next_ns));
    bytes = bytes.subspan(size);
  }
  return {};
}

bool RecordFiles::BeginsAnew(std::size_t frame_bytes, std::uint64_t wall_ns) const {
  if (file_bytes_ == 0) return false;
  bool large = rotation_.bytes > 0 && file_bytes_ + frame_bytes > rotation_.bytes;
  // What is late stays with what it came with.
  bool later = rotation_.period_ns > 0 && wall_ns / rotation_.period_ns > file_period_;
  return large || later;
}

Status RecordFiles::Begin(std::uint64_t wall_ns) {
  path_ = name_.directory + name_.File(++number_, wall_ns);
  VEXEVT_ASSIGN(file_, File::Make(PartOf(path_), path_, O_EXCL));
  file_bytes_ = 0;
  file_period_ = rotation_.period_ns > 0 ? wall_ns / rotation_.period_ns : 0;
  return {};
}

Status RecordFiles::Complete() {
  File file = *std::exchange(file_, {});
  VEXEVT_TRY(file.sink->Close());
  return Publish(file.lock.get(), PartOf(path_), path_);
}

Status RecordFiles::Close() { return file_ ? Complete() : Status(); }

Result<RecordFiles::File> RecordFiles::File::Make(const std::string& path, std::string_view name, int flags) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666));
  if (!fd) return Cannot("open", path, errno);
  File file;
  file.lock.reset(fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
  if (!file.lock || flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return Cannot("lock", path, errno);
  file.sink = std::make_unique<FdSink>(std::move(fd), path);
  if (IsCompressedName(name)) file.sink = std::make_unique<ZstdSink>(std::move(file.sink));
  return file;
}

}  // namespace vexevt
