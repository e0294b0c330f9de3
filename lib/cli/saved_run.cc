#include "lib/cli/saved_run.h"

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

namespace vexevt {
namespace {

constexpr std::size_t kMostSavedBytes = std::size_t{8} << 30;

Status CannotUseState(std::string_view verb, const std::string& path) {
  return ErrnoStatus(fmt::format("cannot {} '{}'", verb, path), errno);
}

std::string PathOf(const std::string& directory, const StateFile& file) {
  return fmt::format("{}/{}", directory, file.name);
}

}  // namespace

std::string PrintSavedRun(const SealKind& seal, const SavedRun& run) {
  Packer packer;
  packer.Put(run.ended);
  packer.Put(run.replays);
  packer.PutText(PrintMarks(run.marks));
  packer.Put(run.output.has_value());
  const FileEnd output = run.output.value_or(FileEnd());
  packer.Put(std::uint64_t{output.inode});
  packer.Put(output.bytes);
  packer.PutText(run.state);
  return Seal(seal, packer.bytes());
}

Result<SavedRun> ParseSavedRun(const SealKind& seal, std::string_view bytes) {
  VEXEVT_ASSIGN(const std::string_view packed, Unseal(seal, bytes));
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
  run.state = unpacker.GetText();
  if (!unpacker.done()) return DataLoss("it is damaged");
  return run;
}

Result<SavedRun> ReadSavedRun(const std::string& directory, const StateFile& file) {
  SavedRun run;
  run.ended = true;
  const std::string path = PathOf(directory, file);
  auto bytes = ReadFile(path, kMostSavedBytes);
  if (bytes.status().code() == StatusCode::kNotFound) return run;
  if (!bytes.ok()) return std::move(bytes).status();
  auto parsed = ParseSavedRun(file.seal, *bytes);
  if (parsed.ok()) return parsed;
  return DataLoss(fmt::format("cannot go on from '{}': {}", path, parsed.status().message()));
}

Result<StateDirectory> StateDirectory::Open(std::string path, const StateFile& file) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return CannotUseState("make", path);
  StateDirectory directory(std::move(path), file);
  directory.lock_.reset(::open(directory.path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.lock_) return CannotUseState("open", directory.path_);
  if (::flock(directory.lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return CannotUseState("lock", directory.path_);
    return Unavailable(fmt::format("another run keeps its state in '{}'", directory.path_));
  }
  return directory;
}

Result<SavedRun> StateDirectory::Load() const {
  VEXEVT_ASSIGN(SavedRun run, ReadSavedRun(path_, file_));
  VEXEVT_TRY(Save(run));
  return run;
}

Status StateDirectory::Save(const SavedRun& run) const {
  return ReplaceFile(PathOf(path_, file_), PrintSavedRun(file_.seal, run), 0600);
}

}  // namespace vexevt
