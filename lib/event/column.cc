#include "lib/event/column.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "lib/base/escape.h"
#include "lib/base/nearest_name.h"
#include "lib/event/json_value.h"

namespace vexevt {
namespace {

constexpr std::string_view kAttributePrefix = "attr.";

// Appends what `write` writes, at most `bound` bytes, at a cursor.
template <typename Write>
void AppendWritten(std::size_t bound, std::string* out, Write write) {
  std::size_t start = out->size();
  out->resize(start + bound + 8);
  const char* end = write(out->data() + start);
  out->resize(static_cast<std::size_t>(end - out->data()));
}

void AppendBytes(std::string_view bytes, ValueForm form, std::string* out) {
  switch (form) {
    case ValueForm::kRaw:
      out->append(bytes);
      break;
    case ValueForm::kEscaped:
      AppendEscaped(bytes, out);
      break;
    case ValueForm::kShell:
      AppendShellQuoted(bytes, out);
      break;
    case ValueForm::kJson: {
      bool exact = true;
      AppendWritten(6 * bytes.size() + 2, out, [&](char* at) { return WriteJsonString(bytes, at, &exact); });
      break;
    }
  }
}

struct NumberWriter {
  FieldType type;
  char* out;

  char* operator()(std::monostate) const { return out; }
  char* operator()(std::uint64_t value) const { return WriteJsonNumber(type, value, out); }
  char* operator()(std::int64_t value) const { return WriteJsonNumber(type, static_cast<std::uint64_t>(value), out); }
  char* operator()(double value) const { return WriteJsonNumber(type, std::bit_cast<std::uint64_t>(value), out); }
  char* operator()(bool value) const { return WriteJsonNumber(type, value, out); }
  char* operator()(Wide value) const { return WriteJsonWide(value.high, value.low, out); }
  char* operator()(std::string_view) const { return out; }
};

// Names and numbers have nothing to escape: their text is the JSON without its quotes.
void AppendNumber(FieldType type, const FieldValue& value, ValueForm form, std::string* out) {
  std::size_t start = out->size();
  AppendWritten(64, out, [&](char* at) { return std::visit(NumberWriter{type, at}, value); });
  if (form == ValueForm::kJson || (*out)[start] != '"') return;
  out->pop_back();
  out->erase(start, 1);
}

struct AttributeAsField {
  FieldValue operator()(const AttributeText& text) const { return text.value; }
  FieldValue operator()(const AttributeBytes& bytes) const { return bytes.value; }
  template <typename Number>
  FieldValue operator()(Number number) const {
    return number;
  }
};

}  // namespace

Result<Column> ParseColumn(std::string_view name) {
  if (name.starts_with(kAttributePrefix) && name.size() > kAttributePrefix.size()) {
    return Column{std::string(name), nullptr, std::string(name.substr(kAttributePrefix.size()))};
  }
  if (const Field* field = FindField(name)) return Column{std::string(name), field, {}};
  return InvalidArgument("unknown field '" + std::string(name) + "'" + DidYouMean(NearestField(name)));
}

Status AppendFieldNames(std::string_view text, std::vector<std::string>* names) {
  for (;;) {
    const std::size_t end = text.find(',');
    const std::string_view name = text.substr(0, end);
    if (name.empty()) return InvalidArgument("a field's name is missing");
    VEXEVT_ASSIGN(Column column, ParseColumn(name));
    names->push_back(std::move(column.name));
    if (end == std::string_view::npos) return Status::Ok();
    text.remove_prefix(end + 1);
  }
}

FieldValue ReadColumn(const EventView& event, const Column& column) {
  if (column.field != nullptr) return ReadField(event, *column.field);
  for (std::size_t i = 0, count = event.attribute_count(); i < count; ++i) {
    const Attribute attribute = event.attribute(i);
    if (attribute.key == column.attribute) return std::visit(AttributeAsField(), attribute.value);
  }
  return {};
}

void AppendValueText(FieldType type, const FieldValue& value, ValueForm form, std::string* out) {
  if (const auto* bytes = std::get_if<std::string_view>(&value)) {
    AppendBytes(*bytes, form, out);
  } else {
    AppendNumber(type, value, form, out);
  }
}

void AppendColumnText(const Column& column, const FieldValue& value, ValueForm form, std::string* out) {
  FieldType type = FieldType::kFloat;
  if (column.field != nullptr) {
    type = column.field->type;
  } else if (std::holds_alternative<std::int64_t>(value)) {
    type = FieldType::kInt;
  } else if (std::holds_alternative<bool>(value)) {
    type = FieldType::kBool;
  }
  AppendValueText(type, value, form, out);
}

bool AppendFieldValue(const EventView& event, const Field& field, ValueForm form, std::string* out) {
  FieldValue value = ReadField(event, field);
  if (std::holds_alternative<std::monostate>(value)) {
    if (form == ValueForm::kJson) out->append("null");
    if (form == ValueForm::kShell) out->append("''");
    return false;
  }
  AppendValueText(field.type, value, form, out);
  return true;
}

void AppendAttributeValue(const Attribute& attribute, ValueForm form, std::string* out) {
  const auto* text = std::get_if<AttributeText>(&attribute.value);
  const auto* bytes = std::get_if<AttributeBytes>(&attribute.value);
  std::string_view value = text ? text->value : bytes ? bytes->value : std::string_view{};
  if (form != ValueForm::kJson && (text || bytes)) {
    AppendBytes(value, form, out);
  } else if (form == ValueForm::kJson) {
    AppendWritten(16 * value.size() + 128, out, [&](char* at) { return WriteJsonAttribute(attribute, at); });
  } else if (const auto* real = std::get_if<double>(&attribute.value)) {
    AppendNumber(FieldType::kFloat, *real, form, out);
  } else {
    AppendWritten(64, out, [&](char* at) { return WriteJsonAttribute(attribute, at); });
  }
}

bool AppendValue(const EventView& event, const Column& column, ValueForm form, std::string* out) {
  if (column.field != nullptr) return AppendFieldValue(event, *column.field, form, out);
  for (std::size_t i = 0, count = event.attribute_count(); i < count; ++i) {
    Attribute attribute = event.attribute(i);
    if (attribute.key != column.attribute) continue;
    AppendAttributeValue(attribute, form, out);
    return true;
  }
  if (form == ValueForm::kJson) out->append("null");
  if (form == ValueForm::kShell) out->append("''");
  return false;
}

}  // namespace vexevt
