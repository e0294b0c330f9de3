#include "lib/event/json_read.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <bitset>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/base/base64.h"
#include "lib/base/errno_name.h"
#include "lib/base/nearest_name.h"
#include "lib/base/units.h"
#include "lib/event/field.h"
#include "lib/event/field_values.h"
#include "lib/event/json_plain.h"
#include "lib/event/json_scan.h"
#include "lib/event/json_value.h"
#include "lib/event/unpack_fields.h"

namespace vexevt {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr std::string_view kTwin = "_b64";

// The field of a key: its name, or that and _b64 where it is bytes. nullptr where there is none.
const Field* FindKey(std::string_view key) {
  static const auto keys = [] {
    std::unordered_map<std::string, const Field*> map;
    for (const Field& field : AllFields()) {
      map.emplace(field.name, &field);
      if (field.type == FieldType::kBytes) map.emplace(std::string(field.name).append(kTwin), &field);
    }
    return map;
  }();
  auto found = keys.find(std::string(key));
  return found == keys.end() ? nullptr : found->second;
}

// A field of the payload whose object has this name; nullptr where there is none.
const Field* FirstFieldOf(std::string_view object) {
  for (const Field& field : AllFields()) {
    auto dot = field.name.find('.');
    std::string_view owner = dot == std::string_view::npos ? "fs" : field.name.substr(0, dot);
    if (field.payload != kAnyPayload && owner == object) return &field;
  }
  return nullptr;
}

std::string Shown(const element& value) {
  std::string text = simdjson::minify(value);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

Status Wrong(std::string_view key, const element& value, std::string_view expected) {
  return DataLoss(fmt::format("'{}' is {}: not {}", key, Shown(value), expected));
}

Status UnknownName(std::string_view what, std::string_view name, std::string_view nearest) {
  return DataLoss(fmt::format("unknown {} '{}'{}", what, name, DidYouMean(nearest)));
}

Status UnknownKey(std::string_view key) {
  std::vector<std::string_view> names = {"flags", "causes", "attributes", "fs"};
  for (const Field& field : AllFields()) names.push_back(field.name);
  return UnknownName("key", key, NearestName(key, names));
}

std::optional<std::uint64_t> HexValue(std::string_view text) {
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::optional<EventId> WideValue(const element& value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS || text.size() != 32) return {};
  auto high = HexValue(text.substr(0, 16)), low = HexValue(text.substr(16));
  if (!high || !low) return {};
  return EventId{*high, *low};
}

std::optional<double> FloatValue(const element& value) {
  double real;
  if (value.get(real) == simdjson::SUCCESS) return real;  // of an integer too
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return {};
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  if (!text.starts_with("nan(0x") || !text.ends_with(")")) return {};
  auto bits = HexValue(text.substr(6, text.size() - 7));
  if (!bits || !std::isnan(std::bit_cast<double>(*bits))) return {};
  return std::bit_cast<double>(*bits);
}

std::vector<std::string_view> TypeNames() {
  std::vector<std::string_view> names;
  for (const TypeInfo& type : AllTypes()) names.push_back(type.name);
  return names;
}

std::string_view Explain(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR:
      return "it is not UTF-8";
    case simdjson::UNCLOSED_STRING:
      return "a string has no end";
    case simdjson::UNESCAPED_CHARS:
      return "a control character stands in a string";
    case simdjson::STRING_ERROR:
      return "a string has a bad escape";
    case simdjson::NUMBER_ERROR:
      return "a number is malformed or out of range";
    case simdjson::DEPTH_ERROR:
      return "it is nested too deeply";
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC:
      return "it is too long";
    default:
      return "a bracket, comma or value is missing or misplaced";
  }
}

}  // namespace

struct JsonReader::Parser {
  PlainJson plain;
  simdjson::dom::parser dom;
  std::string padded;
  std::string decoded;  // bytes that were base64; reserved at once, so that views stay
  std::uint64_t line = 0;

  // Of the line that is being read.
  FieldValues values;
  std::bitset<512> seen;  // fields of AllFields, then their twins
  std::string_view payload_key;
  std::uint16_t payload = kAnyPayload;
  std::uint16_t implied_flags = 0;
  bool has_flags = false;

