#include "lib/event/edit.h"

#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/orphan.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include <cstring>
#include <optional>

#include "lib/base/bytes.h"
#include "lib/event/encode.h"
#include "lib/event/event.capnp.h"
#include "lib/event/event_view.h"
#include "lib/event/flatten.h"

namespace vexevt {
namespace {

using Attributes = capnp::List<schema::Attribute>;
using Causes = capnp::List<schema::EventId>;

capnp::Data::Reader DataOf(std::string_view bytes) {
  return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}

std::string_view TextOf(capnp::Data::Reader data) { return {reinterpret_cast<const char*>(data.begin()), data.size()}; }

void SetValue(schema::Attribute::Builder element, const Attribute& attribute) {
  // The members of a union share their place: an old text would stay behind a new number, and the other way round.
  auto pointer = capnp::toAny(element).getPointerSection()[layout::kAttributeValueText];
  pointer.clear();
  auto to = element.getValue();
  to.setInt(0);
  if (const auto* text = std::get_if<AttributeText>(&attribute.value)) {
    to.setText(DataOf(text->value));
  } else if (const auto* bytes = std::get_if<AttributeBytes>(&attribute.value)) {
    to.setBytes(DataOf(bytes->value));
  } else if (const auto* real = std::get_if<double>(&attribute.value)) {
    to.setFloat(*real);
  } else if (const auto* yes = std::get_if<bool>(&attribute.value)) {
    to.setBool(*yes);
  } else {
    to.setInt(std::get<std::int64_t>(attribute.value));
  }
  if (pointer.targetSize().wordCount == 0) pointer.clear();  // what is empty is null in canonical form
}

// Takes away the elements from `start` on whose key this is. Elements move within their list, whose size holds all they
// have, so nothing of a newer schema is cut off.
void RemoveFrom(unsigned start, std::string_view key, schema::Event::Builder event) {
  auto orphan = event.disownAttributes();
  auto list = orphan.get();
  unsigned kept = start;
  for (unsigned i = start; i < list.size(); ++i) {
    if (TextOf(list[i].asReader().getKey()) == key) continue;
    if (kept != i) list.setWithCaveats(kept, list[i]);
    ++kept;
  }
  if (kept == 0) return;
  orphan.truncate(kept);
  event.adoptAttributes(kj::mv(orphan));
}

}  // namespace

struct FrameEditor::Message {
  std::optional<capnp::MallocMessageBuilder> builder;

