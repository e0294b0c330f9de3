#include "lib/event/json_plain.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "lib/base/clock.h"
#include "lib/base/errno_name.h"
#include "lib/base/units.h"
#include "lib/event/field.h"
#include "lib/event/json_scan.h"
#include "lib/event/json_value.h"

namespace vexevt {
namespace {

// What stands behind a key.
enum class PlainKind : std::uint8_t {
  kBegin,  // of the line: no key at all
  kText,
  kSession,
  kTransaction,
  kWhole,
  kSigned,
  kReal,
  kTime,
  kType,
  kBoundary,
  kPriority,
  kMode,
  kDevice,
  kErrno,
  kId,
  kTrace,
  kHex,
  kSpan,
  kBit,
  kFlags,
  kCauses,
  kAttributes,
  kObject,
};

struct PlainKey {
  std::array<std::uint64_t, 2> text{}, mask{};  // `"pid":`, and which of 16 bytes are it
  std::uint8_t size = 0;
  std::uint8_t width = 0;
  PlainKind kind = PlainKind::kBegin;
  std::uint16_t offset = 0;  // of the data section, or a pointer, or a bit
  std::uint16_t payload = kAnyPayload;
  std::uint16_t scope = kAnyPayload;  // the payload in whose object it stands; kAnyPayload: in none
  std::uint16_t flag = 0;
  std::uint8_t next = 0;  // in its slot