  void Clear();
  Status Read(std::string_view text);
  Status Member(std::string_view key, const element& value);
  Status FieldMember(const Field& field, std::string_view key, bool twin, const element& value);
  Status PayloadObject(std::string_view name, const Field& first, const element& value);
  Status TakePayload(std::uint16_t tag, std::string_view key);
  Status Bytes(const Field& field, std::string_view bytes);
  Result<std::string_view> Base64(std::string_view key, const element& value);
  Result<std::uint64_t> Bits(const Field& field, std::string_view key, const element& value);
  Status Flags(const element& value);
  Status Causes(const element& value);
  Status Attributes(const element& value);
  Status AttributeValue(const element& value, Attribute* attribute);
};

void JsonReader::Parser::Clear() {
  decoded.clear();
  values.Clear();
  seen.reset();
  payload_key = {};
  payload = kAnyPayload;
  implied_flags = 0;
  has_flags = false;
}

Status JsonReader::Parser::Read(std::string_view text) {
  static_assert(kPadding >= simdjson::SIMDJSON_PADDING && kPadding >= kScanPadding);
  values.Clear();
  if (plain.Read(text, &values)) return Status::Ok();
  Clear();
  decoded.reserve(text.size());
  element root;
  if (auto error = dom.parse(text.data(), text.size(), false).get(root)) {
    return DataLoss(fmt::format("not JSON: {}", Explain(error)));
  }
  simdjson::dom::object object;
  if (root.get(object) != simdjson::SUCCESS) return DataLoss(fmt::format("{} is not an event", Shown(root)));
  for (auto [key, value] : object) VEXEVT_TRY(Member(key, value));
  static const Field* const kTypeField = FindField("type");
  if (!seen[static_cast<std::size_t>(kTypeField - AllFields().data())]) return DataLoss("the event has no 'type'");

  if (!has_flags) values.Set(layout::kFlags, implied_flags);
  if (payload != kAnyPayload) values.Set(layout::kPayloadTag, payload);
  return Status::Ok();
}

Status JsonReader::Parser::Member(std::string_view key, const element& value) {
  if (const Field* field = FindKey(key)) return FieldMember(*field, key, key.ends_with(kTwin), value);
  if (key == "flags") return Flags(value);
  if (key == "causes") return Causes(value);
  if (key == "attributes") return Attributes(value);
  if (const Field* first = FirstFieldOf(key)) return PayloadObject(key, *first, value);
  return UnknownKey(key);
}

// Members of a payload are written "graph":{"node":…}; those of fs stand at the top level, and may stand in "fs".
Status JsonReader::Parser::PayloadObject(std::string_view name, const Field& first, const element& value) {
  simdjson::dom::object object;
  if (value.get(object) != simdjson::SUCCESS) return Wrong(name, value, "an object");
  VEXEVT_TRY(TakePayload(first.payload, name));
  std::string prefix = name == "fs" ? "" : std::string(name) + ".";
  for (auto [inner, inner_value] : object) {
    std::string key = prefix + std::string(inner);
    const Field* field = FindKey(key);
    if (field == nullptr || field->payload != first.payload) return UnknownKey(key);
    VEXEVT_TRY(FieldMember(*field, key, key.ends_with(kTwin), inner_value));
  }
  return Status::Ok();
}

Status JsonReader::Parser::TakePayload(std::uint16_t tag, std::string_view key) {
  if (tag == kAnyPayload || tag == payload) return Status::Ok();
  if (payload != kAnyPayload) {
    return DataLoss(fmt::format("'{}' and '{}' are of different payloads: an event has one", payload_key, key));
  }
  payload = tag;
  payload_key = key;
  return Status::Ok();
}

