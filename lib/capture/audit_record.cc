#include "lib/capture/audit_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lib/base/clock.h"

namespace vexevt {
namespace {

// The word before `end`, which is taken off with it. False: `end` is not there.
bool TakeUntil(std::string_view* text, std::string_view end, std::string_view* word) {
  std::size_t at = text->find(end);
  if (at == std::string_view::npos) return false;
  *word = text->substr(0, at);
  text->remove_prefix(at + end.size());
  return true;
}

template <typename T>
bool Parse(std::string_view text, T* number, int base = 10) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number, base);
  return error == std::errc() && end == text.data() + text.size();
}

int Digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

const AuditField* Find(const std::vector<AuditField>& fields, std::string_view name) {
  auto found = std::ranges::find(fields, name, &AuditField::name);
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace

Result<AuditRecord> ReadAuditRecord(std::string_view line) {
  AuditRecord record;
  std::string_view head, seconds, millis, serial;
  if (line.starts_with("node=") && !TakeUntil(&line, " ", &record.node)) return DataLoss("'node=' stands alone");
  if (!record.node.empty()) record.node.remove_prefix(5);
  if (!line.starts_with("type=") || !TakeUntil(&line, " ", &record.type)) return DataLoss("expected 'type='");
  record.type.remove_prefix(5);
  std::uint64_t whole = 0, part = 0;
  constexpr std::uint64_t kMostSeconds = UINT64_MAX / kNsPerSecond - 1;
  if (!TakeUntil(&line, "msg=audit(", &head) || !head.empty() || !TakeUntil(&line, ".", &seconds) ||
      !TakeUntil(&line, ":", &millis) || !TakeUntil(&line, "):", &serial) || !Parse(seconds, &whole) ||
      whole > kMostSeconds || millis.size() != 3 || !Parse(millis, &part) || !Parse(serial, &record.serial)) {
    return DataLoss("expected 'msg=audit(SECONDS.MILLISECONDS:SERIAL):' after the type");
  }
  record.time_ns = whole * kNsPerSecond + part * kNsPerMs;
  record.rest = line.substr(0, line.find('\x1d'));
  return record;
}

Status ReadAuditFields(std::string_view rest, std::vector<AuditField>* fields) {
  fields->clear();
  for (;;) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (rest.empty()) return {};
    std::size_t end = std::min(rest.find(' '), rest.size()), equals = rest.find('=');
    if (equals >= end) {
      rest.remove_prefix(end);
      continue;
    }
    AuditField field{rest.substr(0, equals), {}, false};
    rest.remove_prefix(equals + 1);
    if (rest.starts_with('"')) {
      rest.remove_prefix(1);
      field.quoted = true;
      if (!TakeUntil(&rest, "\"", &field.value)) {
        return DataLoss(fmt::format("the quote after '{}=' does not end", field.name));
      }
    } else {
      field.value = rest.substr(0, rest.find(' '));
      rest.remove_prefix(field.value.size());
    }
    fields->push_back(field);
  }
}

Result<std::string> AuditText(const std::vector<AuditField>& fields, std::string_view name) {
  const AuditField* field = Find(fields, name);
  if (field == nullptr) return std::string();
  if (field->quoted) return std::string(field->value);
  std::string_view digits = field->value;
  if (digits == "(null)" || digits == "(none)" || digits == "?") return std::string();
  std::string text;
  for (std::size_t i = 0; i + 1 < digits.size() && Digit(digits[i]) >= 0 && Digit(digits[i + 1]) >= 0; i += 2) {
    text.push_back(static_cast<char>(Digit(digits[i]) << 4 | Digit(digits[i + 1])));
  }
  if (text.size() * 2 != digits.size()) {
    return DataLoss(fmt::format("'{}={}' is neither quoted nor hexadecimal", name, digits));
  }
  return text;
}

Result<std::optional<std::int64_t>> AuditNumber(const std::vector<AuditField>& fields, std::string_view name,
                                                int base) {
  const AuditField* field = Find(fields, name);
  if (field == nullptr) return std::optional<std::int64_t>();
  std::int64_t number = 0;
  std::uint64_t pattern = 0;
  if (Parse(field->value, &number, base)) return std::optional(number);
  // Arguments of system calls are unsigned, with all 64 bits.
  if (base == 16 && Parse(field->value, &pattern, base)) return std::optional(static_cast<std::int64_t>(pattern));
  return DataLoss(fmt::format("'{}={}' is no number", name, field->value));
}

}  // namespace vexevt
