// One event from the words of a command line: TYPE FIELD=VALUE…
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "lib/base/status.h"
#include "lib/event/event.h"

namespace vexevt {

// An event and the texts that it borrows.
class WrittenEvent {
 public:
  struct Texts;

  WrittenEvent();
  ~WrittenEvent();
  WrittenEvent(WrittenEvent&&) noexcept;

  Event event;  // not stamped: id and times are 0, but for a time that was given

 private:
  friend Result<WrittenEvent> ReadEventWords(std::string_view type, std::span<const std::string> words);
  std::unique_ptr<Texts> texts_;
};

// `words` are FIELD=VALUE, the fields those of field.h that an event can be told (not id, nor what follows from
// others), values as expressions have them: 10M, 250ms, ENOENT, high; and attr.KEY=VALUE, an integer, float, true or
// false where it reads as one and else text. All fields but those that every event has are of one payload; the type's
// family says which where no field does. kInvalidArgument quotes the word that is wrong, with the nearest name.
Result<WrittenEvent> ReadEventWords(std::string_view type, std::span<const std::string> words);

}  // namespace vexevt