Status JsonReader::Parser::FieldMember(const Field& field, std::string_view key, bool twin, const element& value) {
  auto index = static_cast<std::size_t>(&field - AllFields().data());
  auto at = twin ? index + seen.size() / 2 : index;
  if (seen[at]) return DataLoss(fmt::format("'{}' stands twice", key));
  seen.set(at);
  VEXEVT_TRY(TakePayload(field.payload, key));
  switch (field.place) {
    case FieldPlace::kPathName:
    case FieldPlace::kPathDir:
    case FieldPlace::kPathExt:
      return DataLoss(fmt::format("'{}' follows from 'path': leave it out", key));
    case FieldPlace::kPointer:
    case FieldPlace::kContextPointer: {
      if (twin) {
        VEXEVT_ASSIGN(std::string_view bytes, Base64(key, value));
        return Bytes(field, bytes);
      }
      std::string_view text;
      if (value.get(text) != simdjson::SUCCESS) return Wrong(key, value, "a string");
      return seen[index + seen.size() / 2] ? Status::Ok() : Bytes(field, text);
    }
    case FieldPlace::kWide: {
      auto wide = WideValue(value);
      if (!wide) return Wrong(key, value, "a string of 32 hexadecimal digits");
      if (field.type == FieldType::kEventId) {
        values.Set(layout::kIdSource, wide->source);
        values.Set(layout::kIdSequence, wide->sequence);
      } else {
        values.context.trace_high = wide->source;
        values.context.trace_low = wide->sequence;
      }
      return Status::Ok();
    }
    case FieldPlace::kBit: {
      bool yes;
      if (value.get(yes) != simdjson::SUCCESS) return Wrong(key, value, "true or false");
      if (yes) values.SetBit(field.offset);
      return Status::Ok();
    }
    case FieldPlace::kContextData: {
      VEXEVT_ASSIGN(values.context.span, Bits(field, key, value));
      return Status::Ok();
    }
    case FieldPlace::kData:
      break;
  }
  if (field.type == FieldType::kBool) {
    return DataLoss(fmt::format("'{}' is a flag: write \"flags\":[\"{}\"]", key, key));
  }
  if (field.name == "source" || field.name == "seq") return DataLoss(fmt::format("'{}' is part of 'id'", key));
  VEXEVT_ASSIGN(std::uint64_t bits, Bits(field, key, value));
  values.SetBits(field.offset, field.width, bits);
  implied_flags |= field.flag;
  return Status::Ok();
}

Status JsonReader::Parser::Bytes(const Field& field, std::string_view bytes) {
  if (field.place == FieldPlace::kPointer) {
    values.bytes[field.offset] = bytes;
  } else if (field.offset == layout::kContextSession) {
    values.context.session = bytes;
  } else {
    values.context.transaction = bytes;
  }
  return Status::Ok();
}

Result<std::string_view> JsonReader::Parser::Base64(std::string_view key, const element& value) {
  std::string_view text;
  std::size_t start = decoded.size();
  if (value.get(text) != simdjson::SUCCESS || !AppendFromBase64(text, &decoded)) return Wrong(key, value, "base64");
  return std::string_view(decoded).substr(start);
}

