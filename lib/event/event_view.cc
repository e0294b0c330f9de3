#include "lib/event/event_view.h"

namespace vexevt {
namespace {

constexpr unsigned kKindStruct = 0, kKindList = 1;
constexpr unsigned kElementByte = 2, kElementComposite = 7;

std::int64_t OffsetOf(std::uint64_t pointer) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(pointer)) >> 2;
}
unsigned KindOf(std::uint64_t pointer) { return pointer & 3; }
unsigned ElementOf(std::uint64_t pointer) { return pointer >> 32 & 7; }
std::uint64_t CountOf(std::uint64_t pointer) { return pointer >> 35; }
unsigned DataWordsOf(std::uint64_t pointer) { return pointer >> 32 & 0xffff; }
unsigned PointersOf(std::uint64_t pointer) { return static_cast<unsigned>(pointer >> 48); }

const std::byte* TargetOf(const std::byte* at) { return at + 8 + OffsetOf(Load<std::uint64_t>(at)) * 8; }

// Checks the objects of one segment. `budget` is what objects may still take, in words: no two objects share words in a
// sound message, so their sizes add up to at most the segment, and a frame that says otherwise is one that would have a
// small input read as a huge one.
struct Checker {
  const std::byte* segment;
  std::int64_t words;
  std::int64_t budget;

  // The object of `size` words that the pointer at `at` leads to lies within the segment and the budget.
  bool Take(const std::byte* at, std::uint64_t pointer, std::uint64_t size) {
    std::int64_t start = (at - segment) / 8 + 1 + OffsetOf(pointer);
    auto needed = static_cast<std::int64_t>(size);  // at most 2^29 elements of 2^17 words
    budget -= needed;
    return start >= 0 && needed <= words && start <= words - needed && budget >= 0;
  }

  bool ByteList(const std::byte* at) {
    auto pointer = Load<std::uint64_t>(at);
    if (pointer == 0) return true;
    return KindOf(pointer) == kKindList && ElementOf(pointer) == kElementByte &&
           Take(at, pointer, (CountOf(pointer) + 7) / 8);
  }

  bool ByteLists(const std::byte* at, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      if (!ByteList(at + 8 * i)) return false;
    }
    return true;
  }

  bool Context(const std::byte* at) {
    auto pointer = Load<std::uint64_t>(at);
    if (pointer == 0) return true;
    unsigned data_words = DataWordsOf(pointer), pointers = PointersOf(pointer);
    if (KindOf(pointer) != kKindStruct || !Take(at, pointer, data_words + pointers)) return false;
    return ByteLists(TargetOf(at) + 8 * data_words,
                     pointers < layout::kContextPointers ? pointers : layout::kContextPointers);
  }

  // A list of structs whose first `pointers_known` pointers are byte lists.
  bool StructList(const std::byte* at, unsigned pointers_known) {
    auto pointer = Load<std::uint64_t>(at);
    if (pointer == 0) return true;
    if (KindOf(pointer) != kKindList || ElementOf(pointer) != kElementComposite) return false;
    if (!Take(at, pointer, CountOf(pointer) + 1)) return false;
    const std::byte* head = TargetOf(at);
    auto tag = Load<std::uint64_t>(head);
    std::uint64_t count = static_cast<std::uint32_t>(tag) >> 2;
    unsigned data_words = DataWordsOf(tag), pointers = PointersOf(tag);
    // Elements of no size could be had in millions for nothing; they carry nothing, so more than a few are an attack.
    if (KindOf(tag) != kKindStruct || count * (data_words + pointers) > CountOf(pointer) ||
        count > static_cast<std::uint64_t>(words)) {
      return false;
    }
    unsigned known = pointers < pointers_known ? pointers : pointers_known;
    if (known == 0) return true;
    const std::byte* element = head + 8;
    for (std::uint64_t i = 0; i < count; ++i, element += std::size_t{8} * (data_words + pointers)) {
      if (!ByteLists(element + 8 * data_words, known)) return false;
    }
    return true;
  }
};

// An element of a list of structs that Bind has checked.
struct Element {
  const std::byte* data;
  unsigned data_bytes;
  unsigned pointers;

  std::uint64_t Word(unsigned offset) const {
    return offset + 8 <= data_bytes ? Load<std::uint64_t>(data + offset) : 0;
  }
  const std::byte* Pointer(unsigned slot) const { return slot < pointers ? data + data_bytes + 8 * slot : nullptr; }
};

std::size_t ListCount(const std::byte* at) {
  if (at == nullptr || Load<std::uint64_t>(at) == 0) return 0;
  return static_cast<std::uint32_t>(Load<std::uint64_t>(TargetOf(at))) >> 2;
}

