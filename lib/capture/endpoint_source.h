// Events of a stream that somebody else captures, as a source: those that a running vexevt-fuse writes to a ring, say.
// They are not stamped anew.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lib/capture/source.h"

namespace vexevt {

struct EndpointOptions {
  std::string endpoint;                        // as OpenInput takes it
  std::uint64_t fs_types = ~std::uint64_t{0};  // those wanted, as Selection's; other families always are
  bool own = false;                            // what this process itself did is told, too
};

// How long after its time an event may come out of the endpoint at most, for its daemon to be awake and the machine to
// be busy; what comes later is late, not lost. vexevt-fuse gathers for 0.1 ms.
inline constexpr std::uint64_t kEndpointLagNs = 2'000'000;

// It ends where the endpoint does: a file at its end, a ring when its last writer has left. A barrier, and the end
// after Stop, come when the stream has passed the time of the call, or has been silent until kEndpointLagNs after it.
Result<std::unique_ptr<Source>> OpenEndpoint(const EndpointOptions& options);

}  // namespace vexevt
