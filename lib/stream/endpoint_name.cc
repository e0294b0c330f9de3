#include "lib/stream/endpoint_name.h"

#include <fmt/format.h>

#include <string_view>

#include "lib/ring/ring_file.h"

namespace vexevt {
namespace {

struct Prefix {
  std::string_view text;
  EndpointKind kind;
  std::string_view wants;
};

constexpr Prefix kPrefixes[] = {{"unix:", EndpointKind::kUnix, "a path"},
                                {"unix-listen:", EndpointKind::kUnixListen, "a path"},
                                {"ring:", EndpointKind::kRing, "a path"},
                                {"exec:", EndpointKind::kExec, "a command"}};
constexpr std::string_view kLater[] = {"journal:", "nats:"};

Status CheckRing(const std::string& text) {
  const auto name = ParseRingName(text);
  return name.ok() ? Status::Ok() : Status(name.status().code(), name.status().message());
}

}  // namespace

Result<EndpointName> ParseEndpoint(const std::string& endpoint) {
  if (endpoint.empty()) return InvalidArgument("an endpoint can't be empty");
  if (endpoint == "-") return EndpointName{EndpointKind::kStandard, {}};
  for (const Prefix& prefix : kPrefixes) {
    if (!endpoint.starts_with(prefix.text)) continue;
    std::string rest = endpoint.substr(prefix.text.size());
    if (rest.empty()) return InvalidArgument(fmt::format("'{}' needs {}", endpoint, prefix.wants));
    if (prefix.kind == EndpointKind::kRing) VEXEVT_TRY(CheckRing(rest));
    return EndpointName{prefix.kind, std::move(rest)};
  }
  for (std::string_view later : kLater) {
    if (endpoint.starts_with(later)) {
      return Unsupported(fmt::format("'{}': endpoints of kind {} are not in this version", endpoint, later));
    }
  }
  return EndpointName{EndpointKind::kFile, endpoint};
}

}  // namespace vexevt
