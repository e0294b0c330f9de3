// Templates: '{time} {type} {path:q}' is how each event is printed.
//   {FIELD}       the value of a field of field.h, or of attr.KEY; nothing where the event doesn't have it
//   {FIELD:q}     quoted for a shell
//   {FIELD:json}  as JSON; null where the event doesn't have it
//   {{ }} \n \t \0 \\   the character
// A newline, or another character, ends each event, unless the template itself ends with \n or \0.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/column.h"
#include "lib/event/event_view.h"

namespace vexevt {

class Template {
 public:
  // `escape`: {FIELD} is escaped (escape.h), for terminals; else it is the bytes as they are. kInvalidArgument, with
  // the column, where `text` is malformed or names an unknown field. `attributes`: keys of attributes that may stand
  // without attr. before them.
  static Result<Template> Make(std::string_view text, bool escape, char end = '\n',
                               std::span<const std::string> attributes = {});

  void Append(const EventView& event, std::string* out) const;

 private:
  struct Part {
    std::string literal;  // before the value
    Column column;
    ValueForm form;
  };
  std::vector<Part> parts_;
  std::string end_;
};

}  // namespace vexevt