// The bits that a value has in its field of the data section.
Result<std::uint64_t> JsonReader::Parser::Bits(const Field& field, std::string_view key, const element& value) {
  std::string_view text;
  bool is_text = value.get(text) == simdjson::SUCCESS;
  std::uint64_t most = field.width == 8 ? UINT64_MAX : (std::uint64_t{1} << 8 * field.width) - 1;
  std::uint64_t whole = 0;
  bool fits = value.get(whole) == simdjson::SUCCESS && whole <= most;
  std::int64_t sign = 0;
  bool has_sign = value.get(sign) == simdjson::SUCCESS;
  switch (field.type) {
    case FieldType::kType: {
      if (!is_text) return Wrong(key, value, "the name of a type");
      auto type = ParseType(text);
      if (!type) return UnknownName("type", text, NearestName(text, TypeNames()));
      return std::uint64_t{*type};
    }
    case FieldType::kBoundary: {
      if (fits) return whole;
      auto boundary = is_text ? ParseBoundary(text) : std::nullopt;
      if (!boundary) return Wrong(key, value, "kernel, fuse, user, graph, vector, agent, analytics or remote");
      return static_cast<std::uint64_t>(*boundary);
    }
    case FieldType::kPriority: {
      if (fits) return whole;
      auto priority = is_text ? ParsePriority(text) : std::nullopt;
      if (!priority) return Wrong(key, value, "critical, high, normal, low or background");
      return static_cast<std::uint64_t>(*priority);
    }
    case FieldType::kFloat: {
      auto real = FloatValue(value);
      if (!real) return Wrong(key, value, "a number");
      return std::bit_cast<std::uint64_t>(*real);
    }
    case FieldType::kTime: {
      auto time = is_text ? ParseTime(text) : Result<std::uint64_t>(DataLoss(""));
      if (!time.ok()) return Wrong(key, value, "a time like \"2026-11-23T12:00:00Z\"");
      return *time;
    }
    case FieldType::kMode: {
      unsigned mode = 0;
      auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
      if (!is_text || error != std::errc() || end != text.data() + text.size() || mode > most) {
        return Wrong(key, value, "a mode in octal like \"100644\"");
      }
      return std::uint64_t{mode};
    }
    case FieldType::kDevice: {
      auto colon = text.find(':');
      std::uint32_t major = 0, minor = 0;
      if (is_text && colon != std::string_view::npos) {
        auto first = std::from_chars(text.data(), text.data() + colon, major);
        auto second = std::from_chars(text.data() + colon + 1, text.data() + text.size(), minor);
        if (first.ec == std::errc() && first.ptr == text.data() + colon && second.ec == std::errc() &&
            second.ptr == text.data() + text.size() && major < 1 << 12 && minor < 1 << 20) {
          return std::uint64_t{major << 20 | minor};
        }
      }
      return Wrong(key, value, "a device like \"8:1\"");
    }
    case FieldType::kErrno: {
      if (auto error = is_text ? ParseErrno(text) : std::nullopt) return std::uint64_t(*error);
      if (has_sign && sign >= INT32_MIN && sign <= INT32_MAX) {
        return std::uint64_t{static_cast<std::uint32_t>(static_cast<std::int32_t>(sign))};
      }
      return Wrong(key, value, "an error like \"ENOENT\"");
    }
    case FieldType::kHex64: {
      auto hex = is_text && text.size() == 16 ? HexValue(text) : std::nullopt;
      if (!hex) return Wrong(key, value, "a string of 16 hexadecimal digits");
      return *hex;
    }
    case FieldType::kInt:
      if (!has_sign) return Wrong(key, value, "a whole number of 64 bits");
      return static_cast<std::uint64_t>(sign);
    default:
      if (!fits) return Wrong(key, value, fmt::format("a whole number from 0 to {}", most));
      return whole;
  }
}

Status JsonReader::Parser::Flags(const element& value) {
  simdjson::dom::array names;
  if (value.get(names) != simdjson::SUCCESS) return Wrong("flags", value, "a list of names");
  if (has_flags) return DataLoss("'flags' stands twice");
  has_flags = true;
  std::uint64_t flags = 0;
  for (element item : names) {
    std::string_view name;
    if (item.get(name) != simdjson::SUCCESS) return Wrong("flags", item, "a name");
    if (auto it = std::ranges::find(FlagNames(), name); it != FlagNames().end()) {
      flags |= std::uint64_t{1} << (it - FlagNames().begin());
      continue;
    }
    auto bits = name.starts_with("0x") ? HexValue(name.substr(2)) : std::nullopt;
    if (!bits || *bits > 0xffff) return UnknownName("flag", name, NearestName(name, FlagNames()));
    flags |= *bits;
  }
  values.Set(layout::kFlags, static_cast<std::uint16_t>(flags));
  return Status::Ok();
}

Status JsonReader::Parser::Causes(const element& value) {
  simdjson::dom::array ids;
  if (value.get(ids) != simdjson::SUCCESS) return Wrong("causes", value, "a list of ids");
  if (!values.causes.empty()) return DataLoss("'causes' stands twice");
  for (element item : ids) {
    auto id = WideValue(item);
    if (!id) return Wrong("causes", item, "a string of 32 hexadecimal digits");
    values.causes.push_back(*id);
  }
  return Status::Ok();
}

