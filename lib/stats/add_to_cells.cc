// Events into cells, one cell after the other. States of many groups lie in no cache, so what a sketch will touch is
// first asked for, of all the events, and waited for once: each loop reads what the one before it asked for.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>

#include "lib/sketch/item_hash.h"
#include "lib/stats/cell.h"
#include "lib/stats/item_key.h"
#include "lib/stats/words.h"

namespace vexevt {
namespace {

// A number of an event: its bits, as the cell's domain has them. False: it has none, or one that is NaN.
bool ReadNumber(const EventView& event, const Cell& cell, std::uint64_t* bits) {
  const FieldValue value = ReadColumn(event, cell.field);
  if (const auto* number = std::get_if<std::uint64_t>(&value)) {
    *bits = *number;
    return true;
  }
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    *bits = cell.domain == NumberDomain::kReal ? std::bit_cast<std::uint64_t>(static_cast<double>(*number))
                                               : static_cast<std::uint64_t>(*number);
    return true;
  }
  const auto* real = std::get_if<double>(&value);
  if (real == nullptr || std::isnan(*real)) return false;
  *bits = std::bit_cast<std::uint64_t>(*real);
  return true;
}

struct ValueHash {
  std::uint64_t operator()(std::monostate) const { return 0; }
  std::uint64_t operator()(std::string_view text) const { return ItemHash(text); }
  std::uint64_t operator()(std::uint64_t value) const { return ItemHash(value); }
  std::uint64_t operator()(std::int64_t value) const { return ItemHash(static_cast<std::uint64_t>(value)); }
  std::uint64_t operator()(double value) const { return ItemHash(std::bit_cast<std::uint64_t>(value)); }
  std::uint64_t operator()(bool value) const { return ItemHash(std::uint64_t{value}); }
  std::uint64_t operator()(const Wide& value) const { return ItemHash(ItemHash(value.high) ^ value.low); }
};

// Nothing where the event doesn't have the field.
std::optional<std::uint64_t> ReadHash(const EventView& event, const Cell& cell) {
  const FieldValue value = ReadColumn(event, cell.field);
  if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
  return std::visit(ValueHash(), value);
}

template <typename Kind>
Kind& WideOf(const Cell& cell, GroupState state) {
  return std::get<Kind>(state.wides[cell.wide]);
}

void AddQuantile(const Cell& cell, std::span<const Arrival> arrivals) {
  struct Update {
    QuantileSketch* sketch;
    double value;
  };
  std::array<Update, kMostArrivals> updates;
  std::size_t size = 0;
  for (const Arrival& arrival : arrivals) {
    std::uint64_t bits = 0;
    if (!ReadNumber(*arrival.event, cell, &bits)) continue;
    Update& update = updates[size++];
    update = {&WideOf<QuantileSketch>(cell, arrival.state), AsReal(cell.domain, bits)};
    update.sketch->Prefetch(update.value);
  }
  for (const Update& update : std::span(updates).first(size)) update.sketch->Add(update.value);
}

void AddDistinct(const Cell& cell, std::span<const Arrival> arrivals) {
  struct Update {
    HyperLogLog* sketch;
    std::uint64_t hash;
  };
  std::array<Update, kMostArrivals> updates;
  std::size_t size = 0;
  for (const Arrival& arrival : arrivals) {
    const auto hash = ReadHash(*arrival.event, cell);
    if (!hash) continue;
    Update& update = updates[size++];
    update = {&WideOf<HyperLogLog>(cell, arrival.state), *hash};
    update.sketch->Prefetch(update.hash);
  }
  for (const Update& update : std::span(updates).first(size)) update.sketch->Add(update.hash);
}

void AddTop(const Cell& cell, std::span<const Arrival> arrivals) {
  struct Update {
    SpaceSaving* sketch;
    ItemKey key;
    std::uint32_t hash;
  };
  std::array<Update, kMostArrivals> updates;
  std::size_t size = 0;
  for (const Arrival& arrival : arrivals) {
    Update& update = updates[size];
    if (!update.key.Set(cell.field, ReadColumn(*arrival.event, cell.field))) continue;
    update.sketch = &WideOf<SpaceSaving>(cell, arrival.state);
    update.hash = SpaceSaving::HashOf(update.key.bytes());
    update.sketch->PrefetchHead(update.hash);
    ++size;
  }
  const auto used = std::span(updates).first(size);
  for (const Update& update : used) update.sketch->PrefetchEntry(update.hash);
  for (const Update& update : used) update.sketch->AddHashed(update.key.bytes(), update.hash);
}

void AddFrequency(const Cell& cell, std::span<const Arrival> arrivals) {
  struct Update {
    CountMin* sketch;
    std::uint64_t hash;
  };
  std::array<Update, kMostArrivals> updates;
  std::size_t size = 0;
  for (const Arrival& arrival : arrivals) {
    ItemKey key;
    if (!key.Set(cell.field, ReadColumn(*arrival.event, cell.field))) continue;
    Update& update = updates[size++];
    update = {&WideOf<CountMin>(cell, arrival.state), ItemHash(key.bytes())};
    update.sketch->Prefetch(update.hash);
  }
  for (const Update& update : std::span(updates).first(size)) update.sketch->Add(update.hash);
}

void AddWitness(const Cell& cell, const Arrival& arrival) {
  const FieldValue value = ReadColumn(*arrival.event, cell.field);
  if (std::holds_alternative<std::monostate>(value)) return;
  auto& witness = WideOf<Witness>(cell, arrival.state);
  const std::uint64_t time_ns = arrival.event->wall_ns();
  // Of events of one time the one that came first is the first, and the one that came last the last.
  const bool better = cell.kind == AggregateKind::kFirst ? time_ns < witness.time_ns() : time_ns >= witness.time_ns();
  if (!witness.known() || better) witness.Set(time_ns, value);
}

void AddHistogram(const Cell& cell, const Arrival& arrival) {
  std::uint64_t bits = 0;
  if (!ReadNumber(*arrival.event, cell, &bits)) return;
  auto& histogram = WideOf<PowerHistogram>(cell, arrival.state);
  if (cell.domain == NumberDomain::kUnsigned) return histogram.Add(bits);
  if (cell.domain == NumberDomain::kSigned) return histogram.Add(static_cast<std::int64_t>(bits));
  histogram.Add(std::bit_cast<double>(bits));
}

void AddToWide(const Cell& cell, std::span<const Arrival> arrivals) {
  for (const Arrival& arrival : arrivals) {
    const auto* wide = reinterpret_cast<const char*>(arrival.state.wides + cell.wide);
    for (std::size_t at = 0; at < sizeof(WideState); at += 64) __builtin_prefetch(wide + at, 1);
  }
  for (const Arrival& arrival : arrivals) {
    WideState& wide = arrival.state.wides[cell.wide];
    if (std::holds_alternative<std::monostate>(wide)) wide = EmptyWide(cell);
  }
  switch (cell.kind) {
    case AggregateKind::kQuantile:
      return AddQuantile(cell, arrivals);
    case AggregateKind::kDistinct:
      return AddDistinct(cell, arrivals);
    case AggregateKind::kTopK:
      return AddTop(cell, arrivals);
    case AggregateKind::kFrequency:
      return AddFrequency(cell, arrivals);
    case AggregateKind::kHistogram:
      for (const Arrival& arrival : arrivals) AddHistogram(cell, arrival);
      return;
    case AggregateKind::kEntropy:
      for (const Arrival& arrival : arrivals) {
        const auto hash = ReadHash(*arrival.event, cell);
        if (hash) WideOf<Distribution>(cell, arrival.state).Add(*hash);
      }
      return;
    default:
      for (const Arrival& arrival : arrivals) AddWitness(cell, arrival);
  }
}

void AddToWords(const Cell& cell, const Arrival& arrival) {
  const EventView& event = *arrival.event;
  std::uint64_t* const words = arrival.state.words + cell.word;
  std::uint64_t bits = 0;
  switch (cell.kind) {
    case AggregateKind::kCount:
    case AggregateKind::kRate:
      ++words[0];
      return;
    case AggregateKind::kInterarrival:
      return KeepSpan(1, event.wall_ns(), event.wall_ns(), words);
    case AggregateKind::kSum:
    case AggregateKind::kMean:
      if (!ReadNumber(event, cell, &bits)) return;
      ++words[0];
      return AddSum(cell.domain, bits, words + 1);
    case AggregateKind::kMin:
    case AggregateKind::kMax:
      if (ReadNumber(event, cell, &bits)) KeepExtreme(cell, 1, bits, words);
      return;
    default:
      if (ReadNumber(event, cell, &bits)) AddToVariance(AsReal(cell.domain, bits), words);
  }
}

}  // namespace

bool AddToHead(const Arrival& arrival) {
  const std::uint64_t wall_ns = arrival.event->wall_ns();
  KeepSpan(1, wall_ns, wall_ns, arrival.state.words);
  return HeadOf(arrival.state).events == 1;
}

void AddToCells(const StatePlan& plan, std::span<const Arrival> arrivals) {
  std::array<Arrival, kMostArrivals> chosen;
  for (const Cell& cell : plan.cells) {
    std::span<const Arrival> counted = arrivals;
    if (cell.when) {
      const auto end = std::copy_if(arrivals.begin(), arrivals.end(), chosen.begin(),
                                    [&](const Arrival& arrival) { return cell.when->Matches(*arrival.event); });
      counted = {chosen.begin(), end};
    }
    if (cell.is_wide) {
      AddToWide(cell, counted);
    } else {
      for (const Arrival& arrival : counted) AddToWords(cell, arrival);
    }
  }
}

}  // namespace vexevt
