#include <fcntl.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/event/event_words.h"
#include "lib/event/id_source.h"
#include "lib/io/full.h"
#include "lib/ring/ring_file.h"
#include "lib/stream/endpoint.h"
#include "libvexevt/failure.h"
#include "libvexevt/no_sigpipe.h"

struct vexevt_draft {
  std::string type;
  std::vector<std::string> words;  // FIELD=TEXT, each of another field
};

struct vexevt_writer {
  explicit vexevt_writer(vexevt::StreamWriter opened) : stream(std::move(opened)) {}

  vexevt::StreamWriter stream;
  int nonblocking_fd = -1;      // the stream's, where it is written directly
  std::vector<std::byte> rest;  // of an event that went out in part
  vexevt::EventIds ids;
  std::string host;
};

namespace vexevt {
namespace {

std::string HostName() {
  utsname names;
  return ::uname(&names) == 0 ? names.nodename : "";
}

Status CannotWaitFor(const std::string& endpoint) {
  return Unsupported(fmt::format("'{}' can't be written without waiting", endpoint));
}

// Has writes not wait, as far as that can be.
Status MakeNonblocking(const std::string& endpoint, vexevt_writer* writer) {
  VEXEVT_ASSIGN(EndpointName name, ParseEndpoint(endpoint));
  switch (name.kind) {
    case EndpointKind::kRing: {
      VEXEVT_ASSIGN(RingName ring, ParseRingName(name.rest));
      VEXEVT_ASSIGN(RingFile file, RingFile::Open(ring));
      return file.mode() == RingMode::kOverwrite ? Status() : CannotWaitFor(endpoint);
    }
    case EndpointKind::kFile:
      if (IsCompressedName(name.rest)) return CannotWaitFor(endpoint);
      break;
    case EndpointKind::kUnix:
      break;
    default:  // standard output is shared with others; a command and those who connect are waited for
      return CannotWaitFor(endpoint);
  }
  writer->nonblocking_fd = writer->stream.fd();
  if (::fcntl(writer->nonblocking_fd, F_SETFL, O_NONBLOCK) < 0) {
    return ErrnoStatus(fmt::format("cannot write '{}'", endpoint), errno);
  }
  return {};
}

// How much of `bytes` could be written now.
Result<std::size_t> WriteNow(int fd, std::span<const std::byte> bytes, const std::string& name) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      return ErrnoStatus(fmt::format("cannot write '{}'", name), errno);
    }
  }
  return done;
}

// False: there is no room.
Result<bool> SendNow(vexevt_writer* writer, std::span<const std::byte> frame) {
  std::vector<std::byte>& rest = writer->rest;
  VEXEVT_ASSIGN(std::size_t done, WriteNow(writer->nonblocking_fd, rest, writer->stream.name()));
  rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(done));
  if (!rest.empty()) return false;
  VEXEVT_ASSIGN(done, WriteNow(writer->nonblocking_fd, frame, writer->stream.name()));
  if (done == 0) return false;
  rest.assign(frame.begin() + static_cast<std::ptrdiff_t>(done), frame.end());
  return true;
}

Result<bool> Send(vexevt_writer* writer, const vexevt_draft& draft) {
  VEXEVT_ASSIGN(WrittenEvent written, ReadEventWords(draft.type, draft.words));
  Event& event = written.event;
  if (event.host.empty()) event.host = writer->host;
  const std::uint64_t given_ns = event.wall_ns;
  writer->ids.Stamp(&event);
  if (given_ns != 0) event.wall_ns = given_ns;
  if (EncodedBound(event) > kMaxFrameBytes) return InvalidArgument("the event is larger than 1 MiB");
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  NoSigpipe no_sigpipe;
  if (writer->nonblocking_fd >= 0) return SendNow(writer, frame);
  VEXEVT_TRY(writer->stream.Append(frame));
  VEXEVT_TRY(writer->stream.Flush());
  return true;
}

Status Close(vexevt_writer* writer) {
  NoSigpipe no_sigpipe;
  if (!writer->rest.empty()) VEXEVT_TRY(WriteAll(writer->nonblocking_fd, writer->rest, writer->stream.name()));
  return writer->stream.Close();
}

}  // namespace
}  // namespace vexevt

VEXEVT_API int vexevt_draft_new(const char* type, vexevt_draft** draft) {
  using namespace vexevt;
  return Guarded([&] {
    if (type == nullptr || draft == nullptr) return WrongArgument("vexevt_draft_new: an argument is NULL");
    *draft = nullptr;
    if (auto checked = ReadEventWords(type, {}); !checked.ok()) return ResultOf(checked.status());
    *draft = new vexevt_draft{type, {}};
    return static_cast<int>(VEXEVT_OK);
  });
}

VEXEVT_API int vexevt_draft_set(vexevt_draft* draft, const char* field, const char* text) {
  using namespace vexevt;
  return Guarded([&] {
    if (draft == nullptr || field == nullptr || text == nullptr) {
      return WrongArgument("vexevt_draft_set: an argument is NULL");
    }
    std::string head = std::string(field) + '=';
    // The first '=' ends the name.
    if (head.find('=') + 1 != head.size()) return ResultOf(InvalidArgument(fmt::format("unknown field '{}'", field)));
    std::vector<std::string> words = draft->words;
    std::erase_if(words, [&](const std::string& word) { return word.starts_with(head); });
    words.push_back(head + text);
    if (auto checked = ReadEventWords(draft->type, words); !checked.ok()) return ResultOf(checked.status());
    draft->words = std::move(words);
    return static_cast<int>(VEXEVT_OK);
  });
}

VEXEVT_API void vexevt_draft_free(vexevt_draft* draft) { delete draft; }

VEXEVT_API int vexevt_writer_open(const char* endpoint, unsigned flags, vexevt_writer** writer) {
  using namespace vexevt;
  return Guarded([&] {
    if (endpoint == nullptr || writer == nullptr) return WrongArgument("vexevt_writer_open: an argument is NULL");
    *writer = nullptr;
    if ((flags & ~VEXEVT_NONBLOCK) != 0) return WrongArgument("vexevt_writer_open: an unknown flag");
    auto stream = OpenOutput(endpoint);
    if (!stream.ok()) return ResultOf(stream.status());
    auto opened = std::make_unique<vexevt_writer>(std::move(*stream));
    opened->host = HostName();
    if ((flags & VEXEVT_NONBLOCK) != 0) {
      if (Status status = MakeNonblocking(endpoint, opened.get()); !status.ok()) return ResultOf(status);
    }
    *writer = opened.release();
    return static_cast<int>(VEXEVT_OK);
  });
}

VEXEVT_API int vexevt_send(vexevt_writer* writer, const vexevt_draft* draft) {
  using namespace vexevt;
  return Guarded([&] {
    if (writer == nullptr || draft == nullptr) return WrongArgument("vexevt_send: an argument is NULL");
    auto sent = Send(writer, *draft);
    if (!sent.ok()) return ResultOf(sent.status());
    return static_cast<int>(*sent ? VEXEVT_OK : VEXEVT_AGAIN);
  });
}

VEXEVT_API int vexevt_writer_close(vexevt_writer* writer) {
  using namespace vexevt;
  return Guarded([&] {
    const std::unique_ptr<vexevt_writer> owned(writer);
    return writer == nullptr ? static_cast<int>(VEXEVT_OK) : ResultOf(Close(writer));
  });
}
