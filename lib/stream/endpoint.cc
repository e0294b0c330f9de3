#include "lib/stream/endpoint.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "kmod/uapi/vexevt.h"
#include "lib/io/child.h"
#include "lib/io/file_id.h"
#include "lib/io/followed_file.h"
#include "lib/io/zstd_sink.h"
#include "lib/io/zstd_source.h"
#include "lib/ring/writer.h"
#include "lib/stream/broadcast.h"
#include "lib/stream/bus_sink.h"
#include "lib/stream/endpoint_name.h"
#include "lib/stream/frames_or_json.h"
#include "lib/stream/json_source.h"
#include "lib/stream/listen_input.h"
#include "lib/stream/listen_socket.h"
#include "lib/stream/merge.h"
#include "lib/stream/reader.h"
#include "lib/stream/resync_source.h"
#include "lib/stream/ring_input.h"

namespace vexevt {
namespace {

constexpr char kStandardInput[] = "standard input";
constexpr char kStandardOutput[] = "standard output";

Status CannotOpen(const std::string& name, int error) {
  return ErrnoStatus(fmt::format("cannot open '{}'", name), error);
}

// Reads what `source` gives, frames or JSON, compressed or not.
std::unique_ptr<StreamReader> ReaderOf(std::unique_ptr<ByteSource> source, const std::string& name,
                                       bool ends_with_writers, InputOptions options) {
  using OnDamage = ZstdSource::OnDamage;
  source = std::make_unique<ZstdSource>(std::move(source), name, options.resync ? OnDamage::kGoOn : OnDamage::kFail);
  if (options.json) {
    source = std::make_unique<JsonSource>(std::move(source), name);
  } else if (options.resync) {
    source = std::make_unique<ResyncSource>(std::move(source), name);
  } else {
    source = FramesOrJson(std::move(source), name);
  }
  auto reader = std::make_unique<StreamReader>(std::move(source), name);
  reader->set_ends_with_writers(ends_with_writers);
  return reader;
}

// Whether what is read has the size of the file.
bool HoldsFrames(int fd) {
  std::array<std::byte, kZstdMagicBytes> start;
  if (pread(fd, start.data(), start.size(), 0) != static_cast<ssize_t>(start.size())) return true;
  return !IsZstd(start) && start.front() != kJsonBegin;
}

Result<std::unique_ptr<StreamReader>> ReadFrom(UniqueFd fd, const std::string& name, InputOptions options) {
  if (!fd) return CannotOpen(name, errno);
  struct stat file;
  if (fstat(fd.get(), &file) != 0) return CannotOpen(name, errno);
  if (S_ISDIR(file.st_mode)) return CannotOpen(name, EISDIR);
  if (!options.json && isatty(fd.get()) == 1) {
    return InvalidArgument(fmt::format("{} is a terminal: name a FILE, or pipe events in", name));
  }
  bool by_writer = S_ISFIFO(file.st_mode) || S_ISSOCK(file.st_mode);
  bool known_size = S_ISREG(file.st_mode) && !options.json && HoldsFrames(fd.get());
  auto reader = ReaderOf(std::make_unique<FdSource>(std::move(fd), name), name, by_writer, options);
  if (known_size) reader->set_total_bytes(static_cast<std::uint64_t>(file.st_size));
  return reader;
}

// Opened without waiting for its writer: signals must work meanwhile, and several pipes must not wait in turn.
Result<std::unique_ptr<StreamReader>> ReadNamedPipe(const std::string& path, InputOptions options) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return CannotOpen(path, errno);
  fcntl(fd.get(), F_SETFL, 0);
  auto source = std::make_unique<FdSource>(std::move(fd), path, /*unwritten=*/true);
  return ReaderOf(std::move(source), path, /*ends_with_writers=*/true, options);
}

Result<std::unique_ptr<StreamReader>> ReadFollowed(const std::string& path, InputOptions options) {
  VEXEVT_ASSIGN(std::unique_ptr<FollowedFile> followed, FollowedFile::Open(path));
  return ReaderOf(std::move(followed), path, /*ends_with_writers=*/false, options);
}

// Of an input that is a regular file.
bool IsInput(const std::string& endpoint, FileId output) {
  auto name = ParseEndpoint(endpoint);
  if (!name.ok()) return false;
  struct stat file;
  int failed = name->kind == EndpointKind::kStandard ? fstat(STDIN_FILENO, &file)
               : name->kind == EndpointKind::kFile   ? stat(name->rest.c_str(), &file)
                                                     : -1;
  return failed == 0 && IdOf(file) == output;
}

Status CheckNotInput(const struct stat& file, const std::string& name, std::span<const std::string> inputs) {
  if (!S_ISREG(file.st_mode)) return Status::Ok();
  const std::string standard = "-";
  if (inputs.empty()) inputs = {&standard, 1};
  for (const std::string& input : inputs) {
    if (IsInput(input, IdOf(file))) {
      return InvalidArgument(fmt::format("'{}': input file is output file", name));
    }
  }
  return Status::Ok();
}

// Makes sure that an output file is none of `inputs`, then empties it where `truncate`.
Status Prepare(int fd, const std::string& name, std::span<const std::string> inputs, bool truncate) {
  struct stat file;
  if (fstat(fd, &file) != 0) return CannotOpen(name, errno);
  VEXEVT_TRY(CheckNotInput(file, name, inputs));
  if (truncate && S_ISREG(file.st_mode) && ftruncate(fd, 0) != 0) return CannotOpen(name, errno);
  return Status::Ok();
}

// Without its module the device is not there, and no file is to be made in its place.
Result<StreamWriter> OpenBus() {
  UniqueFd fd(::open(VEXEVT_DEVICE, O_WRONLY | O_CLOEXEC));
  if (!fd) return CannotOpen(VEXEVT_DEVICE, errno);
  auto device = std::make_unique<FdSink>(std::move(fd), VEXEVT_DEVICE);
  return StreamWriter(std::make_unique<BusSink>(std::move(device), VEXEVT_DEVICE), VEXEVT_DEVICE);
}

Result<std::unique_ptr<StreamInput>> AsInput(Result<std::unique_ptr<StreamReader>> reader) {
  if (!reader.ok()) return std::move(reader).status();
  return std::unique_ptr<StreamInput>(*std::move(reader));
}

}  // namespace