Status JsonReader::Parser::Attributes(const element& value) {
  if (!values.attributes.empty()) return DataLoss("'attributes' stands twice");
  simdjson::dom::object object;
  if (value.get(object) == simdjson::SUCCESS) {
    for (auto [key, item] : object)
      VEXEVT_TRY(AttributeValue(item, &values.attributes.emplace_back(Attribute{key, {}})));
    return Status::Ok();
  }
  simdjson::dom::array list;
  if (value.get(list) != simdjson::SUCCESS)
    return Wrong("attributes", value, "an object, nor a list of keys and values");
  for (element item : list) {
    Attribute attribute;
    bool has_value = false;
    if (item.get(object) != simdjson::SUCCESS) return Wrong("attributes", item, "an object with 'key' and 'value'");
    for (auto [name, inner] : object) {
      if (name == "key") {
        if (inner.get(attribute.key) != simdjson::SUCCESS) return Wrong("key", inner, "a string");
      } else if (name == "value") {
        VEXEVT_TRY(AttributeValue(inner, &attribute));
        has_value = true;
      } else if (name != "key_b64") {
        return UnknownName("key of an attribute", name, {});
      }
    }
    element twin;
    if (object["key_b64"].get(twin) == simdjson::SUCCESS) {
      VEXEVT_ASSIGN(attribute.key, Base64("key_b64", twin));
    }
    if (!has_value) return Wrong("attributes", item, "an object with 'key' and 'value'");
    values.attributes.push_back(attribute);
  }
  return Status::Ok();
}

Status JsonReader::Parser::AttributeValue(const element& value, Attribute* attribute) {
  simdjson::dom::object object;
  switch (value.type()) {
    case element_type::STRING:
      attribute->value = AttributeText{value.get_string().value_unsafe()};
      return Status::Ok();
    case element_type::INT64:
      attribute->value = value.get_int64().value_unsafe();
      return Status::Ok();
    case element_type::DOUBLE:
      attribute->value = value.get_double().value_unsafe();
      return Status::Ok();
    case element_type::BOOL:
      attribute->value = value.get_bool().value_unsafe();
      return Status::Ok();
    case element_type::OBJECT: {
      object = value.get_object().value_unsafe();
      element item;
      if (object.size() == 1 && object["float"].get(item) == simdjson::SUCCESS) {
        if (auto real = FloatValue(item)) {
          attribute->value = *real;
          return Status::Ok();
        }
      }
      bool text = object["text"].error() == simdjson::SUCCESS;
      if (object.size() == (text ? 2u : 1u) && object["b64"].get(item) == simdjson::SUCCESS) {
        VEXEVT_ASSIGN(std::string_view bytes, Base64(attribute->key, item));
        if (text) {
          attribute->value = AttributeText{bytes};
        } else {
          attribute->value = AttributeBytes{bytes};
        }
        return Status::Ok();
      }
      break;
    }
    default:
      break;
  }
  return Wrong(attribute->key, value, "a string, a number of 64 bits, true, false or {\"b64\":\"...\"}");
}

JsonReader::JsonReader() : parser_(std::make_unique<Parser>()) {}
JsonReader::~JsonReader() = default;
JsonReader::JsonReader(JsonReader&&) noexcept = default;
JsonReader& JsonReader::operator=(JsonReader&&) noexcept = default;

std::uint64_t JsonReader::lines() const { return parser_->line; }

Result<const FieldValues*> JsonReader::ReadValues(std::string_view line) {
  ++parser_->line;
  if (line.find_first_not_of(" \t\r\n") == std::string_view::npos) return nullptr;
  VEXEVT_TRY(parser_->Read(line));
  return &parser_->values;
}

Result<bool> JsonReader::Read(std::string_view line, Event* event) {
  std::string& padded = parser_->padded;
  padded.assign(line);
  padded.append(kPadding, ' ');
  auto values = ReadValues(std::string_view(padded).substr(0, line.size()));
  if (!values.ok()) return std::move(values).status().WithContext(fmt::format("line {}", parser_->line));
  if (*values == nullptr) return false;
  UnpackFields(**values, event);
  event->context = parser_->values.context;
  event->causes.swap(parser_->values.causes);
  event->attributes.swap(parser_->values.attributes);
  return true;
}

}  // namespace vexevt
