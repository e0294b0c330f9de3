// What systemd asks of a service: sd_notify(3)'s datagrams and the watchdog. Spoken here rather than by libsystemd,
// which adds 0.5 ms to the start of every tool. Nothing happens where NOTIFY_SOCKET is not set. Sending is
// thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/unique_fd.h"

namespace vexevt {

class ServiceNotifier {
 public:
  ServiceNotifier();  // reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID

  bool active() const { return static_cast<bool>(socket_); }

  // "READY=1", "STOPPING=1", "RELOADING=1", "STATUS=…"; several, one a line. A lost datagram is no error.
  void Send(std::string_view state) const;

  // The longest that the unit allows between two WATCHDOG=1; 0: no watchdog.
  std::uint64_t watchdog_ns() const { return watchdog_ns_; }

 private:
  UniqueFd socket_;  // connected
  std::uint64_t watchdog_ns_ = 0;
};

}  // namespace vexevt
