// A value of an event that a person named: a field of field.h, or attr.KEY. And its text, in the forms that CSV,
// templates and the one-line form share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/event_view.h"
#include "lib/event/field.h"

namespace vexevt {

struct Column {
  std::string name;
  const Field* field = nullptr;  // nullptr: the attribute `attribute`
  std::string attribute;
};

// kInvalidArgument, with the nearest name, where there is no such field.
Result<Column> ParseColumn(std::string_view name);
// The same for names separated by commas, which are appended.
Status AppendFieldNames(std::string_view text, std::vector<std::string>* names);

// What an attribute that tells the value is called: as the field, or as the attribute itself.
inline const std::string& AttributeName(const Column& column) {
  return column.field == nullptr ? column.attribute : column.name;
}

// The value of a field, or of the first attribute of that key; monostate where the event doesn't have it.
FieldValue ReadColumn(const EventView& event, const Column& column);

enum class ValueForm : unsigned char {
  kRaw,      // bytes as they are
  kEscaped,  // as AppendEscaped has them
  kShell,    // as AppendShellQuoted has them
  kJson,     // as WriteJson has them; null where the event has none
};

// Numbers are whole bytes and nanoseconds, times RFC 3339 in UTC, names as in JSON. What the event doesn't have is
// empty. False: it doesn't have it.
bool AppendValue(const EventView& event, const Column& column, ValueForm form, std::string* out);
bool AppendFieldValue(const EventView& event, const Field& field, ValueForm form, std::string* out);
// The same for a value of such a field that was read before.
void AppendValueText(FieldType type, const FieldValue& value, ValueForm form, std::string* out);
// The same for one that ReadColumn gave.
void AppendColumnText(const Column& column, const FieldValue& value, ValueForm form, std::string* out);
void AppendAttributeValue(const Attribute& attribute, ValueForm form, std::string* out);

}  // namespace vexevt
