// Target: where one member of an endpoint leads, and how to get there without waiting. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

enum class TargetKind : std::uint8_t { kFile, kStandardOutput, kUnix, kUnixListen, kExec };

struct Target {
  TargetKind kind = TargetKind::kFile;
  std::string what;  // path or command
  bool operator==(const Target&) const = default;
};

// "-", FILE, unix:PATH, unix-listen:PATH, exec:COMMAND. Touches nothing.
Result<Target> ParseTarget(std::string_view text);

struct Connection {
  UniqueFd fd;       // does not block; of kUnixListen: accepts the one that reads
  pid_t child = -1;  // of kExec
  bool socket = false;
  bool regular = false;  // a file: never has to wait
};

// Files are appended to, and made where they aren't there. Never blocks; a reader that isn't there is an error.
Result<Connection> Connect(const Target& target);

// Whoever connects to a listening socket next; kUnavailable where nobody does.
Result<Connection> Accept(int listener);

// Closes the end of what was written. Waits for a command to end: its failure is one.
Status Disconnect(Connection connection, const Target& target);

// Leaves a connection that broke. A command that goes on without its input is asked to end; returns it where it hasn't
// yet, for Reap, or -1.
pid_t Abandon(Connection connection);
bool Reap(pid_t child);  // false: it still runs

// Whether some of what the kernel took for a connection that has broken, with `error` at the last write (0: found so by
// poll), was not read by the other end.
bool LostInFlight(const Connection& connection, int error);

}  // namespace vexevt
