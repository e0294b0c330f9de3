// JSON lines (json_write.h) back to events. Whatever WriteJson wrote comes back exactly; what people and other programs
// write may leave out all but "type": {"type":"fs.create","path":"/x"}. Where "flags" is left out, the flags that vouch
// for uid, gid, ppid, size and mode follow from those keys.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "lib/base/status.h"
#include "lib/event/event.h"
#include "lib/event/field_values.h"

namespace vexevt {

class JsonReader {
 public:
  JsonReader();
  ~JsonReader();
  JsonReader(JsonReader&&) noexcept;
  JsonReader& operator=(JsonReader&&) noexcept;

  // Reads the next line; hand over every line, blank ones too, as errors count them. False: it is blank. *event borrows
  // from the reader until the next Read; an id or time that isn't in the line is 0, for the caller to give. kDataLoss,
  // with the line's number and what is wrong in it, where it is not an event; the next line can be read all the same.
  Result<bool> Read(std::string_view line, Event* event);

  // The same, without an event in between: as a frame is made of it (encode.h). nullptr: it is blank. Behind the line
  // stands a newline or a space, and kPadding bytes there can be read. The values borrow from the line, too. An error
  // does not have the line's number.
  static constexpr std::size_t kPadding = 64;
  Result<const FieldValues*> ReadValues(std::string_view line);

  std::uint64_t lines() const;  // read so far

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace vexevt
