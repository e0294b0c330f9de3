#include "lib/correlate/saved_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "lib/base/packing.h"
#include "lib/io/atomic_file.h"
#include "lib/io/full.h"
#include "lib/match/sealed.h"

namespace vexevt {
namespace {

constexpr SealKind kState{"vexevt correlate state", "1", "the state of vexevt-correlate"};
constexpr std::size_t kMaxBytes = std::size_t{8} << 30;

Status Cannot(std::string_view verb, const std::string& path) {
  return ErrnoStatus(fmt::format("cannot {} '{}'", verb, path), errno);
}

}  // namespace

std::string PrintSavedRun(const SavedRun& run) {
  Packer packer;
  packer.Put(run.ended);
  packer.Put(run.replays);
  packer.PutText(PrintMarks(run.marks));
  packer.Put(run.output.has_value());
  const FileEnd output = run.output.value_or(FileEnd());
  packer.Put(std::uint64_t{output.inode});
  packer.Put(output.bytes);
  packer.PutText(run.patterns);
  return Seal(kState, packer.bytes());
}

Result<SavedRun> ParseSavedRun(std::string_view bytes) {
  VEXEVT_ASSIGN(const std::string_view packed, Unseal(kState, bytes));
  Unpacker unpacker(packed);
  SavedRun run;
  run.ended = unpacker.Get<bool>();
  run.replays = unpacker.Get<bool>();
  auto marks = ParseMarks(unpacker.GetText());
  if (!marks.ok()) return DataLoss("its marks are damaged: " + marks.status().message());
  run.marks = std::move(*marks);
  const bool has_output = unpacker.Get<bool>();
  FileEnd output;
  output.inode = unpacker.Get<std::uint64_t>();
  output.bytes = unpacker.Get<std::uint64_t>();
  if (has_output) run.output = output;
  run.patterns = unpacker.GetText();
  if (!unpacker.done()) return DataLoss("it is damaged");
  return run;
}

Result<StateDirectory> StateDirectory::Open(std::string path) {
  StateDirectory directory;
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return Cannot("make", path);
  directory.lock_.reset(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.lock_) return Cannot("open", path);
  if (::flock(directory.lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Cannot("lock", path);
    return Unavailable(fmt::format("another run keeps its state in '{}'", path));
  }
  directory.file_ = std::move(path) + "/correlate.state";
  return directory;
}

Result<SavedRun> StateDirectory::Load() const {
  SavedRun run;
  run.ended = true;
  auto bytes = ReadFile(file_, kMaxBytes);
  if (bytes.ok()) {
    auto parsed = ParseSavedRun(*bytes);
    if (!parsed.ok()) {
      return DataLoss(fmt::format("cannot go on from '{}': {}", file_, parsed.status().message()));
    }
    run = std::move(*parsed);
  } else if (bytes.status().code() != StatusCode::kNotFound) {
    return std::move(bytes).status();
  }
  VEXEVT_TRY(Save(run));
  return run;
}

Status StateDirectory::Save(const SavedRun& run) const { return ReplaceFile(file_, PrintSavedRun(run), 0600); }

}  // namespace vexevt