  // The root has room for all that this schema knows.
  schema::Event::Builder Event() { return builder->getRoot<schema::Event>(); }
  capnp::Orphanage Orphanage() { return builder->getOrphanage(); }
};

FrameEditor::FrameEditor() : message_(std::make_unique<Message>()) {}
FrameEditor::~FrameEditor() = default;
FrameEditor::FrameEditor(FrameEditor&&) noexcept = default;
FrameEditor& FrameEditor::operator=(FrameEditor&&) noexcept = default;

Status FrameEditor::Load(std::span<const std::byte> frame) {
  // A view vouches for the kind of every object that this schema knows, so that capnp's accessors can't throw below.
  std::vector<std::byte> plain(frame.begin(), frame.end());
  EventView view;
  if (!EventView::Bind(plain, &view)) {
    VEXEVT_TRY(Flatten(frame, &plain));
    if (!EventView::Bind(plain, &view)) return DataLoss("malformed event");
  }
  try {
    capnp::ReaderOptions limits;
    limits.traversalLimitInWords = kMaxFrameBytes / sizeof(capnp::word) + 1024;
    capnp::FlatArrayMessageReader reader(
        {reinterpret_cast<const capnp::word*>(plain.data()), plain.size() / sizeof(capnp::word)}, limits);
    message_->builder.emplace();
    message_->builder->setRoot(reader.getRoot<schema::Event>());
    message_->Event();
    return Status::Ok();
  } catch (const kj::Exception& exception) {
    return DataLoss(std::string("malformed event: ") + exception.getDescription().cStr());
  }
}

void FrameEditor::SetPriority(Priority priority) {
  message_->Event().setPriority(static_cast<schema::Event::Priority>(priority));
}

void FrameEditor::AddCause(EventId cause) {
  auto event = message_->Event();
  auto added = message_->Orphanage().newOrphan<Causes>(1);
  added.get()[0].setSource(cause.source);
  added.get()[0].setSequence(cause.sequence);
  Causes::Reader lists[] = {event.getCauses().asReader(), added.getReader()};
  // A concatenation's elements are as large as the largest: what a newer schema has in them stays.
  event.adoptCauses(message_->Orphanage().newOrphanConcat(kj::arrayPtr(lists, 2)));
}

void FrameEditor::SetAttribute(const Attribute& attribute) {
  auto event = message_->Event();
  auto list = event.getAttributes();
  for (unsigned i = 0; i < list.size(); ++i) {
    if (TextOf(list[i].asReader().getKey()) != attribute.key) continue;
    SetValue(list[i], attribute);
    RemoveFrom(i + 1, attribute.key, event);
    return;
  }
  auto added = message_->Orphanage().newOrphan<Attributes>(1);
  if (!attribute.key.empty()) added.get()[0].setKey(DataOf(attribute.key));
  SetValue(added.get()[0], attribute);
  Attributes::Reader lists[] = {list.asReader(), added.getReader()};
  event.adoptAttributes(message_->Orphanage().newOrphanConcat(kj::arrayPtr(lists, 2)));
}

void FrameEditor::RemoveAttribute(std::string_view key) {
  auto event = message_->Event();
  if (event.hasAttributes()) RemoveFrom(0, key, event);
}

void FrameEditor::SetBytes(const Field& field, std::string_view bytes) {
  auto event = message_->Event();
  if (field.payload != kAnyPayload && field.payload != static_cast<std::uint16_t>(event.getPayload().which())) return;
  capnp::AnyStruct::Builder owner = capnp::toAny(event);
  if (field.place == FieldPlace::kContextPointer) {
    if (bytes.empty() && !event.hasContext()) return;
    owner = capnp::toAny(event.getContext());
  }
  auto pointer = owner.getPointerSection()[field.offset];
  pointer.clear();
  if (!bytes.empty()) pointer.setAs<capnp::Data>(DataOf(bytes));
}

bool FrameEditor::CanClear(const Field& field) {
  switch (field.place) {
    case FieldPlace::kPointer:
    case FieldPlace::kContextPointer:
    case FieldPlace::kContextData:
      return true;
    case FieldPlace::kData:
      switch (field.type) {
        case FieldType::kTime:
        case FieldType::kType:
        case FieldType::kBoundary:
        case FieldType::kPriority:
        case FieldType::kHex64:
        case FieldType::kBool:
          return false;
        default:
          return field.name != "seq" && field.name != "mono";
      }
    default:
      return false;
  }
}

void FrameEditor::Clear(const Field& field) {
  if (!CanClear(field)) return;
  if (field.type == FieldType::kBytes) return SetBytes(field, {});
  auto event = message_->Event();
  if (field.payload != kAnyPayload && field.payload != static_cast<std::uint16_t>(event.getPayload().which())) return;
  if (field.place == FieldPlace::kContextData) {
    if (event.hasContext()) event.getContext().setSpan(0);
    return;
  }
  auto data = capnp::toAny(event).getDataSection();
  if (field.flag == 0) {
    std::memset(data.begin() + field.offset, 0, field.width);
    return;
  }
  for (const Field& other : AllFields()) {
    bool together = other.place == FieldPlace::kData && other.type != FieldType::kBool && other.flag == field.flag &&
                    other.payload == field.payload;
    if (together) std::memset(data.begin() + other.offset, 0, other.width);
  }
  event.setFlags(static_cast<std::uint16_t>(event.getFlags() & ~field.flag));
}

Status FrameEditor::Save(std::vector<std::byte>* out) {
  kj::Array<capnp::word> flat = capnp::messageToFlatArray(*message_->builder);
  message_->builder.reset();
  return Flatten(std::as_bytes(std::span(flat.begin(), flat.size())), out);
}

}  // namespace vexevt
