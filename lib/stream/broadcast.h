// Broadcast: every frame to every reader that is connected to a socket.
#pragma once

#include <string>
#include <vector>

#include "lib/io/byte_sink.h"
#include "lib/io/unix_socket.h"

namespace vexevt {

class Broadcast final : public ByteSink {
 public:
  Broadcast(UnixListener listener, std::string name) : listener_(std::move(listener)), name_(std::move(name)) {}

  // `bytes` are whole frames. Waits for a reader where there is none, and for the slowest. A reader that goes away is
  // forgotten; if it was the only one, `bytes` wait for the next.
  Status Write(std::span<const std::byte> bytes) override;
  Status Close() override;
  int fd() const override { return -1; }

 private:
  Status AcceptAll();
  Status WaitForReader();

  UnixListener listener_;
  std::string name_;
  std::vector<UniqueFd> readers_;
};

}  // namespace vexevt
