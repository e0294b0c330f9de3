#include "lib/cli/event_input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace vexevt {

Result<EventInput> EventInput::Open(const CommonOptions& options) {
  if (options.inputs.size() > 1) return Unsupported("several inputs");
  std::string name = options.inputs.empty() ? "-" : options.inputs.front();
  UniqueFd fd(name == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : ::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (name == "-") name = "standard input";
  if (!fd) return ErrnoStatus("cannot open '" + name + "'", errno);
  struct stat file;
  if (::fstat(fd.get(), &file) != 0) return ErrnoStatus("cannot read '" + name + "'", errno);
  if (::isatty(fd.get()) == 1) return InvalidArgument("standard input is a terminal: name a FILE, or pipe events in");
  bool plain = S_ISREG(file.st_mode);
  auto size = plain ? static_cast<std::uint64_t>(file.st_size) : 0;
  bool by_writer = S_ISFIFO(file.st_mode) || S_ISSOCK(file.st_mode);
  return EventInput(StreamReader(std::move(fd), name), size, by_writer);
}

}  // namespace vexevt
