#include "lib/event/text_line.h"

#include <fmt/format.h>

#include <ctime>

#include "lib/base/clock.h"
#include "lib/base/escape.h"
#include "lib/base/units.h"
#include "lib/event/column.h"
#include "lib/event/json_value.h"

namespace vexevt {
namespace {

// Select Graphic Rendition, as in ECMA-48.
constexpr std::string_view kDim = "2", kRed = "31", kGreen = "32", kYellow = "33", kBlue = "34", kCyan = "36",
                           kAlarm = "1;37;41";
constexpr std::size_t kTypeWidth = 14, kProcessWidth = 20;

std::string_view StyleOf(EventType type) {
  switch (type) {
    case kFsCreate:
    case kFsMkdir:
    case kFsSymlink:
    case kFsHardlink:
    case kFsMknod:
    case kFsMoveIn:
      return kGreen;
    case kFsDelete:
    case kFsRmdir:
    case kFsMoveOut:
      return kRed;
    case kFsRename:
      return kYellow;
    case kFsWrite:
    case kFsTruncate:
    case kFsCloseWrite:
      return kCyan;
    case kFsOpen:
    case kFsRead:
    case kFsClose:
      return {};
    default:
      return kBlue;
  }
}

void PadTo(std::size_t width, std::size_t written, std::string* out) {
  out->append(written < width ? width - written : 0, ' ');
  out->push_back(' ');
}

// The columns that text takes, were each character one wide.
std::size_t Characters(std::string_view text) {
  std::size_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

// " key=value", the value quoted where a blank would split it.
void AppendPair(std::string_view key, std::string_view value, std::string* out) {
  out->push_back(' ');
  AppendEscaped(key, out);
  out->push_back('=');
  std::size_t start = out->size();
  AppendEscaped(value, out);
  if (value.empty() || out->find_first_of(" \"", start) != std::string::npos) {
    out->insert(start, 1, '"');
    out->push_back('"');
  }
}

}  // namespace

void TextLine::Styled(std::string_view style, std::string_view text, std::string* out) const {
  if (!color_ || style.empty()) {
    out->append(text);
    return;
  }
  out->append("\x1b[").append(style).append("m").append(text).append("\x1b[0m");
}

void TextLine::AppendTime(std::uint64_t wall_ns, std::string* out) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  std::uint64_t seconds = wall_ns / kNsPerSecond;
  if (seconds / 900 != quarter_) {
    quarter_ = seconds / 900;
    auto time = static_cast<std::time_t>(seconds);
    std::tm local;
    localtime_r(&time, &local);
    offset_s_ = local.tm_gmtoff;
  }
  std::uint64_t local_ns = wall_ns + static_cast<std::uint64_t>(offset_s_) * kNsPerSecond;  // modulo 2^64
  char text[kTimeChars];
  WriteTime(local_ns, text);
  std::size_t month = static_cast<std::size_t>(text[5] - '0') * 10 + static_cast<std::size_t>(text[6] - '0') - 1;
  std::string shown(kMonths.substr(3 * month, 3));
  shown.append(1, ' ').append(text + 8, 2).append(1, ' ').append(text + 11, 15);
  Styled(kDim, shown, out);
}

void TextLine::AppendFs(const EventView& event, std::string* out) const {
  auto path = [&](std::string_view bytes) {
    AppendEscaped(bytes, out);
    bool directory = (event.flags() & kFlagDirectory) != 0;
    if (directory && !bytes.empty() && !bytes.ends_with('/')) out->push_back('/');
  };
  path(event.path());
  if (!event.path2().empty()) {
    out->append(" -> ");
    path(event.path2());
  }
  if (auto name = event.Bytes(layout::kPayloadFsXattr); !name.empty()) AppendPair("xattr", name, out);
  auto offset = event.Get<std::uint64_t>(layout::kPayloadFsOffset);
  auto length = event.Get<std::uint64_t>(layout::kPayloadFsLength);
  if (offset | length) *out += fmt::format(" [{} at {}]", RoundedSize(length), offset);
  if (!(event.flags() & kFlagStat)) return;
  *out += fmt::format("  {} {:04o}", RoundedSize(event.Get<std::uint64_t>(layout::kPayloadFsSize)),
                      event.Get<std::uint16_t>(layout::kPayloadFsMode) & 07777u);
}

void TextLine::AppendGap(const EventView& event, std::string* out) {
  auto lost = event.Get<std::uint64_t>(layout::kPayloadGapLost);
  std::string text = lost == 0   ? "events are missing here, how many is unknown"
                     : lost == 1 ? "1 event is missing here"
                                 : fmt::format("{} events are missing here", lost);
  if (auto cause = event.Bytes(layout::kPayloadGapCause); !cause.empty()) {
    text += ": ";
    AppendEscaped(cause, &text);
  }
  Styled(kAlarm, text, out);
  if (auto since = event.Get<std::uint64_t>(layout::kPayloadGapSinceNs)) {
    out->append(" since ");
    AppendTime(since, out);
  }
}

// What other payloads hold, as NAME=VALUE.
void TextLine::AppendPayload(const EventView& event, std::string* out) const {
  std::string value;
  std::size_t start = out->size();
  for (const Field& field : AllFields()) {
    if (field.payload != event.payload_tag()) continue;
    value.clear();
    if (!AppendFieldValue(event, field, ValueForm::kRaw, &value)) continue;
    if (value == "0" || value == "0.0" || value == "false") continue;
    AppendPair(field.name.substr(field.name.find('.') + 1), value, out);
  }
  if (out->size() > start) out->erase(start, 1);
}

void TextLine::AppendNotes(const EventView& event, std::string* out) const {
  std::string value;
  if (auto result = event.Get<std::int32_t>(layout::kResult)) {
    char text[48];
    std::string_view shown(text, WriteJsonNumber(FieldType::kErrno, static_cast<std::uint32_t>(result), text));
    if (shown.starts_with('"')) shown = shown.substr(1, shown.size() - 2);
    out->push_back(' ');
    Styled(kRed, shown, out);
  }
  if (event.priority() != Priority::kNormal) {
    out->append(" !");
    std::string_view name = PriorityName(event.priority());
    Styled(Urgency(event.priority()) > Urgency(Priority::kNormal) ? kRed : kDim, name.empty() ? "?" : name, out);
  }
  for (std::size_t i = 0, count = event.attribute_count(); i < count; ++i) {
    Attribute attribute = event.attribute(i);
    value.clear();
    AppendAttributeValue(attribute, ValueForm::kRaw, &value);
    AppendPair(attribute.key, value, out);
  }
  if (event.flags() & (kFlagSynthetic | kFlagSplit)) {
    Styled(kDim, event.flags() & kFlagSynthetic ? " (synthetic)" : " (split)", out);
  }
}

void TextLine::Append(const EventView& event, std::string* out) {
  AppendTime(event.wall_ns(), out);
  out->push_back(' ');

  EventType type = event.type();
  std::string name = TypeName(type);
  Styled(type == kVexevtLost ? kAlarm : StyleOf(type), name, out);
  PadTo(kTypeWidth, name.size(), out);

  std::string process = Escaped(event.comm());
  if (event.pid() != 0) process += fmt::format("[{}]", event.pid());
  if (process.empty()) process.push_back('-');
  out->append(process);
  PadTo(kProcessWidth, Characters(process), out);

  if (event.has_fs()) {
    AppendFs(event, out);
  } else if (event.payload_tag() == layout::kPayloadGapTagValue) {
    AppendGap(event, out);
  } else {
    AppendPayload(event, out);
  }
  AppendNotes(event, out);
  while (out->back() == ' ') out->pop_back();
  out->push_back('\n');
}

}  // namespace vexevt
