#include "lib/event/json_plain.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "lib/base/clock.h"
#include "lib/base/errno_name.h"
#include "lib/base/units.h"
#include "lib/event/json_scan.h"
#include "lib/event/json_value.h"
#include "lib/event/plain_keys.h"

namespace vexevt {
namespace {

const PlainKeys& Keys() {
  static const PlainKeys kKeys;
  return kKeys;
}

}  // namespace

// A line that is being read. Each function gives the end of what it reads, or nullptr where that is not plain.
struct PlainJson::Line {
  PlainJson& known;
  const char* text;
  const char* text_end;
  std::size_t blocks;  // of 64 bytes, each with its marks in known.quotes_
  FieldValues& values;
  const char* escape;  // the next one, or text_end
  bool gap = false;    // a space stands behind each colon and comma

  bool Members();
  const char* Gap(const char* at) const;
  const char* Comma(const char* at) const;
  const char* NextQuote(const char* at) const;
  const char* NextEscape(const char* at) const {
    return at + std::min(std::string_view(at, text_end).find('\\'), static_cast<std::size_t>(text_end - at));
  }
  const char* Text(const char* at, std::string_view* value);
  const char* EscapedText(const char* at, std::string_view* value);
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

bool PlainJson::Line::Members() {
  const PlainKeys& keys = Keys();
  const PlainKey* key = &keys[0];
  std::uint16_t payload = kAnyPayload, scope = kAnyPayload, implied_flags = 0;
  std::array<std::uint64_t, 2> seen{};
  const char* at = text;
  if (*at++ != '{') return false;
  std::string_view first;
  const char* colon = Text(at, &first);
  gap = colon != nullptr && *colon == ':' && colon[1] == ' ';
  for (;;) {
    const PlainKey*& next = known.successors_[key->index];
    if (!next->StandsAt(at) || next->scope != scope) next = &keys[keys.Find(at, scope)];
    key = next;
    std::uint64_t& word = seen[key->index / 64];
    const std::uint64_t bit = std::uint64_t{1} << key->index % 64;
    if (key->kind == PlainKind::kBegin || (word & bit) != 0) return false;
    word |= bit;
    if (key->payload != kAnyPayload && key->payload != payload) {
      if (payload != kAnyPayload) return false;
      payload = key->payload;
    }
    implied_flags |= key->flag;
    at = Gap(at + key->size);
    if (at == nullptr) return false;
    if (key->kind == PlainKind::kObject) {
      if (*at++ != '{') return false;
      if (*at != '}') {
        scope = key->payload;
        continue;
      }
      ++at;
    } else {
      if (key->kind == PlainKind::kText) {  // the two that nearly all are
        at = Text(at, &values.bytes[key->offset]);
      } else if (key->kind == PlainKind::kWhole) {
        at = Whole(*key, at);
      } else {
        at = Value(*key, at);
      }
      if (at == nullptr) return false;
      if (*at == '}' && scope != kAnyPayload) {
        scope = kAnyPayload;
        ++at;
      }
    }
    if (*at != ',') break;
    at = Comma(at);
    if (at == nullptr) return false;
  }
  const bool has_type = (seen[0] >> keys.type() & 1) != 0;
  if (*at != '}' || at + 1 != text_end || scope != kAnyPayload || !has_type) return false;
  if ((seen[keys.flags() / 64] >> keys.flags() % 64 & 1) == 0) values.Set(layout::kFlags, implied_flags);
  if (payload != kAnyPayload) values.Set(layout::kPayloadTag, payload);
  return true;
}

// Not by what stands there alone, for which all that follows would have to wait.
const char* PlainJson::Line::Gap(const char* at) const {
  if (!gap) return at;
  return *at == ' ' ? at + 1 : nullptr;
}

const char* PlainJson::Line::Comma(const char* at) const { return *at == ',' ? Gap(at + 1) : nullptr; }

// The first quote from `at` on; nullptr: there is none.
const char* PlainJson::Line::NextQuote(const char* at) const {
  const auto start = static_cast<std::size_t>(at - text);
  std::size_t block = start / 64;
  if (block >= blocks) return nullptr;
  std::uint64_t quotes = known.quotes_[block] >> start % 64 << start % 64;
  while (quotes == 0) {
    if (++block == blocks) return nullptr;
    quotes = known.quotes_[block];
  }
  return text + block * 64 + std::countr_zero(quotes);
}

const char* PlainJson::Line::Text(const char* at, std::string_view* value) {
  if (*at != '"') return nullptr;
  const char* end = NextQuote(++at);
  if (end == nullptr) return nullptr;
  if (escape < end) return EscapedText(at, value);
  *value = {at, static_cast<std::size_t>(end - at)};
  return end + 1;
}

// Escapes of one character; \u is left to others.
const char* PlainJson::Line::EscapedText(const char* at, std::string_view* value) {
  constexpr std::string_view kEscapes = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  std::string& out = known.unescaped_;  // which has room for the line, so that what is in it stays
  const std::size_t start = out.size();
  const char* end;
  while ((end = NextQuote(at)) != nullptr && escape < end) {
    const std::size_t meaning = kEscapes.find(escape[1]);
    if (meaning == std::string_view::npos) return nullptr;
    out.append(at, escape).push_back(kMeanings[meaning]);
    at = escape + 2;
    escape = NextEscape(at);
  }
  if (end == nullptr) return nullptr;
  out.append(at, end);
  *value = std::string_view(out).substr(start);
  return end + 1;
}

const char* PlainJson::Line::Value(const PlainKey& key, const char* at) {
  std::uint64_t bits = 0;
  std::string_view name;
  switch (key.kind) {
    case PlainKind::kSession:
      return Text(at, &values.context.session);
    case PlainKind::kTransaction:
      return Text(at, &values.context.transaction);
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
      if (at - start > 1 && (at = Comma(at)) == nullptr) return nullptr;
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
    if (at - start > 1 && (at = Comma(at)) == nullptr) return nullptr;
    at = Id(at, &values.causes.emplace_back());
    if (at == nullptr) return nullptr;
  }
  return at + 1;
}

const char* PlainJson::Line::Attributes(const char* at) {
  const char* const start = at;
  if (*at++ != '{') return nullptr;
  while (*at != '}') {
    if (at - start > 1 && (at = Comma(at)) == nullptr) return nullptr;
    Attribute& attribute = values.attributes.emplace_back();
    at = Text(at, &attribute.key);
    if (at == nullptr || *at != ':' || (at = Gap(at + 1)) == nullptr) return nullptr;
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

PlainJson::PlainJson() { successors_.fill(&Keys()[0]); }

bool PlainJson::Read(std::string_view line, FieldValues* values) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  const std::size_t blocks = line.size() / 64 + 1;
  if (quotes_.size() < blocks) quotes_.resize(blocks);
  std::uint64_t odd = 0;
  for (std::size_t block = 0; block < blocks; ++block) {
    const ScanMarks marks = ScanBytes(line.data() + block * 64);
    const bool whole = block + 1 < blocks;
    const std::uint64_t within = whole ? ~std::uint64_t{0} : (std::uint64_t{1} << line.size() % 64) - 1;
    quotes_[block] = marks.quotes & within;
    odd |= marks.odd & within;
  }
  const char* const end = line.data() + line.size();
  Line reader{*this, line.data(), end, blocks, *values, end};
  if (odd != 0) {
    unsigned char least = 0xff;  // without a way out of the loop, which is one of vectors so
    for (const char byte : line) least = std::min(least, static_cast<unsigned char>(byte));
    if (least < ' ') return false;
    if (!simdjson::validate_utf8(line)) return false;
    reader.escape = reader.NextEscape(line.data());
    unescaped_.clear();
    unescaped_.reserve(line.size());
  }
  return reader.Members();
}

}  // namespace vexevt
