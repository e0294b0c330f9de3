// Of a pair of events that tell of one operation nothing is lost when they become one.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "lib/capture/frame_batch.h"
#include "lib/capture/join_contexts.h"
#include "lib/event/field.h"
#include "lib/event/unpack.h"
#include "tests/property/random_event.h"

namespace vexevt {
namespace {

EventView ViewOf(const Event& event, FrameBatch* batch) {
  batch->Append(event);
  EventView view;
  RC_ASSERT(EventView::Bind(batch->frames(), &view));
  return view;
}

const Attribute* Find(const Event& event, const std::string& key, const Attribute& like) {
  auto found = std::ranges::find_if(event.attributes, [&](const Attribute& attribute) {
    return attribute.key == key && attribute.value == like.value;
  });
  return found == event.attributes.end() ? nullptr : &*found;
}

// Whether attribute kernel.NAME says what the field of the kernel's event does.
bool IsTold(const Event& joined, const Field& field, const FieldValue& value) {
  Attribute told;
  if (const auto* bytes = std::get_if<std::string_view>(&value)) told.value = AttributeText{*bytes};
  if (const auto* number = std::get_if<std::uint64_t>(&value)) told.value = static_cast<std::int64_t>(*number);
  if (const auto* number = std::get_if<std::int64_t>(&value)) told.value = *number;
  std::string type;
  if (field.type == FieldType::kType) {
    type = KnownTypeName(static_cast<EventType>(std::get<std::uint64_t>(value)));
    if (!type.empty()) told.value = AttributeText{type};
  }
  if (field.type == FieldType::kPriority) {
    told.value = AttributeText{PriorityName(static_cast<Priority>(std::get<std::uint64_t>(value)))};
  }
  return Find(joined, "kernel." + std::string(field.name), told) != nullptr;
}

bool IsEmpty(const FieldValue& value, const Field& field) {
  if (std::holds_alternative<std::monostate>(value)) return true;
  if (const auto* bytes = std::get_if<std::string_view>(&value)) return bytes->empty();
  if (field.flag != 0) return false;  // known, be it 0
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return *number == 0;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number == 0;
  return false;
}

bool IsSettled(const Field& field) {
  // Parts of others, and what the id in `causes` and the prefix say.
  return field.place == FieldPlace::kPathName || field.place == FieldPlace::kPathDir ||
         field.place == FieldPlace::kPathExt || field.name == "id" || field.name == "source" || field.name == "seq" ||
         field.name == "boundary";
}

RC_GTEST_PROP(Bridge, EachFieldOfBothIsInTheOneOrTheSame, ()) {
  RandomEvents random;
  Event fuse = random.Any(), kernel = random.Any();
  // Some fields the same, as they are of one operation.
  if (*rc::gen::arbitrary<bool>()) kernel.pid = fuse.pid;
  if (*rc::gen::arbitrary<bool>()) kernel.comm = fuse.comm;
  if (*rc::gen::arbitrary<bool>()) kernel.attributes = fuse.attributes;
  for (Event* event : {&fuse, &kernel}) {
    event->type = *rc::gen::element(kFsCreate, kFsWrite, kFsAttrib);
    event->priority = static_cast<Priority>(*rc::gen::inRange(0, 5));
    event->payload = FsPayload{.path = *rc::gen::element<std::string_view>("", "/a", "/b"),
                               .path2 = *rc::gen::element<std::string_view>("", "/a", "/b"),
                               .xattr = *rc::gen::element<std::string_view>("", "user.a"),
                               .inode = *rc::gen::inRange<std::uint64_t>(0, 3),
                               .size = *rc::gen::inRange<std::uint64_t>(0, 3),
                               .offset = *rc::gen::inRange<std::uint64_t>(0, 3),
                               .length = *rc::gen::inRange<std::uint64_t>(0, 3),
                               .device = *rc::gen::inRange<std::uint32_t>(0, 3),
                               .generation = *rc::gen::inRange<std::uint32_t>(0, 3),
                               .mount = *rc::gen::inRange<std::uint32_t>(0, 3),
                               .open_flags = *rc::gen::inRange<std::uint32_t>(0, 3),
                               .mode = *rc::gen::inRange<std::uint16_t>(0, 3)};
  }
  const bool daemon = *rc::gen::arbitrary<bool>();
  FrameBatch of_fuse, of_kernel, of_both;
  EventView fuse_view = ViewOf(fuse, &of_fuse), kernel_view = ViewOf(kernel, &of_kernel);
  ContextJoiner joiner;
  std::span<const std::byte> frame = joiner.Join(fuse_view, kernel_view, daemon);
  RC_ASSERT(!frame.empty());
  of_both.Append(frame);
  EventView view;
  RC_ASSERT(EventView::Bind(of_both.frames(), &view));
  Event joined;
  Unpack(view, &joined);

  for (const Field& field : AllFields()) {
    FieldValue had = ReadField(fuse_view, field), has = ReadField(view, field);
    const bool flag = field.type == FieldType::kBool;
    if (!flag && !IsEmpty(had, field) && had != has) RC_FAIL("the FUSE event lost " + std::string(field.name));
    if (IsSettled(field)) continue;
    had = ReadField(kernel_view, field);
    if (flag || field.place == FieldPlace::kWide || IsEmpty(had, field) || had == has) continue;
    if (!IsTold(joined, field, had)) RC_FAIL("the kernel's event lost " + std::string(field.name));
  }
  // Flags: all of the FUSE event's; those of the kernel's that it has not got are told.
  RC_ASSERT((joined.flags & fuse.flags) == fuse.flags);
  std::uint16_t missing = kernel.flags & static_cast<std::uint16_t>(~joined.flags);
  if (missing != 0) {
    RC_ASSERT(std::ranges::any_of(joined.attributes, [&](const Attribute& attribute) {
      const auto* flags = std::get_if<std::int64_t>(&attribute.value);
      return attribute.key == "kernel.flags" && flags != nullptr && (*flags & missing) == missing;
    }));
  }
  auto word = [&](const char* name, std::uint64_t of_kernel_event, std::uint64_t of_joined) {
    if (of_kernel_event == 0 || of_kernel_event == of_joined) return true;
    return Find(joined, name, {{}, static_cast<std::int64_t>(of_kernel_event)}) != nullptr;
  };
  RC_ASSERT(word("kernel.trace.high", kernel.context.trace_high, joined.context.trace_high));
  RC_ASSERT(word("kernel.trace.low", kernel.context.trace_low, joined.context.trace_low));
  for (const EventId& id : fuse.causes) RC_ASSERT(std::ranges::count(joined.causes, id) > 0);
  for (const EventId& id : kernel.causes) RC_ASSERT(std::ranges::count(joined.causes, id) > 0);
  RC_ASSERT(std::ranges::count(joined.causes, kernel.id) > 0);
  auto same = [](const Attribute& a, const Attribute& b) {
    FrameBatch one, other;  // NaNs by their bits
    one.Append(Event{.attributes = {a}});
    other.Append(Event{.attributes = {b}});
    return std::ranges::equal(one.frames(), other.frames());
  };
  auto told = [&](const Attribute& wanted) {
    return std::ranges::any_of(joined.attributes, [&](const Attribute& attribute) { return same(attribute, wanted); });
  };
  for (const Attribute& attribute : fuse.attributes) RC_ASSERT(told(attribute));
  for (const Attribute& attribute : kernel.attributes) {
    std::string prefixed = "kernel." + std::string(attribute.key);
    RC_ASSERT(told(attribute) || told({prefixed, attribute.value}));
  }
  // Who did it is what the FUSE event says, or nobody, where the kernel saw the daemon.
  if (daemon) RC_ASSERT(joined.pid == fuse.pid && joined.comm == fuse.comm && joined.exe == fuse.exe);
}

}  // namespace
}  // namespace vexevt