  bool StandsAt(const char* at) const {
    return (((Load<std::uint64_t>(at) ^ text[0]) & mask[0]) | ((Load<std::uint64_t>(at + 8) ^ text[1]) & mask[1])) == 0;
  }
};

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

// All keys, in the order in which they are written.
class PlainKeys {
 public:
  PlainKeys() {
    keys_.push_back({.text = {~0ull}, .mask = {~0ull}});  // stands nowhere: it is no UTF-8
    for (const Field& field : AllFields()) {
      if (IsDerived(field)) continue;
      PlainKey key{.width = field.width,
                   .kind = KindOf(field),
                   .offset = field.offset,
                   .payload = field.payload,
                   .flag = field.flag};
      std::string_view name = field.name;
      if (auto dot = name.find('.'); dot != std::string_view::npos) {
        if (keys_.back().scope != field.payload) {
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

  const PlainKey& operator[](std::size_t index) const { return keys_[index]; }
  std::uint8_t type() const { return type_; }
  std::uint8_t flags() const { return flags_; }

  // 0: there is none.
  std::uint8_t Find(const char* at, std::uint16_t scope) const {
    std::uint8_t index = first_[SlotOf(at)];
    while (index != 0 && !(keys_[index].StandsAt(at) && keys_[index].scope == scope)) index = keys_[index].next;
    return index;
  }

 private:
  // By the first four characters, which even `"k":` has.
  static std::size_t SlotOf(const char* at) { return Load<std::uint32_t>(at) * 0x9e3779b1u >> 24; }

  void Add(std::string_view name, PlainKey key) {
    std::string text = "\"" + std::string(name) + "\":";
    if (text.size() > sizeof key.text) return;
    std::memcpy(key.text.data(), text.data(), text.size());
    std::memset(key.mask.data(), 0xff, text.size());
    key.size = static_cast<std::uint8_t>(text.size());
    std::uint8_t& first = first_[SlotOf(text.data())];
    key.next = std::exchange(first, static_cast<std::uint8_t>(keys_.size()));
    if (key.kind == PlainKind::kType) type_ = static_cast<std::uint8_t>(keys_.size());
    if (key.kind == PlainKind::kFlags) flags_ = static_cast<std::uint8_t>(keys_.size());
    keys_.push_back(key);
  }

  std::vector<PlainKey> keys_;
  std::array<std::uint8_t, 256> first_{};  // of the keys in a slot, which are chained
  std::uint8_t type_ = 0, flags_ = 0;
};

}  // namespace

// A line that is being read. Each function gives the end of what it reads, or nullptr where that is not plain.
struct PlainJson::Line {
  PlainJson& known;
  const char* text;
  std::size_t blocks;  // of 64 bytes, each with its marks in known.quotes_
  bool has_escapes;
  FieldValues& values;

  const char* Text(const char* at, std::string_view* value) const;
  const char* Value(const PlainKey& key, const char* at);
  const char* Whole(const PlainKey& key, const char* at);
  const char* Number(const char* at, std::variant<std::int64_t, double>* value) const;
  const char* Id(const char* at, EventId* id) const;
  const char* Time(const char* at, std::uint64_t* ns);
  const char* Type(const char* at, std::uint64_t* code);
  const char* Flags(const char* at);
  const char* Causes(const char* at);
  const char* Attributes(const char* at);
  const char* AttributeValue(const char* at, Attribute* attribute);
};

const char* PlainJson::Line::Text(const char* at, std::string_view* value) const {
  if (*at != '"') return nullptr;
  const auto start = static_cast<std::size_t>(++at - text);
  std::size_t block = start / 64;
  if (block >= blocks) return nullptr;
  std::uint64_t quotes = known.quotes_[block] >> start % 64 << start % 64;
  while (quotes == 0) {
    if (++block == blocks) return nullptr;
    quotes = known.quotes_[block];
  }
  const char* end = text + block * 64 + std::countr_zero(quotes);
  *value = {at, static_cast<std::size_t>(end - at)};
  if (has_escapes && value->find('\\') != std::string_view::npos) return nullptr;
  return end + 1;
}

const char* PlainJson::Line::Value(const PlainKey& key, const char* at) {
  std::uint64_t bits = 0;
  std::string_view name;
  switch (key.kind) {
    case PlainKind::kText:
      return Text(at, &values.bytes[key.offset]);
    case PlainKind::kSession:
      return Text(at, &values.context.session);
    case PlainKind::kTransaction:
      return Text(at, &values.context.transaction);
    case PlainKind::kWhole:
      return Whole(key, at);
    case PlainKind::kSigned:
    case PlainKind::kReal: {
      std::variant<std::int64_t, double> number;
      at = Number(at, &number);
      const auto* whole = std::get_if<std::int64_t>(&number);
      if (key.kind == PlainKind::kSigned) {
        if (whole == nullptr) return nullptr;
        bits = static_cast<std::uint64_t>(*whole);
      } else {
        bits = std::bit_cast<std::uint64_t>(whole ? static_cast<double>(*whole) : std::get<double>(number));
      }
      break;
    }
    case PlainKind::kTime:
      at = Time(at, &bits);
      break;
    case PlainKind::kType:
      at = Type(at, &bits);
      break;
    case PlainKind::kBoundary: {
      at = Text(at, &name);
      auto boundary = ParseBoundary(name);
      if (!boundary) return nullptr;
      bits = static_cast<std::uint64_t>(*boundary);
      break;
    }
    case PlainKind::kPriority: {
      at = Text(at, &name);
      auto priority = ParsePriority(name);
      if (!priority) return nullptr;
      bits = static_cast<std::uint64_t>(*priority);
      break;
    }
    case PlainKind::kMode: {
      if (*at++ != '"') return nullptr;
      const char* start = at;
      for (; at - start < 7 && *at >= '0' && *at <= '7'; ++at) bits = bits << 3 | static_cast<unsigned>(*at - '0');
      if (at == start || bits > 0xffff || *at++ != '"') return nullptr;
      break;
    }
    case PlainKind::kDevice: {
      std::uint64_t major = 0;
      if (*at++ != '"' || (at = ScanNumber(at, &major)) == nullptr || *at++ != ':') return nullptr;
      if ((at = ScanNumber(at, &bits)) == nullptr || *at++ != '"') return nullptr;
      if (major >= 1 << 12 || bits >= 1 << 20) return nullptr;
      bits |= major << 20;
      break;
    }
    case PlainKind::kErrno: {
      at = Text(at, &name);
      auto error = ParseErrno(name);
      if (!error) return nullptr;
      bits = static_cast<std::uint32_t>(*error);
      break;
    }
    case PlainKind::kId: {
      EventId id;
      at = Id(at, &id);
      values.Set(layout::kIdSource, id.source);
      values.Set(layout::kIdSequence, id.sequence);
      return at;
    }
    case PlainKind::kTrace: {
      EventId trace;
      at = Id(at, &trace);
      values.context.trace_high = trace.source;
      values.context.trace_low = trace.sequence;
      return at;
    }
    case PlainKind::kHex:
    case PlainKind::kSpan:
      if (*at != '"' || !ScanHex64(at + 1, &bits) || at[17] != '"') return nullptr;
      at += 18;
      if (key.kind == PlainKind::kHex) break;
      values.context.span = bits;
      return at;
    case PlainKind::kBit:
      if (std::memcmp(at, "true", 4) != 0) return nullptr;  // false is not written
      values.SetBit(key.offset);
      return at + 4;
    case PlainKind::kFlags:
      return Flags(at);
    case PlainKind::kCauses:
      return Causes(at);
    case PlainKind::kAttributes:
      return Attributes(at);
    default:
      return nullptr;
  }
  values.SetBits(key.offset, key.width, bits);
  return at;
}

const char* PlainJson::Line::Whole(const PlainKey& key, const char* at) {
  std::uint64_t number = 0;
  at = ScanNumber(at, &number);
  if (key.width < 8 && number >> 8 * key.width != 0) return nullptr;
  values.SetBits(key.offset, key.width, number);
  return at;
}

// https://www.rfc-editor.org/rfc/rfc8259#section-6
const char* PlainJson::Line::Number(const char* at, std::variant<std::int64_t, double>* value) const {
  const char* start = at;
  if (*at == '-') ++at;
  std::uint64_t whole = 0;
  const char* digits = at;
  at = ScanNumber(at, &whole);
  if (at == nullptr) return nullptr;
  if (*at != '.' && *at != 'e' && *at != 'E') {
    if (at - digits > 18) return nullptr;
    *value = *start == '-' ? -static_cast<std::int64_t>(whole) : static_cast<std::int64_t>(whole);
    return at;
  }
  auto skip_digits = [&at] {
    const char* first = at;
    while (*at >= '0' && *at <= '9') ++at;
    return at != first;
  };
  if (*at == '.' && (++at, !skip_digits())) return nullptr;
  if (*at == 'e' || *at == 'E') {
    ++at;
    if (*at == '+' || *at == '-') ++at;
    if (!skip_digits()) return nullptr;
  }
  auto [end, error] = std::from_chars(start, at, value->emplace<double>());
  return error == std::errc() && end == at ? at : nullptr;
}

const char* PlainJson::Line::Id(const char* at, EventId* id) const {
  if (*at != '"' || !ScanHex64(at + 1, &id->source) || !ScanHex64(at + 17, &id->sequence)) return nullptr;
  return at[33] == '"' ? at + 34 : nullptr;
}

// As WriteTime has it: "2026-11-23T12:00:00.123456789Z".
const char* PlainJson::Line::Time(const char* at, std::uint64_t* ns) {
  constexpr std::size_t kDayChars = 11;
  if (*at++ != '"') return nullptr;
  if (std::string_view(at, kDayChars) != known.day_) {
    std::string day(at, kDayChars);
    auto began = ParseTime(day + "00:00:00Z");
    if (!began.ok() || *began > UINT64_MAX - 86'400 * kNsPerSecond) return nullptr;
    known.day_ = std::move(day);
    known.day_ns_ = *began;
  }
  at += kDayChars;
  auto two = [at](unsigned i) {
    const unsigned tens = static_cast<unsigned char>(at[i]) - unsigned{'0'};
    const unsigned ones = static_cast<unsigned char>(at[i + 1]) - unsigned{'0'};
    return tens <= 9 && ones <= 9 ? tens * 10 + ones : 99;
  };
  const std::uint64_t hours = two(0), minutes = two(3), seconds = two(6);
  if (hours > 23 || minutes > 59 || seconds > 59 || at[2] != ':' || at[5] != ':' || at[8] != '.') return nullptr;
  const ScannedDigits first = ScanEightDigits(at + 9);
  const unsigned last = static_cast<unsigned char>(at[17]) - unsigned{'0'};
  if (first.count != 8 || last > 9 || at[18] != 'Z' || at[19] != '"') return nullptr;
  *ns = known.day_ns_ + ((hours * 60 + minutes) * 60 + seconds) * kNsPerSecond + first.value * 10 + last;
  return at + 20;
}

const char* PlainJson::Line::Type(const char* at, std::uint64_t* code) {
  std::string_view name;
  at = Text(at, &name);
  if (at == nullptr) return nullptr;
  const auto last = Load<std::uint64_t>(at - 8);  // of a short name the key's end, too, which is always the same
  const TypeInfo*& type = known.types_[last * 0x9e3779b97f4a7c15 >> 58];
  if (type == nullptr || type->name != name) {
    auto found = std::ranges::find(AllTypes(), name, &TypeInfo::name);
    if (found == AllTypes().end()) return nullptr;
    type = &*found;
  }
  *code = type->code;
  return at;
}

const char* PlainJson::Line::Flags(const char* at) {
  const std::string& last = known.flags_text_;
  if (last.empty() || std::strncmp(at, last.data(), last.size()) != 0) {
    std::uint16_t flags = 0;
    const char* const start = at;
    if (*at++ != '[') return nullptr;
    while (*at != ']') {
      if (at - start > 1 && *at++ != ',') return nullptr;
      std::string_view name;
      at = Text(at, &name);
      if (at == nullptr) return nullptr;
      auto found = std::ranges::find(FlagNames(), name);
      if (found == FlagNames().end()) return nullptr;
      flags |= static_cast<std::uint16_t>(1 << (found - FlagNames().begin()));
    }
    known.flags_text_.assign(start, at + 1);
    known.flags_ = flags;
    at = start;
  }
  values.Set(layout::kFlags, known.flags_);
  return at + known.flags_text_.size();
}

const char* PlainJson::Line::Causes(const char* at) {
  const char* const start = at;
  if (*at++ != '[') return nullptr;
  while (*at != ']') {
    if (at - start > 1 && *at++ != ',') return nullptr;
    at = Id(at, &values.causes.emplace_back());
    if (at == nullptr) return nullptr;
  }
  return at + 1;
}

const char* PlainJson::Line::Attributes(const char* at) {
  const char* const start = at;
  if (*at++ != '{') return nullptr;
  while (*at != '}') {
    if (at - start > 1 && *at++ != ',') return nullptr;
    if (*at == ' ') ++at;
    Attribute& attribute = values.attributes.emplace_back();
    at = Text(at, &attribute.key);
    if (at == nullptr || *at++ != ':') return nullptr;
    if (*at == ' ') ++at;
    at = AttributeValue(at, &attribute);
    if (at == nullptr) return nullptr;
  }
  return at + 1;
}

const char* PlainJson::Line::AttributeValue(const char* at, Attribute* attribute) {
  switch (*at) {
    case '"':
      return Text(at, &attribute->value.emplace<AttributeText>().value);
    case 't':
      attribute->value = true;
      return std::memcmp(at, "true", 4) == 0 ? at + 4 : nullptr;
    case 'f':
      attribute->value = false;
      return std::memcmp(at, "false", 5) == 0 ? at + 5 : nullptr;
    default: {
      std::variant<std::int64_t, double> number;
      at = Number(at, &number);
      std::visit([&](auto value) { attribute->value = value; }, number);
      return at;
    }
  }
}

bool PlainJson::Read(const char* line, std::size_t size, FieldValues* values) {
  static const PlainKeys kKeys;
  while (size > 0 && (line[size - 1] == ' ' || line[size - 1] == '\n' || line[size - 1] == '\r')) --size;

  const std::size_t blocks = size / 64 + 1;
  if (quotes_.size() < blocks) quotes_.resize(blocks);
  std::uint64_t escapes = 0, others = 0;
  for (std::size_t block = 0; block < blocks; ++block) {
    const ScanMarks marks = ScanBytes(line + block * 64);
    quotes_[block] = marks.quotes;
    escapes |= marks.backslashes;
    others |= marks.others;
  }
  if (others != 0) {
    if (std::any_of(line, line + size, [](unsigned char byte) { return byte < ' '; })) return false;
    if (!simdjson::validate_utf8(line, size)) return false;
  }

  Line reader{*this, line, blocks, escapes != 0, *values};
  std::uint16_t payload = kAnyPayload, scope = kAnyPayload, implied_flags = 0;
  std::array<std::uint64_t, 2> seen{};
  std::uint8_t index = 0;
  const char* at = line;
  if (*at++ != '{') return false;
  for (;;) {
    if (*at == ' ') ++at;
    std::uint8_t& next = successors_[index];
    if (!kKeys[next].StandsAt(at) || kKeys[next].scope != scope) next = kKeys.Find(at, scope);
    index = next;
    const std::uint64_t bit = std::uint64_t{1} << index % 64;
    if (index == 0 || (seen[index / 64] & bit) != 0) return false;
    seen[index / 64] |= bit;
    const PlainKey& key = kKeys[index];
    if (key.payload != kAnyPayload && key.payload != payload) {
      if (payload != kAnyPayload) return false;
      payload = key.payload;
    }
    implied_flags |= key.flag;
    at += key.size;
    if (*at == ' ') ++at;
    if (key.kind == PlainKind::kObject) {
      if (*at++ != '{') return false;
      if (*at != '}') {
        scope = key.payload;
        continue;
      }
      ++at;
    } else {
      at = reader.Value(key, at);
      if (at == nullptr) return false;
      if (*at == '}' && scope != kAnyPayload) {
        scope = kAnyPayload;
        ++at;
      }
    }
    if (*at != ',') break;
    ++at;
  }
  if (at + 1 != line + size || *at != '}' || scope != kAnyPayload || !(seen[0] >> kKeys.type() & 1)) return false;
  if (!(seen[kKeys.flags() / 64] >> kKeys.flags() % 64 & 1)) values->Set(layout::kFlags, implied_flags);
  if (payload != kAnyPayload) values->Set(layout::kPayloadTag, payload);
  return true;
}

}  // namespace vexevt
