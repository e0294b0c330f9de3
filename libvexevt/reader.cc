#include <fmt/format.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "lib/event/column.h"
#include "lib/stream/endpoint.h"
#include "libvexevt/failure.h"

struct vexevt_event {
  vexevt::EventView view;
  // What was got of it, for as long as it is valid; a deque, as texts in it stay where they are.
  mutable std::deque<std::string> texts;
};

struct vexevt_reader {
  std::unique_ptr<vexevt::StreamInput> input;
  std::span<const vexevt::EventView> waiting;
  vexevt_event event;
  std::uint64_t lost = 0;
  bool ended = false;
};

namespace vexevt {
namespace {

int Next(vexevt_reader* reader) {
  reader->event.texts.clear();
  reader->event.view = {};
  if (reader->ended) return VEXEVT_END;
  if (reader->waiting.empty()) {
    auto events = reader->input->Read();
    if (!events.ok()) return ResultOf(events.status());
    reader->waiting = *events;
    if (reader->waiting.empty()) {
      reader->ended = true;
      return VEXEVT_END;
    }
  }
  const EventView& view = reader->waiting.front();
  if (view.type() == kVexevtLost) {
    const auto lost = view.Get<std::uint64_t>(layout::kPayloadGapLost);
    reader->lost += lost > 0 ? lost : 1;
  }
  reader->event.view = view;
  reader->waiting = reader->waiting.subspan(1);
  return VEXEVT_OK;
}

struct AsInt {
  std::optional<std::int64_t> operator()(std::uint64_t value) const { return static_cast<std::int64_t>(value); }
  std::optional<std::int64_t> operator()(std::int64_t value) const { return value; }
  std::optional<std::int64_t> operator()(bool value) const { return value ? 1 : 0; }
  template <typename Other>
  std::optional<std::int64_t> operator()(const Other& /*value*/) const {
    return {};
  }
};

bool IsNumber(const Field& field) {
  switch (field.type) {
    case FieldType::kFloat:
    case FieldType::kBytes:
    case FieldType::kEventId:
    case FieldType::kTraceId:
      return false;
    default:
      return true;
  }
}

int IntOf(const EventView& event, const char* name, std::int64_t* value) {
  auto column = ParseColumn(name);
  if (!column.ok()) return ResultOf(column.status());
  const Status no_number = InvalidArgument(fmt::format("'{}' is not an integer", name));
  std::optional<std::int64_t> number;
  if (column->field != nullptr) {
    if (!IsNumber(*column->field)) return ResultOf(no_number);
    const FieldValue found = ReadField(event, *column->field);
    if (std::holds_alternative<std::monostate>(found)) return VEXEVT_ABSENT;
    number = std::visit(AsInt(), found);
  } else {
    std::size_t i = 0;
    while (i < event.attribute_count() && event.attribute(i).key != column->attribute) ++i;
    if (i == event.attribute_count()) return VEXEVT_ABSENT;
    number = std::visit(AsInt(), event.attribute(i).value);
  }
  if (!number) return ResultOf(no_number);
  *value = *number;
  return VEXEVT_OK;
}

}  // namespace
}  // namespace vexevt

VEXEVT_API int vexevt_reader_open(const char* endpoint, vexevt_reader** reader) {
  using namespace vexevt;
  return Guarded([&] {
    if (endpoint == nullptr || reader == nullptr) return WrongArgument("vexevt_reader_open: an argument is NULL");
    *reader = nullptr;
    auto input = OpenInput(endpoint);
    if (!input.ok()) return ResultOf(input.status());
    auto opened = std::make_unique<vexevt_reader>();
    opened->input = std::move(*input);
    *reader = opened.release();
    return static_cast<int>(VEXEVT_OK);
  });
}

VEXEVT_API int vexevt_next(vexevt_reader* reader, const vexevt_event** event) {
  using namespace vexevt;
  return Guarded([&] {
    if (event != nullptr) *event = nullptr;
    if (reader == nullptr || event == nullptr) return WrongArgument("vexevt_next: an argument is NULL");
    const int result = Next(reader);
    if (result == VEXEVT_OK) *event = &reader->event;
    return result;
  });
}

VEXEVT_API std::uint64_t vexevt_reader_lost(const vexevt_reader* reader) {
  return reader == nullptr ? 0 : reader->lost;
}

VEXEVT_API void vexevt_reader_close(vexevt_reader* reader) { delete reader; }

VEXEVT_API int vexevt_event_text(const vexevt_event* event, const char* field, const char** text, std::size_t* size) {
  using namespace vexevt;
  return Guarded([&] {
    if (text != nullptr) *text = "";
    if (size != nullptr) *size = 0;
    if (event == nullptr || field == nullptr || text == nullptr) {
      return WrongArgument("vexevt_event_text: an argument is NULL");
    }
    auto column = ParseColumn(field);
    if (!column.ok()) return ResultOf(column.status());
    std::string value;
    if (!AppendValue(event->view, *column, ValueForm::kRaw, &value)) return static_cast<int>(VEXEVT_ABSENT);
    const std::string& kept = event->texts.emplace_back(std::move(value));
    *text = kept.c_str();
    if (size != nullptr) *size = kept.size();
    return static_cast<int>(VEXEVT_OK);
  });
}

VEXEVT_API int vexevt_event_int(const vexevt_event* event, const char* field, std::int64_t* value) {
  using namespace vexevt;
  return Guarded([&] {
    if (event == nullptr || field == nullptr || value == nullptr) {
      return WrongArgument("vexevt_event_int: an argument is NULL");
    }
    return IntOf(event->view, field, value);
  });
}

VEXEVT_API const void* vexevt_event_frame(const vexevt_event* event, std::size_t* size) {
  const std::span<const std::byte> frame = event == nullptr ? std::span<const std::byte>() : event->view.frame();
  if (size != nullptr) *size = frame.size();
  return frame.data();
}
