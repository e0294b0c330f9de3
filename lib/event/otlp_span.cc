#include "lib/event/otlp_span.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/base/base64.h"
#include "lib/base/random.h"
#include "lib/base/utf8.h"
#include "lib/event/column.h"
#include "lib/event/json_value.h"

namespace vexevt {
namespace {

constexpr std::size_t kMostAttributes = 128;
constexpr std::string_view kKindKey = "span.kind", kParentKey = "span.parent";

// Fields that a span has elsewhere, or that follow from others.
constexpr std::string_view kToldElsewhere[] = {
    "source", "seq",  "time", "mono", "hlc",     "host",   "trace",
    "span",   "name", "dir",  "ext",  "latency", "result", "observability.name"};

// Fields that OpenTelemetry's semantic conventions have a name for; the others are vexevt.FIELD.
struct Convention {
  std::string_view field, key;
};
constexpr Convention kConventions[] = {
    {"pid", "process.pid"},
    {"ppid", "process.parent_pid"},
    {"tid", "thread.id"},
    {"uid", "process.user.id"},
    {"comm", "process.executable.name"},
    {"exe", "process.executable.path"},
    {"cgroup", "process.linux.cgroup"},
    {"session", "session.id"},
    {"path", "file.path"},
    {"size", "file.size"},
    {"agent.agent", "gen_ai.agent.name"},
    {"agent.model", "gen_ai.request.model"},
};

struct FieldKey {
  const Field* field;
  std::string key;
};

std::vector<FieldKey> MakeFieldKeys() {
  std::vector<FieldKey> keys;
  for (const Field& field : AllFields()) {
    if (std::ranges::find(kToldElsewhere, field.name) != std::end(kToldElsewhere)) continue;
    const auto* convention = std::ranges::find(kConventions, field.name, &Convention::field);
    const bool named = convention != std::end(kConventions);
    keys.push_back({&field, named ? std::string(convention->key) : "vexevt." + std::string(field.name)});
  }
  return keys;
}

bool IsSpanEvent(EventType type) { return type == kObservabilitySpanStart || type == kObservabilitySpanEnd; }

void AppendString(std::string_view text, std::string* out) {
  AppendValueText(FieldType::kBytes, text, ValueForm::kJson, out);
}

void AppendHex(std::uint64_t value, std::string* out) {
  char digits[16];
  out->append(digits, WriteHex(value, 16, digits));
}

struct AnyValue {
  FieldType type;
  std::string* out;

  void operator()(std::monostate) const {}
  void operator()(bool value) const { out->append(value ? "\"boolValue\":true" : "\"boolValue\":false"); }
  void operator()(double value) const {
    out->append("\"doubleValue\":");
    if (std::isfinite(value)) {
      AppendValueText(FieldType::kFloat, value, ValueForm::kJson, out);
    } else {
      out->append(std::isnan(value) ? "\"NaN\"" : value < 0 ? "\"-Infinity\"" : "\"Infinity\"");
    }
  }
  void operator()(std::string_view value) const {
    if (!IsUtf8(value)) return (*this)(AttributeBytes{value});
    out->append("\"stringValue\":");
    AppendString(value, out);
  }
  void operator()(const AttributeText& text) const { (*this)(text.value); }
  void operator()(const AttributeBytes& bytes) const {
    std::string text(Base64Size(bytes.value.size()) + 2, '\0');
    WriteJsonBase64(bytes.value, text.data());
    out->append("\"bytesValue\":").append(text);
  }
  void operator()(std::int64_t value) const { AppendNumber(value, true); }
  void operator()(std::uint64_t value) const { AppendNumber(value, value <= INT64_MAX); }
  void operator()(Wide value) const { AppendNumber(value, false); }

 private:
  // What has a name or a form of its own, as a mode has, is text.
  void AppendNumber(const FieldValue& value, bool fits) const {
    const bool plain =
        type == FieldType::kUint || type == FieldType::kInt || type == FieldType::kSize || type == FieldType::kDuration;
    out->append(plain && fits ? "\"intValue\":\"" : "\"stringValue\":\"");
    AppendValueText(type, value, ValueForm::kRaw, out);
    out->push_back('"');
  }
};

// The list "attributes": each key once, the first that comes.
class OtlpAttributes {
 public:
  explicit OtlpAttributes(std::string* out) : out_(out) { out_->append(",\"attributes\":["); }

