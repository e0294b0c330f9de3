// Events from the log of the kernel's audit, as auditd writes it (audit.log, `ausearch --raw`).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "lib/base/unique_fd.h"
#include "lib/capture/source.h"

namespace vexevt {

struct AuditLogOptions {
  std::string host;  // of events without node=
  std::string tenant;
  std::function<void(std::string_view)> tell;  // at the end: how many records were left out; may be empty
};

// Reads lines from `fd` until its end. Events come in the order in which the log begins them, with its times. Records
// that tell of no file, and system calls that audit_event.cc does not know, are left out and counted (unwanted). A line
// that is no record ends the source with kDataLoss, `name` and the line's number, after the events before it.
std::unique_ptr<Source> ImportAuditLog(UniqueFd fd, std::string name, AuditLogOptions options);

}  // namespace vexevt
