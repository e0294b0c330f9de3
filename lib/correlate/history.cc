#include "lib/correlate/history.h"

#include <algorithm>
#include <type_traits>
#include <variant>

namespace vexevt {
namespace {

template <std::size_t kAt = 0>
bool LoadAs(std::size_t kind, Unpacker* unpacker, FieldValue* value) {
  if constexpr (kAt == std::variant_size_v<FieldValue>) {
    return false;
  } else {
    using T = std::variant_alternative_t<kAt, FieldValue>;
    if (kind != kAt) return LoadAs<kAt + 1>(kind, unpacker, value);
    if constexpr (std::is_same_v<T, std::monostate>) {
      *value = T();
    } else if constexpr (std::is_same_v<T, std::string_view>) {
      *value = unpacker->GetText();
    } else {
      *value = unpacker->Get<T>();
    }
    return true;
  }
}

}  // namespace

void KeptValue::Save(Packer* packer) const {
  packer->Put(static_cast<std::uint8_t>(value_.index()));
  std::visit(
      [&](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::string_view>) {
          packer->PutText(bytes_);
        } else if constexpr (!std::is_same_v<T, std::monostate>) {
          packer->Put(value);
        }
      },
      value_);
}

void KeptValue::Load(Unpacker* unpacker) {
  FieldValue value;
  if (!LoadAs(unpacker->Get<std::uint8_t>(), unpacker, &value)) unpacker->Fail();
  Keep(value);
}

std::vector<std::uint32_t> History::Save(Packer* packer) const {
  std::vector<std::uint32_t> indices(events_.size(), kNone);
  const auto held = std::ranges::count_if(events_, [](const TakenEvent& event) { return event.holders > 0; });
  packer->PutCount(static_cast<std::size_t>(held));
  std::uint32_t saved = 0;
  std::vector<std::uint32_t> chain;
  for (std::uint32_t last = 0; last < events_.size(); ++last) {
    if (events_[last].holders == 0) continue;
    for (std::uint32_t at = last; at != kNone && indices[at] == kNone; at = events_[at].before) chain.push_back(at);
    for (; !chain.empty(); chain.pop_back()) {
      const TakenEvent& event = events_[chain.back()];
      indices[chain.back()] = saved++;
      packer->Put(event.id);
      packer->Put(event.number);
      packer->Put(event.before == kNone ? kNone : indices[event.before]);
      packer->Put(event.at);
      for (const KeptValue& value : event.values) value.Save(packer);
    }
  }
  return indices;
}

bool History::Load(Unpacker* unpacker, std::span<const Place> positions) {
  constexpr std::size_t kLeastBytes =
      sizeof(EventId) + sizeof(std::uint64_t) + sizeof(std::uint32_t) + sizeof(std::uint16_t);
  for (std::size_t count = unpacker->GetCount(kLeastBytes); count > 0; --count) {
    TakenEvent event;
    event.id = unpacker->Get<EventId>();
    event.number = unpacker->Get<std::uint64_t>();
    event.before = unpacker->Get<std::uint32_t>();
    event.at = unpacker->Get<std::uint16_t>();
    if (event.at >= positions.size()) return false;
    event.step = positions[event.at].step;
    if (event.before != kNone) {
      if (event.before >= events_.size() || events_[event.before].number >= event.number) return false;
      ++events_[event.before].holders;
    }
    event.values.resize(positions[event.at].value_count);
    for (KeptValue& value : event.values) value.Load(unpacker);
    events_.push_back(std::move(event));
  }
  return unpacker->ok();
}

}  // namespace vexevt
