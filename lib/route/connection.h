// Connection: the way to where one member of an endpoint leads, opened and written without waiting. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <memory>

#include "lib/base/status.h"
#include "lib/base/unique_fd.h"
#include "lib/ring/writer.h"
#include "lib/stream/endpoint_name.h"

namespace vexevt {

struct Connection {
  UniqueFd fd;       // does not block; of kUnixListen: accepts the one that reads
  pid_t child = -1;  // of kExec
  bool socket = false;
  bool regular = false;  // a file: never has to wait
  // Of kRing: takes the bytes instead of fd, which is a timer then. A ring that blocks has nothing to poll, so
  // WaitForRing makes the timer readable in a while.
  std::unique_ptr<RingWriter> ring;
};

void WaitForRing(const Connection& connection);

// Files are appended to, and made where they aren't there. Never blocks; a reader that isn't there is an error. Not for
// kUnixListen, where connections come by themselves.
Result<Connection> Connect(const EndpointName& endpoint);

// One that was accepted.
Connection Accepted(UniqueFd socket);

// Closes the end of what was written. Waits for a command to end: its failure is one.
Status Disconnect(Connection connection, const EndpointName& endpoint);

// Leaves a connection that broke. A command that goes on without its input is asked to end; returns it where it hasn't
// yet, for Reap, or -1.
pid_t Abandon(Connection connection);
bool Reap(pid_t child);  // false: it still runs

// Whether some of what the kernel took for a connection that has broken, with `error` at the last write (0: found so by
// poll), was not read by the other end.
bool LostInFlight(const Connection& connection, int error);

}  // namespace vexevt
