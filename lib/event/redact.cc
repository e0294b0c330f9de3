#include "lib/event/redact.h"

#include <array>

#include "lib/event/json_value.h"

namespace vexevt {
namespace {

std::string Replacement(std::string_view value, Redaction how, const SipKey& key) {
  if (how == Redaction::kMask) return "***";
  SipHash hash = SipHash128(key, value);
  std::string text(32, '\0');
  WriteHex(hash.second, 16, WriteHex(hash.first, 16, text.data()));
  return text;
}

}  // namespace

Status CheckRedaction(const Column& column, Redaction how) {
  if (column.field == nullptr) return Status::Ok();
  if (!FrameEditor::CanClear(*column.field)) {
    return InvalidArgument("'" + column.name + "' cannot be redacted");
  }
  if (how != Redaction::kRemove && column.field->type != FieldType::kBytes) {
    return InvalidArgument("'" + column.name + "' is a number: it can only be removed");
  }
  return Status::Ok();
}

void Redact(const EventView& event, const Column& column, Redaction how, const SipKey& key, FrameEditor* editor) {
  if (how == Redaction::kRemove) {
    if (column.field != nullptr) {
      editor->Clear(*column.field);
    } else {
      editor->RemoveAttribute(column.attribute);
    }
    return;
  }
  std::string value;
  if (!AppendValue(event, column, ValueForm::kRaw, &value)) return;
  std::string replacement = Replacement(value, how, key);
  if (column.field != nullptr) {
    editor->SetBytes(*column.field, replacement);
  } else {
    editor->SetAttribute({column.attribute, AttributeText{replacement}});
  }
}

}  // namespace vexevt
