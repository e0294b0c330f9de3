// MetricsServer: a MetricSet where Prometheus finds it, from a thread of its own (docs/decisions/0006).
#pragma once

#include <memory>
#include <string_view>

#include "lib/base/status.h"
#include "lib/cli/metrics.h"

namespace vexevt {

class MetricsServer {
 public:
  // `address` is HOST:PORT, :PORT (loopback) or *:PORT (every address), with port 0 for any that is free; unix:PATH; or
  // a path that ends in .prom, a file that is replaced at once, every kFileInterval and at the end. `metrics` outlives
  // the server.
  static Result<std::unique_ptr<MetricsServer>> Start(std::string_view address, const MetricSet& metrics);

  virtual ~MetricsServer() = default;  // ends the thread

  // Where it is: "http://127.0.0.1:9464/metrics", "unix:/run/x", "/var/lib/x.prom".
  virtual std::string location() const = 0;
};

// The whole answer to what a client has sent, "GET /metrics HTTP/1.1\r\n…" up to the empty line.
std::string AnswerRequest(std::string_view request, const MetricSet& metrics);

}  // namespace vexevt
