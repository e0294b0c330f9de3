// The socket at which a running capture takes wishes: so far, barriers. A client writes "barrier TOKEN\n"; once the
// barrier has been written it gets "sent\n", and the connection is closed. A connection that is closed without that
// has got none.
//
// Only the user who runs the capture, and root, may ask. Never waits. Not thread-safe.
#pragma once

#include <poll.h>

#include <string>
#include <string_view>
#include <vector>

#include "lib/capture/source.h"
#include "lib/io/unix_socket.h"

namespace vexevt {

inline constexpr std::string_view kBarrierWord = "barrier ", kSentAnswer = "sent\n";

class Control {
 public:
  static Result<Control> Listen(const std::string& path);

  void AddPolls(std::vector<pollfd>* polls) const;
  // Looks at all connections, and gives the source what they ask for: Drain is to be called then.
  Status Serve(Source* source);
  // The barrier has been written, and what stands before it.
  void Sent(std::string_view token);

 private:
  struct Client {
    UniqueFd fd;
    std::string request;  // what came of it yet
    std::string token;    // once it is whole
  };

  explicit Control(UnixListener listener) : listener_(std::move(listener)) {}

  Status AcceptAll();

  UnixListener listener_;
  std::vector<Client> clients_;
};

}  // namespace vexevt