Result<std::unique_ptr<StreamReader>> OpenFileInput(const std::string& path, InputOptions options) {
  struct stat file;
  bool there = stat(path.c_str(), &file) == 0;
  // /dev/stdin and /dev/fd/N are pipes, too, but open ones: whoever wrote them may be gone already.
  if (there && S_ISFIFO(file.st_mode) && !path.starts_with("/dev/") && !path.starts_with("/proc/")) {
    return ReadNamedPipe(path, options);
  }
  if (options.follow && there && S_ISREG(file.st_mode)) return ReadFollowed(path, options);
  return ReadFrom(UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)), path, options);
}

Result<std::unique_ptr<StreamInput>> OpenInput(const std::string& endpoint, InputOptions options) {
  VEXEVT_ASSIGN(EndpointName name, ParseEndpoint(endpoint));
  switch (name.kind) {
    case EndpointKind::kStandard:
      return AsInput(ReadFrom(UniqueFd(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)), kStandardInput, options));
    case EndpointKind::kFile:
      return AsInput(OpenFileInput(name.rest, options));
    case EndpointKind::kUnix: {
      VEXEVT_ASSIGN(UniqueFd fd, ConnectUnix(name.rest));
      return AsInput(ReadFrom(std::move(fd), endpoint, options));
    }
    case EndpointKind::kUnixListen: {
      if (options.json) return Unsupported(fmt::format("'{}': JSON is not read from connections", endpoint));
      VEXEVT_ASSIGN(UnixListener listener, ListenAt(name.rest));
      return std::unique_ptr<StreamInput>(std::make_unique<ListenInput>(std::move(listener), endpoint));
    }
    case EndpointKind::kRing: {
      if (options.json) return Unsupported(fmt::format("'{}': JSON is not read from rings", endpoint));
      VEXEVT_ASSIGN(RingName ring, ParseRingName(name.rest));
      VEXEVT_ASSIGN(std::unique_ptr<RingReader> reader, RingReader::Open(ring));
      return std::unique_ptr<StreamInput>(
          std::make_unique<RingInput>(std::move(reader), "ring:" + ring.path, options.follow));
    }
    case EndpointKind::kExec: {
      VEXEVT_ASSIGN(Child child, Child::Start(name.rest, Child::Pipe::kItsOutput));
      auto source = std::make_unique<ChildSource>(std::move(child), endpoint);
      return AsInput(ReaderOf(std::move(source), endpoint, /*ends_with_writers=*/true, options));
    }
  }
  return InvalidArgument(fmt::format("'{}' can't be read", endpoint));
}

