// PlainJson: the way through a line that nearly all lines take, in one pass and without a tree of the document. It
// knows the keys that json_write.h writes, guesses each from the one before it, and reads values of the kind written
// there. Everything else (escapes by number, base64, other keys, spaces before commas, what is wrong) is left to
// JsonReader, so that there is one place which tells of errors.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/event/field_values.h"
#include "lib/event/plain_keys.h"
#include "lib/event/type.h"

namespace vexevt {

// Not thread-safe: it remembers what the last lines had.
class PlainJson {
 public:
  PlainJson();

  // Reads a line behind which a space or a newline stands, and kScanPadding bytes can be read (json_scan.h). True:
  // *values, which were clear, are all that it says, and borrow from it. False: it is for another reader, and what was
  // set until then is to be forgotten.
  bool Read(std::string_view line, FieldValues* values);

 private:
  struct Line;

  std::array<const PlainKey*, kMostPlainKeys> successors_;  // of each key, the one that came after it last
  std::vector<std::uint64_t> quotes_;                       // a bit a byte of the line
  std::string unescaped_;                                   // texts of the line
  std::array<const TypeInfo*, 64> types_{};                 // by a hash of the name
  std::string day_;                                         // "2026-11-23T", and when it began
  std::uint64_t day_ns_ = 0;
  std::string flags_text_;  // "[...]", and what it says
  std::uint16_t flags_ = 0;
};

}  // namespace vexevt
