#include "lib/event/plain_keys.h"

#include <cstring>
#include <string>
#include <utility>

namespace vexevt {
namespace {

PlainKind KindOf(const Field& field) {
  switch (field.place) {
    case FieldPlace::kPointer:
      return PlainKind::kText;
    case FieldPlace::kContextPointer:
      return field.offset == layout::kContextSession ? PlainKind::kSession : PlainKind::kTransaction;
    case FieldPlace::kWide:
      return field.type == FieldType::kEventId ? PlainKind::kId : PlainKind::kTrace;
    case FieldPlace::kContextData:
      return PlainKind::kSpan;
    case FieldPlace::kBit:
      return PlainKind::kBit;
    default:
      break;
  }
  switch (field.type) {
    case FieldType::kInt:
      return PlainKind::kSigned;
    case FieldType::kFloat:
      return PlainKind::kReal;
    case FieldType::kTime:
      return PlainKind::kTime;
    case FieldType::kType:
      return PlainKind::kType;
    case FieldType::kBoundary:
      return PlainKind::kBoundary;
    case FieldType::kPriority:
      return PlainKind::kPriority;
    case FieldType::kMode:
      return PlainKind::kMode;
    case FieldType::kDevice:
      return PlainKind::kDevice;
    case FieldType::kErrno:
      return PlainKind::kErrno;
    case FieldType::kHex64:
      return PlainKind::kHex;
    default:
      return PlainKind::kWhole;
  }
}

}  // namespace

PlainKeys::PlainKeys() {
  keys_[0] = {.text = {~0ull}, .mask = {~0ull}};  // stands nowhere: it is no UTF-8
  for (const Field& field : AllFields()) {
    if (IsDerived(field)) continue;
    PlainKey key{.width = field.width,
                 .kind = KindOf(field),
                 .offset = field.offset,
                 .payload = field.payload,
                 .flag = field.flag};
    std::string_view name = field.name;
    if (auto dot = name.find('.'); dot != std::string_view::npos) {
      if (keys_[size_ - 1u].scope != field.payload) {
        Add(name.substr(0, dot), {.kind = PlainKind::kObject, .payload = field.payload});
      }
      key.scope = field.payload;
      name.remove_prefix(dot + 1);
    }
    Add(name, key);
  }
  Add("flags", {.kind = PlainKind::kFlags});
  Add("causes", {.kind = PlainKind::kCauses});
  Add("attributes", {.kind = PlainKind::kAttributes});
}

void PlainKeys::Add(std::string_view name, PlainKey key) {
  std::string text = "\"" + std::string(name) + "\":";
  if (text.size() > sizeof key.text || size_ == kMostPlainKeys) return;  // none is so long, nor are they so many
  std::memcpy(key.text.data(), text.data(), text.size());
  std::memset(key.mask.data(), 0xff, text.size());
  key.index = size_;
  key.size = static_cast<std::uint8_t>(text.size());
  key.next = std::exchange(first_[SlotOf(text.data())], size_);
  if (key.kind == PlainKind::kType) type_ = size_;
  if (key.kind == PlainKind::kFlags) flags_ = size_;
  keys_[size_++] = key;
}

}  // namespace vexevt
