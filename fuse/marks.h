// Marks: what an application has said of a file by its extended attributes user.vexevt.*; the file's events carry it.
//
//   user.vexevt.session, .transaction    the event's fields of these names
//   user.vexevt.trace                    "TRACE-SPAN" or a W3C traceparent: the event's trace and span
//   user.vexevt.KEY                      an attribute of the event: tags, vector, agent, intent …
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vexevt {

inline constexpr std::string_view kMarkPrefix = "user.vexevt.";
// What one mark, and one file's marks, may hold; what is beyond is left out of events, and stays an attribute of the
// file.
inline constexpr std::size_t kMaxMarkBytes = 1024, kMaxMarksOfFile = 32;

struct Marks {
  std::uint64_t trace_high = 0, trace_low = 0, span = 0;
  std::string session, transaction;
  std::vector<std::pair<std::string, std::string>> attributes;  // key without the prefix, value
  bool operator==(const Marks&) const = default;
};

// `key` is without the prefix. False: not of a form that it may have.
bool AddMark(std::string_view key, std::string_view value, Marks* marks);

// "00-TRACE-SPAN-FLAGS", "TRACE-SPAN" or "TRACE", in hexadecimal.
bool ParseTrace(std::string_view text, Marks* marks);

}  // namespace vexevt
