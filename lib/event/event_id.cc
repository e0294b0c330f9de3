#include "lib/event/event_id.h"

#include <charconv>

#include "lib/event/json_value.h"

namespace vexevt {
namespace {

constexpr std::size_t kDigits = 16;  // of each half

bool ParseHex(std::string_view digits, std::uint64_t* value) {
  const char* end = digits.data() + digits.size();
  return std::from_chars(digits.data(), end, *value, 16).ptr == end;
}

}  // namespace

Result<EventId> ParseEventId(std::string_view text) {
  EventId id;
  if (text.size() == 2 * kDigits && ParseHex(text.substr(0, kDigits), &id.source) &&
      ParseHex(text.substr(kDigits), &id.sequence)) {
    return id;
  }
  return InvalidArgument("'" + std::string(text) + "' is not an event's id, which is 32 hexadecimal digits");
}

std::string PrintEventId(EventId id) {
  char digits[2 * kDigits + 8];  // WriteHex may scribble beyond its end
  char* end = WriteHex(id.sequence, kDigits, WriteHex(id.source, kDigits, digits));
  return std::string(digits, end);
}

}  // namespace vexevt
