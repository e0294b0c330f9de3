#include "fuse/marks.h"

#include <charconv>

namespace vexevt {
namespace {

// Takes `digits` hexadecimal digits off the front of *text.
bool TakeHex(std::string_view* text, std::size_t digits, std::uint64_t* number) {
  if (text->size() < digits) return false;
  const char* end = text->data() + digits;
  auto parsed = std::from_chars(text->data(), end, *number, 16);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return false;
  text->remove_prefix(digits);
  return true;
}

}  // namespace

bool ParseTrace(std::string_view text, Marks* marks) {
  if (text.starts_with("00-")) text.remove_prefix(3);
  std::uint64_t high, low, span = 0;
  if (!TakeHex(&text, 16, &high) || !TakeHex(&text, 16, &low)) return false;
  if (text.starts_with('-')) {
    text.remove_prefix(1);
    if (!TakeHex(&text, 16, &span)) return false;
    if (text.size() == 3 && text[0] == '-') text = {};  // flags
  }
  if (!text.empty()) return false;
  marks->trace_high = high;
  marks->trace_low = low;
  marks->span = span;
  return true;
}

bool AddMark(std::string_view key, std::string_view value, Marks* marks) {
  if (key.empty() || value.size() > kMaxMarkBytes) return false;
  if (key == "trace") return ParseTrace(value, marks);
  if (key == "session" || key == "transaction") {
    (key == "session" ? marks->session : marks->transaction) = value;
    return true;
  }
  marks->attributes.emplace_back(key, value);
  return true;
}

}  // namespace vexevt
