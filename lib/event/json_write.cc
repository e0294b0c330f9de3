#include "lib/event/json_write.h"

#include <algorithm>
#include <array>
#include <vector>

#include "lib/base/utf8.h"
#include "lib/event/json_value.h"

namespace vexevt {
namespace {

constexpr std::size_t kPayloads = std::variant_size_v<Payload>;

// A member of an object: `,"path":` and where its value lies. The comma of an object's first member becomes its brace.
struct Member {
  const Field* field;
  std::uint8_t size;
  std::array<char, 32> text;
};

struct Members {
  std::vector<Member> common;
  std::array<std::vector<Member>, kPayloads> payload;
  std::array<std::string, kPayloads> object;  // `,"graph":`
};

Members MakeMembers() {
  Members members;
  members.object[layout::kPayloadFsTagValue] = ",\"fs\":";
  for (const Field& field : AllFields()) {
    if (IsDerived(field)) continue;
    std::string_view name = field.name;
    if (auto dot = name.find('.'); dot != std::string_view::npos) {
      members.object[field.payload] = ",\"" + std::string(name.substr(0, dot)) + "\":";
      name.remove_prefix(dot + 1);
    }
    Member member{&field, static_cast<std::uint8_t>(name.size() + 4), {}};
    std::string text = ",\"" + std::string(name) + "\":";
    text.copy(member.text.data(), member.text.size());
    (field.payload == kAnyPayload ? members.common : members.payload[field.payload]).push_back(member);
  }
  return members;
}

char* PutKey(const Member& member, char* out) {
  std::memcpy(out, member.text.data(), member.text.size());  // of fixed size, which is two moves
  return out + member.size;
}

char* PutBytes(const Member& member, std::string_view bytes, char* out) {
  if (bytes.empty()) return out;
  bool exact = true;
  out = WriteJsonString(bytes, PutKey(member, out), &exact);
  if (exact) [[likely]]
    return out;
  out = PutKey(member, out) - 2;
  return WriteJsonBase64(bytes, WriteText("_b64\":", out));
}

std::uint64_t DataBits(const EventView& event, const Field& field) {
  if (field.width == 8) return event.Get<std::uint64_t>(field.offset);
  if (field.width == 4) return event.Get<std::uint32_t>(field.offset);
  return event.Get<std::uint16_t>(field.offset);
}

char* PutMember(const EventView& event, const Member& member, char* out) {
  const Field& field = *member.field;
  switch (field.place) {
    case FieldPlace::kData: {
      std::uint64_t bits = DataBits(event, field);
      bool known = (event.flags() & field.flag) != 0 || field.type == FieldType::kType;
      if (bits == 0 && !known) return out;
      return WriteJsonNumber(field.type, bits, PutKey(member, out));
    }
    case FieldPlace::kBit:
      return event.GetBit(field.offset) ? WriteText("true", PutKey(member, out)) : out;
    case FieldPlace::kPointer:
      return PutBytes(member, event.Bytes(field.offset), out);
    case FieldPlace::kContextData: {
      std::uint64_t bits = event.ContextWord(field.offset);
      return bits ? WriteJsonNumber(field.type, bits, PutKey(member, out)) : out;
    }
    case FieldPlace::kContextPointer:
      return PutBytes(member, event.ContextBytes(field.offset), out);
    case FieldPlace::kWide: {
      EventId wide = event.id();
      if (field.type != FieldType::kEventId) {
        wide = {event.ContextWord(layout::kContextTraceHigh), event.ContextWord(layout::kContextTraceLow)};
      }
      return wide == EventId{} ? out : WriteJsonWide(wide.source, wide.sequence, PutKey(member, out));
    }
    default:
      return out;
  }
}

// Whether a reader would take a flag for set, as the value that it vouches for is there.
bool ImpliesFlags(const EventView& event) {
  using namespace layout;
  if (event.Get<std::uint32_t>(kUid) | event.Get<std::uint32_t>(kGid) | event.Get<std::uint32_t>(kPpid)) return true;
  return event.has_fs() && (event.Get<std::uint64_t>(kPayloadFsSize) | event.Get<std::uint16_t>(kPayloadFsMode)) != 0;
}

char* PutFlags(const EventView& event, char* out) {
  std::uint16_t flags = event.flags();
  if (flags == 0) return ImpliesFlags(event) ? WriteText(",\"flags\":[]", out) : out;
  out = WriteText(",\"flags\":", out);
  char* list = out;
  for (unsigned bit = 0; bit < 16; ++bit) {
    if (!(flags >> bit & 1)) continue;
    out = WriteText(",\"", out);
    out = bit < FlagNames().size() ? WriteText(FlagNames()[bit], out) : WriteHex(1u << bit, 4, WriteText("0x", out));
    *out++ = '"';
  }
  *list = '[';
  *out++ = ']';
  return out;
}

char* PutPayload(const Members& members, const EventView& event, char* out) {
  std::size_t tag = event.payload_tag();
  if (tag >= kPayloads || members.object[tag].empty()) return out;
  bool flat = tag == layout::kPayloadFsTagValue;
  char* const start = out;
  if (!flat) out = WriteText(members.object[tag], out);
  char* const object = out;
  for (const Member& member : members.payload[tag]) out = PutMember(event, member, out);
  if (out == object) return WriteText("{}", WriteText(members.object[tag], start));  // it has no value, but is there
  if (flat) return out;
  *object = '{';
  *out++ = '}';
  return out;
}

char* PutCauses(const EventView& event, char* out) {
  std::size_t count = event.cause_count();
  if (count == 0) return out;
  out = WriteText(",\"causes\":", out);
  char* list = out;
  for (std::size_t i = 0; i < count; ++i) {
    EventId id = event.cause(i);
    *out++ = ',';
    out = WriteJsonWide(id.source, id.sequence, out);
  }
  *list = '[';
  *out++ = ']';
  return out;
}

// Whether an object can hold the attributes: keys that are text, each once.
bool FitAnObject(const EventView& event, std::size_t count) {
  constexpr std::size_t kFew = 16;
  std::array<std::string_view, kFew> few;
  std::vector<std::string_view> many(count > kFew ? count : 0);
  std::span<std::string_view> keys = count > kFew ? std::span(many) : std::span(few).first(count);
  for (std::size_t i = 0; i < count; ++i) {
    keys[i] = event.attribute(i).key;
    if (!IsUtf8(keys[i])) return false;
  }
  std::ranges::sort(keys);
  return std::ranges::adjacent_find(keys) == keys.end();
}

char* PutAttributes(const EventView& event, char* out) {
  std::size_t count = event.attribute_count();
  if (count == 0) return out;
  out = WriteText(",\"attributes\":", out);
  char* const list = out;
  bool object = FitAnObject(event, count), exact = true;
  for (std::size_t i = 0; i < count; ++i) {
    Attribute attribute = event.attribute(i);
    *out++ = ',';
    if (object) {
      out = WriteJsonString(attribute.key, out, &exact);
      *out++ = ':';
      out = WriteJsonAttribute(attribute, out);
      continue;
    }
    exact = true;
    out = WriteJsonString(attribute.key, WriteText("{\"key\":", out), &exact);
    if (!exact) out = WriteJsonBase64(attribute.key, WriteText(",\"key_b64\":", out));
    out = WriteJsonAttribute(attribute, WriteText(",\"value\":", out));
    *out++ = '}';
  }
  *list = object ? '{' : '[';
  *out++ = object ? '}' : ']';
  return out;
}

}  // namespace

std::size_t JsonBound(const EventView& event) {
  // All keys, names and numbers take less than 4 KiB. A byte of a string takes at most 6, and 4/3 more in base64.
  return 4096 + 8 * event.frame().size() + 40 * event.cause_count() + 128 * event.attribute_count();
}

char* WriteJson(const EventView& event, char* out) {
  static const Members members = MakeMembers();
  char* const start = out;
  for (const Member& member : members.common) out = PutMember(event, member, out);
  out = PutFlags(event, out);
  out = PutPayload(members, event, out);
  out = PutCauses(event, out);
  out = PutAttributes(event, out);
  *start = '{';
  return WriteText("}\n", out);
}

void AppendJson(const EventView& event, std::string* out) {
  std::size_t start = out->size();
  out->resize(start + JsonBound(event));
  char* end = WriteJson(event, out->data() + start);
  out->resize(static_cast<std::size_t>(end - out->data()));
}

}  // namespace vexevt