Element ListElement(const std::byte* at, std::size_t index) {
  const std::byte* head = TargetOf(at);
  auto tag = Load<std::uint64_t>(head);
  unsigned data_words = DataWordsOf(tag), pointers = PointersOf(tag);
  return {head + 8 + index * 8 * (data_words + pointers), data_words * 8, pointers};
}

}  // namespace

bool EventView::BindFallback(std::span<const std::byte> frame, EventView* view) {
  if (frame.size() < 16 || Load<std::uint32_t>(frame.data()) != 0) return false;
  auto words = static_cast<std::int64_t>(Load<std::uint32_t>(frame.data() + 4));
  if (static_cast<std::uint64_t>(words) * 8 + 8 != frame.size() || frame.size() > kMaxFrameBytes) return false;
  const std::byte* segment = frame.data() + 8;
  Checker check{segment, words, words - 1};
  auto root = Load<std::uint64_t>(segment);
  unsigned data_words = DataWordsOf(root), pointers = PointersOf(root);
  if (KindOf(root) != kKindStruct || !check.Take(segment, root, data_words + pointers)) return false;
  const std::byte* data = TargetOf(segment);
  if (data_words > kMaxDataWords) return false;
  const std::byte* slots = data + 8 * data_words;
  if (!check.ByteLists(slots, pointers < layout::kContext ? pointers : layout::kContext)) return false;
  if (pointers > layout::kContext) [[unlikely]] {
    if (!check.Context(slots + 8 * layout::kContext)) return false;
    if (pointers > layout::kCauses && !check.StructList(slots + 8 * layout::kCauses, 0)) return false;
    if (pointers > layout::kAttributes &&
        !check.StructList(slots + 8 * layout::kAttributes, layout::kAttributePointers)) {
      return false;
    }
  }
  view->Set(frame, data, data_words, pointers);
  return true;
}

std::uint64_t EventView::ContextWord(unsigned offset) const {
  if (pointers_ <= layout::kContext) return 0;
  const std::byte* at = data_ + data_bytes_ + 8 * layout::kContext;
  auto pointer = Load<std::uint64_t>(at);
  if (pointer == 0) return 0;
  return Element{TargetOf(at), DataWordsOf(pointer) * 8, PointersOf(pointer)}.Word(offset);
}

std::string_view EventView::ContextBytes(unsigned slot) const {
  if (pointers_ <= layout::kContext) return {};
  const std::byte* at = data_ + data_bytes_ + 8 * layout::kContext;
  auto pointer = Load<std::uint64_t>(at);
  if (pointer == 0) return {};
  const std::byte* bytes = Element{TargetOf(at), DataWordsOf(pointer) * 8, PointersOf(pointer)}.Pointer(slot);
  return bytes ? BytesAt(bytes) : std::string_view{};
}

std::size_t EventView::cause_count() const {
  return pointers_ > layout::kCauses ? ListCount(data_ + data_bytes_ + 8 * layout::kCauses) : 0;
}

EventId EventView::cause(std::size_t index) const {
  Element element = ListElement(data_ + data_bytes_ + 8 * layout::kCauses, index);
  return {element.Word(layout::kEventIdSource), element.Word(layout::kEventIdSequence)};
}

std::size_t EventView::attribute_count() const {
  return pointers_ > layout::kAttributes ? ListCount(data_ + data_bytes_ + 8 * layout::kAttributes) : 0;
}

Attribute EventView::attribute(std::size_t index) const {
  Element element = ListElement(data_ + data_bytes_ + 8 * layout::kAttributes, index);
  auto bytes = [&](unsigned slot) {
    const std::byte* pointer = element.Pointer(slot);
    return pointer ? BytesAt(pointer) : std::string_view{};
  };
  Attribute attribute{bytes(layout::kAttributeKey), AttributeText{}};
  std::uint64_t word = element.Word(layout::kAttributeValueInt);
  switch (element.Word(0) & 0xffff) {
    case layout::kAttributeValueTextTagValue:
      attribute.value = AttributeText{bytes(layout::kAttributeValueText)};
      break;
    case layout::kAttributeValueIntTagValue:
      attribute.value = static_cast<std::int64_t>(word);
      break;
    case layout::kAttributeValueFloatTagValue:
      attribute.value = std::bit_cast<double>(word);
      break;
    case layout::kAttributeValueBoolTagValue:
      attribute.value = (word & 1) != 0;
      break;
    default:  // bytes, or a kind that a newer schema has
      attribute.value = AttributeBytes{bytes(layout::kAttributeValueBytes)};
  }
  return attribute;
}

}  // namespace vexevt
