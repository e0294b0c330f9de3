// One line of the kernel's audit log, as auditd keeps it:
//
//   [node=HOST ]type=PATH msg=audit(1364481363.243:24287): item=0 name="/etc/ssh" inode=409 nametype=NORMAL
//
// Text that a user could choose is either quoted, or, where it has a blank, a quote or a byte that is not printable
// ASCII, in hexadecimal without quotes. What follows a \x1d (ENRICHED logs) repeats the fields for people and is not
// looked at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"

namespace vexevt {

// Views lie in the line.
struct AuditField {
  std::string_view name, value;  // the value without its quotes
  bool quoted = false;
};

struct AuditRecord {
  std::string_view node, type;
  std::uint64_t time_ns = 0;  // since 1970; the log has milliseconds
  std::uint64_t serial = 0;   // with the time, what the records of one event have in common
  std::string_view rest;      // the fields, unread
};

Result<AuditRecord> ReadAuditRecord(std::string_view line);

// The fields of record.rest. Words without '=' are passed over.
Status ReadAuditFields(std::string_view rest, std::vector<AuditField>* fields);

// Empty where the field is missing or "(null)".
Result<std::string> AuditText(const std::vector<AuditField>& fields, std::string_view name);

// nullopt where the field is missing.
Result<std::optional<std::int64_t>> AuditNumber(const std::vector<AuditField>& fields, std::string_view name,
                                                int base = 10);

}  // namespace vexevt