  // `write` appends the value, as AnyValue does.
  template <typename Write>
  void Add(std::string_view key, Write write) {
    const auto end = keys_.begin() + static_cast<std::ptrdiff_t>(count_);
    if (std::find(keys_.begin(), end, key) != end) return;
    if (key.empty() || count_ == kMostAttributes) {
      ++dropped_;
      return;
    }
    out_->append(count_ == 0 ? "{\"key\":" : ",{\"key\":");
    keys_[count_++] = key;
    AppendString(key, out_);
    out_->append(",\"value\":{");
    write();
    out_->append("}}");
  }

  void End() {
    out_->push_back(']');
    if (dropped_ > 0) out_->append(",\"droppedAttributesCount\":").append(std::to_string(dropped_));
  }

 private:
  std::string* out_;
  std::array<std::string_view, kMostAttributes> keys_;
  std::size_t count_ = 0;
  std::uint32_t dropped_ = 0;
};

bool IsZero(const FieldValue& value) {
  return value == FieldValue(std::uint64_t{0}) || value == FieldValue(std::int64_t{0}) || value == FieldValue(0.0) ||
         value == FieldValue(false) || std::holds_alternative<std::monostate>(value);
}

std::string_view TextAttribute(const EventView& event, std::string_view key) {
  for (std::size_t i = 0, count = event.attribute_count(); i < count; ++i) {
    const Attribute attribute = event.attribute(i);
    const auto* text = std::get_if<AttributeText>(&attribute.value);
    if (text != nullptr && attribute.key == key) return text->value;
  }
  return {};
}

// As the enumeration SpanKind has it; 0: no kind that there is.
int SpanKindOf(std::string_view name) {
  constexpr std::string_view kKinds[] = {"", "internal", "server", "client", "producer", "consumer"};
  const auto* at = std::ranges::find(kKinds, name);
  return at == std::end(kKinds) ? 0 : static_cast<int>(at - kKinds);
}

// 16 hexadecimal digits; 0: they are not.
std::uint64_t ParseSpan(std::string_view text) {
  std::uint64_t span = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), span, 16);
  return text.size() == 16 && error == std::errc() && end == text.data() + text.size() ? span : 0;
}

void AppendCauses(const EventView& event, std::string* out) {
  out->append("\"arrayValue\":{\"values\":[");
  for (std::size_t i = 0, count = event.cause_count(); i < count; ++i) {
    const EventId id = event.cause(i);
    out->append(i == 0 ? "{\"stringValue\":\"" : ",{\"stringValue\":\"");
    AppendHex(id.source, out);
    AppendHex(id.sequence, out);
    out->append("\"}");
  }
  out->append("]}");
}

void AddAttributes(const EventView& event, OtlpAttributes* attributes, std::string* out) {
  static const std::vector<FieldKey> field_keys = MakeFieldKeys();
  for (const FieldKey& entry : field_keys) {
    const FieldValue value = ReadField(event, *entry.field);
    const bool vouched = entry.field->type != FieldType::kBool && (event.flags() & entry.field->flag) != 0;
    if (IsZero(value) && !(vouched && !std::holds_alternative<std::monostate>(value))) continue;
    attributes->Add(entry.key, [&] { std::visit(AnyValue{entry.field->type, out}, value); });
  }
  if (event.cause_count() > 0) attributes->Add("vexevt.causes", [&] { AppendCauses(event, out); });
  for (std::size_t i = 0, count = event.attribute_count(); i < count; ++i) {
    const Attribute attribute = event.attribute(i);
    const auto* text = std::get_if<AttributeText>(&attribute.value);
    if (text != nullptr && attribute.key == kKindKey && SpanKindOf(text->value) != 0) continue;
    if (text != nullptr && attribute.key == kParentKey && ParseSpan(text->value) != 0) continue;
    attributes->Add(attribute.key, [&] { std::visit(AnyValue{FieldType::kInt, out}, attribute.value); });
  }
}

