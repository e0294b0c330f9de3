// Groups and results as attributes of events.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/event/event.h"
#include "lib/event/field.h"
#include "lib/stats/cell.h"

namespace vexevt {

using EventAttributeValue = decltype(Attribute::value);

// Borrows texts. Of no value: an empty text.
EventAttributeValue AttributeOf(const ResultValue& value);

// The values of `by` as attributes by their names, but those that are absent.
class KeyAttributes {
 public:
  explicit KeyAttributes(const std::vector<Column>& by);  // borrowed

  // What is appended is of no use after the next call.
  void Append(std::string_view key, std::vector<Attribute>* attributes);

 private:
  const std::vector<Column>& by_;
  std::vector<std::string> names_;
  std::vector<FieldValue> values_;
  std::vector<std::string> value_texts_, texts_;
};

}  // namespace vexevt
