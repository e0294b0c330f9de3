#include "lib/stats/result_attributes.h"

#include <limits>
#include <utility>
#include <variant>

#include "lib/base/utf8.h"
#include "lib/stats/group_key.h"

namespace vexevt {
namespace {

EventAttributeValue TextValue(std::string_view text) {
  if (IsUtf8(text)) return AttributeText{text};
  return AttributeBytes{text};
}

// Attributes have no unsigned numbers.
EventAttributeValue NumberValue(std::uint64_t number) {
  if (number > std::numeric_limits<std::int64_t>::max()) return static_cast<double>(number);
  return static_cast<std::int64_t>(number);
}

struct ValueOf {
  EventAttributeValue operator()(std::monostate) const { return AttributeText{}; }
  EventAttributeValue operator()(std::uint64_t number) const { return NumberValue(number); }
  EventAttributeValue operator()(const std::string& text) const { return TextValue(text); }
  template <typename Number>
  EventAttributeValue operator()(Number number) const {
    return number;
  }
};

}  // namespace

EventAttributeValue AttributeOf(const ResultValue& value) { return std::visit(ValueOf(), value); }

KeyAttributes::KeyAttributes(const std::vector<Column>& by) : by_(by) {
  for (const Column& column : by) names_.push_back(AttributeName(column));
}

void KeyAttributes::Append(std::string_view key, std::vector<Attribute>* attributes) {
  texts_.assign(by_.size(), {});
  if (!DecodeGroupKey(key, by_.size(), &values_, &value_texts_)) return;
  for (std::size_t i = 0; i < by_.size(); ++i) {
    if (std::holds_alternative<std::monostate>(values_[i])) continue;
    const Field* const field = by_[i].field;
    AppendColumnText(by_[i], values_[i], ValueForm::kRaw, &texts_[i]);
    const auto* number = std::get_if<std::uint64_t>(&values_[i]);
    const bool plain = field != nullptr && (field->type == FieldType::kUint || field->type == FieldType::kSize ||
                                            field->type == FieldType::kDuration);
    attributes->push_back({names_[i], number != nullptr && plain ? NumberValue(*number) : TextValue(texts_[i])});
  }
}

}  // namespace vexevt