// The same for the same event, so that what is exported twice is one span.
std::uint64_t OwnSpan(EventId id) {
  const std::uint64_t span = Random(id.source ^ Random(id.sequence).Next()).Next();
  return span == 0 ? 1 : span;
}

}  // namespace

SpanKey SpanKeyOf(const EventView& event) {
  return {event.ContextWord(layout::kContextTraceHigh), event.ContextWord(layout::kContextTraceLow),
          event.ContextWord(layout::kContextSpan)};
}

bool TellsOfSpan(const EventView& event) {
  const SpanKey key = SpanKeyOf(event);
  return (key.trace_high | key.trace_low) != 0 && (key.span != 0 || !IsSpanEvent(event.type()));
}

// What `end` and `start` both say is as `end` has it.
void AppendOtlpSpan(const EventView& end, const EventView* start, std::string* out) {
  const SpanKey key = SpanKeyOf(end);
  const bool named = IsSpanEvent(end.type()), open = end.type() == kObservabilitySpanStart;
  std::uint64_t parent = named ? 0 : key.span;
  std::string_view name = named ? end.Bytes(layout::kPayloadObservabilityName) : std::string_view();
  std::string_view kind = TextAttribute(end, kKindKey);
  if (named) parent = ParseSpan(TextAttribute(end, kParentKey));
  if (start != nullptr) {
    if (name.empty()) name = start->Bytes(layout::kPayloadObservabilityName);
    if (kind.empty()) kind = TextAttribute(*start, kKindKey);
    if (parent == 0) parent = ParseSpan(TextAttribute(*start, kParentKey));
  }
  const std::uint64_t end_ns = end.wall_ns();
  const std::uint64_t latency_ns = open ? 0 : std::min(end.Get<std::uint64_t>(layout::kLatencyNs), end_ns);
  const std::uint64_t start_ns = start != nullptr ? std::min(start->wall_ns(), end_ns) : end_ns - latency_ns;

  out->append("{\"traceId\":\"");
  AppendHex(key.trace_high, out);
  AppendHex(key.trace_low, out);
  out->append("\",\"spanId\":\"");
  AppendHex(named ? key.span : OwnSpan(end.id()), out);
  if (parent != 0) {
    out->append("\",\"parentSpanId\":\"");
    AppendHex(parent, out);
  }
  out->append("\",\"name\":");
  AppendString(name.empty() ? TypeName(end.type()) : name, out);
  out->append(",\"kind\":").append(std::to_string(std::max(SpanKindOf(kind), 1)));
  out->append(",\"startTimeUnixNano\":\"").append(std::to_string(start_ns));
  out->append("\",\"endTimeUnixNano\":\"").append(std::to_string(end_ns)).push_back('"');

  OtlpAttributes attributes(out);
  if (open) attributes.Add("vexevt.open", [&] { AnyValue{FieldType::kBool, out}(true); });
  AddAttributes(end, &attributes, out);
  if (start != nullptr) AddAttributes(*start, &attributes, out);
  attributes.End();

  if (const auto result = end.Get<std::int32_t>(layout::kResult); result != 0) {
    out->append(",\"status\":{\"code\":2,\"message\":\"");
    AppendValueText(FieldType::kErrno, std::int64_t{result}, ValueForm::kRaw, out);
    out->append("\"}");
  }
  out->push_back('}');
}

void AppendOtlpResource(const EventView& event, std::string* out) {
  const bool agent = event.payload_tag() == layout::kPayloadAgentTagValue;
  std::string_view service = agent ? event.Bytes(layout::kPayloadAgentAgent) : std::string_view();
  if (service.empty()) service = event.comm();
  if (service.empty()) service = "unknown_service";  // what the specification wants where there is none
  out->append("{\"attributes\":[");
  if (!event.host().empty()) {
    out->append("{\"key\":\"host.name\",\"value\":{");
    std::visit(AnyValue{FieldType::kBytes, out}, FieldValue(event.host()));
    out->append("}},");
  }
  out->append("{\"key\":\"service.name\",\"value\":{\"stringValue\":");
  AppendString(service, out);
  out->append("}}]}");
}

}  // namespace vexevt