Result<std::unique_ptr<StreamInput>> OpenInputs(std::span<const std::string> endpoints, InputOptions options) {
  if (endpoints.empty()) return OpenInput("-", options);
  std::vector<std::unique_ptr<StreamInput>> inputs;
  for (const std::string& endpoint : endpoints) {
    VEXEVT_ASSIGN(std::unique_ptr<StreamInput> input, OpenInput(endpoint, options));
    inputs.push_back(std::move(input));
  }
  return Merged(std::move(inputs), SystemClock());
}

Status CheckNotInput(const EndpointName& output, std::span<const std::string> inputs) {
  struct stat file;
  if (output.kind == EndpointKind::kStandard && fstat(STDOUT_FILENO, &file) == 0) {
    return CheckNotInput(file, kStandardOutput, inputs);
  }
  if (output.kind != EndpointKind::kFile || stat(output.rest.c_str(), &file) != 0) return Status::Ok();
  return CheckNotInput(file, output.rest, inputs);
}

StreamWriter FileWriter(UniqueFd fd, const std::string& path) {
  if (!IsCompressedName(path)) return {std::move(fd), path};
  return {std::make_unique<ZstdSink>(std::make_unique<FdSink>(std::move(fd), path)), path};
}

Result<StreamWriter> OpenOutput(const std::string& endpoint, std::span<const std::string> inputs) {
  VEXEVT_ASSIGN(EndpointName name, ParseEndpoint(endpoint));
  switch (name.kind) {
    case EndpointKind::kStandard: {
      UniqueFd fd(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
      if (!fd) return CannotOpen(kStandardOutput, errno);
      VEXEVT_TRY(Prepare(fd.get(), kStandardOutput, inputs, /*truncate=*/false));
      return StreamWriter(std::move(fd), kStandardOutput);
    }
    case EndpointKind::kFile: {
      if (name.rest == VEXEVT_DEVICE) return OpenBus();
      UniqueFd fd(::open(name.rest.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666));
      if (!fd) return CannotOpen(name.rest, errno);
      VEXEVT_TRY(Prepare(fd.get(), name.rest, inputs, /*truncate=*/true));
      return FileWriter(std::move(fd), name.rest);
    }
    case EndpointKind::kUnix: {
      VEXEVT_ASSIGN(UniqueFd fd, ConnectUnix(name.rest));
      return StreamWriter(std::move(fd), endpoint);
    }
    case EndpointKind::kUnixListen: {
      VEXEVT_ASSIGN(UnixListener listener, ListenAt(name.rest));
      return StreamWriter(std::make_unique<Broadcast>(std::move(listener), endpoint), endpoint);
    }
    case EndpointKind::kRing: {
      VEXEVT_ASSIGN(RingName ring, ParseRingName(name.rest));
      VEXEVT_ASSIGN(std::unique_ptr<RingWriter> writer, RingWriter::Open(ring));
      return StreamWriter(std::move(writer), endpoint);
    }
    case EndpointKind::kExec: {
      VEXEVT_ASSIGN(Child child, Child::Start(name.rest, Child::Pipe::kItsInput));
      return StreamWriter(std::make_unique<ChildSink>(std::move(child), endpoint), endpoint);
    }
  }
  return InvalidArgument(fmt::format("'{}' can't be written", endpoint));
}

bool MayReopen(const EndpointName& output) {
  return output.kind != EndpointKind::kExec && !(output.kind == EndpointKind::kFile && IsCompressedName(output.rest));
}

Result<StreamWriter> ReopenOutput(const std::string& endpoint) {
  VEXEVT_ASSIGN(EndpointName name, ParseEndpoint(endpoint));
  if (name.kind != EndpointKind::kFile) return OpenOutput(endpoint);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY;
  UniqueFd fd(::open(name.rest.c_str(), kFlags | O_NONBLOCK, 0666));  // an unread pipe is not waited for
  if (!fd && errno == ENXIO) return Unavailable(fmt::format("nobody reads '{}'", name.rest));
  if (!fd || fcntl(fd.get(), F_SETFL, O_APPEND) != 0) return CannotOpen(name.rest, errno);
  return StreamWriter(std::move(fd), name.rest);
}

}  // namespace vexevt
