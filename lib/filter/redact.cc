#include "lib/filter/redact.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "lib/base/bytes.h"
#include "lib/event/field.h"
#include "lib/rules/admission.h"

namespace vexevt {
namespace {

constexpr std::size_t kLeastKeyBytes = crypto_generichash_KEYBYTES_MIN;  // 16
constexpr std::size_t kHashBytes = 16;

}  // namespace

std::string Redactor::Trace(std::string_view value, RedactWith with) const {
  if (with == RedactWith::kMask) return std::string(value.size(), '*');
  std::array<unsigned char, kHashBytes> hash;
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(value.data()), value.size(),
                     reinterpret_cast<const unsigned char*>(key_.data()),
                     std::min<std::size_t>(key_.size(), crypto_generichash_KEYBYTES_MAX));
  std::string digits;
  for (unsigned char byte : hash) digits += fmt::format("{:02x}", byte);
  return digits;
}

Result<std::span<const std::byte>> Redactor::Redact(const EventView& event, const std::vector<Redaction>& redactions,
                                                    std::optional<double> mark) {
  VEXEVT_TRY(editor_.Load(event.frame()));
  for (const Redaction& redaction : redactions) {
    if (redaction.field.text.starts_with("attr.")) {
      std::string_view key = std::string_view(redaction.field.text).substr(5);
      std::string trace;
      for (std::size_t i = 0, count = event.attribute_count(); i < count; ++i) {
        Attribute attribute = event.attribute(i);
        const auto* text = std::get_if<AttributeText>(&attribute.value);
        if (attribute.key == key && text) trace = Trace(text->value, redaction.with);
      }
      // What is no text leaves no trace.
      if (trace.empty() || redaction.with == RedactWith::kRemove) {
        editor_.RemoveAttribute(key);
      } else {
        editor_.SetAttribute({key, AttributeText{trace}});
      }
      continue;
    }
    const Field& field = *FindField(redaction.field.text);
    FieldValue value = ReadField(event, field);
    const auto* bytes = std::get_if<std::string_view>(&value);
    if (!bytes) continue;
    editor_.SetBytes(field, redaction.with == RedactWith::kRemove ? std::string() : Trace(*bytes, redaction.with));
  }
  if (mark) MarkSample(event, *mark, &editor_);
  VEXEVT_TRY(editor_.Save(&frame_));
  return std::span<const std::byte>(frame_);
}

Status CheckRedactionKey(std::span<const Rule> rules, std::string_view key) {
  for (const Rule& rule : rules) {
    for (const Redaction& redaction : rule.redact) {
      if (redaction.with == RedactWith::kHash && key.size() < kLeastKeyBytes) {
        return InvalidArgument(
            fmt::format("redacting '{}' by a hash wants a key of at least {} bytes in VEXEVT_REDACTION_KEY",
                        redaction.field.text, kLeastKeyBytes));
      }
    }
  }
  return Status::Ok();
}

}  // namespace vexevt
