// What a SequenceMatcher has seen, as bytes.
#include <algorithm>

#include "lib/correlate/sequence_matcher.h"

namespace vexevt {

void SequenceMatcher::Save(Packer* packer) const {
  for (const std::uint64_t number : {number_, gaps_, evicted_, suppressed_}) packer->Put(number);
  const std::vector<std::uint32_t> indices = history_.Save(packer);
  packer->PutCount(keys_.size());
  for (const KeyPartials& of_key : pool_) {
    if (of_key.partials.empty()) continue;
    packer->Put(of_key.key);
    packer->PutCount(of_key.partials.size());
    for (const Partial& partial : of_key.partials) {
      packer->Put(partial.start);
      packer->Put(partial.targets);
      packer->Put(partial.gaps);
      packer->Put(indices[partial.last]);
      packer->Put(partial.count);
      packer->Put(partial.at);
      packer->Put(partial.fresh);
      packer->Put(partial.waits);
    }
  }
  packer->PutCount(starts_.size());
  for (const Start& start : starts_) packer->Put(start);
  told_.Save(packer);
}

bool SequenceMatcher::Load(std::uint64_t now_ns, Unpacker* unpacker) {
  constexpr std::uint64_t kMost = ~std::uint64_t{0} >> 1;  // no run counts so far
  for (std::uint64_t* number : {&number_, &gaps_, &evicted_, &suppressed_}) {
    *number = unpacker->Get<std::uint64_t>();
    if (*number > kMost) return false;
  }
  std::vector<History::Place> places;
  for (std::size_t at = 0; at < asked_.size(); ++at) {
    places.push_back({static_cast<std::uint16_t>(automaton_.positions[at].step), asked_[at].keeps.size()});
  }
  if (!history_.Load(unpacker, places) || !LoadPartials(unpacker)) return false;
  for (std::size_t count = unpacker->GetCount(sizeof(Start)); count > 0; --count) {
    const auto start = unpacker->Get<Start>();
    if (!starts_.empty() && starts_.back().deadline_ns > start.deadline_ns) return false;
    if (start.deadline_ns > Deadline(now_ns)) return false;
    starts_.push_back(start);
  }
  return told_.Load(unpacker) && unpacker->ok();
}

bool SequenceMatcher::LoadPartials(Unpacker* unpacker) {
  constexpr std::size_t kPartialBytes =
      3 * sizeof(std::uint64_t) + 2 * sizeof(std::uint32_t) + sizeof(std::uint16_t) + 2;
  for (std::size_t keys = unpacker->GetCount(2 * sizeof(std::uint64_t)); keys > 0; --keys) {
    const auto key = unpacker->Get<std::uint64_t>();
    if (keys_.Find(key) != KeyMap::kNone) return false;
    KeyPartials& of_key = Of(key);
    std::size_t count = unpacker->GetCount(kPartialBytes);
    if (count == 0) return false;
    for (; count > 0; --count) {
      Partial& partial = of_key.partials.emplace_back();
      partial.start = unpacker->Get<std::uint64_t>();
      partial.targets = unpacker->Get<std::uint64_t>();
      partial.gaps = unpacker->Get<std::uint64_t>();
      partial.last = unpacker->Get<std::uint32_t>();
      partial.count = unpacker->Get<std::uint32_t>();
      partial.at = unpacker->Get<std::uint16_t>();
      partial.fresh = unpacker->Get<bool>();
      partial.waits = unpacker->Get<bool>();
      if (!MayWait(partial)) return false;
      history_.Hold(partial.last);
      ++partials_;
    }
  }
  // Nothing that no partial match would ever give back.
  for (std::uint32_t event = 0; event < history_.size(); ++event) {
    if (history_[event].holders == 0) return false;
  }
  return unpacker->ok();
}

// Whether a matcher of this pattern may have it.
bool SequenceMatcher::MayWait(const Partial& partial) const {
  const std::uint64_t all = ~std::uint64_t{0} >> (kMaxPositions - asked_.size());
  return partial.last < history_.size() && partial.at < asked_.size() && (partial.targets & ~all) == 0 &&
         (partial.targets != 0 || partial.waits) && partial.start <= number_ && partial.gaps <= gaps_ &&
         history_[partial.last].at == partial.at && history_[partial.last].number <= number_;
}

}  // namespace vexevt
