// How a rollup is saved and loaded.
#include <vector>

#include "lib/stats/group_key.h"
#include "lib/stats/rollup.h"

namespace vexevt {
namespace {

void SaveTable(const StatePlan& plan, GroupTable* groups, Packer* packer) {
  std::vector<std::uint32_t> in_use;
  for (std::uint32_t row = 0; row < groups->rows(); ++row) {
    if (groups->InUse(row)) in_use.push_back(row);
  }
  packer->PutCount(in_use.size());
  for (const std::uint32_t row : in_use) {
    packer->Put(row == GroupTable::kOther);
    packer->PutText(groups->key(row));
    PackState(plan, groups->State(row), packer);
  }
}

bool LoadTable(const StatsQuery& query, const StatePlan& plan, Unpacker* unpacker, GroupTable* groups) {
  std::vector<FieldValue> values;
  std::vector<std::string> texts;
  for (std::size_t left = unpacker->GetCount(sizeof(bool) + sizeof(std::uint64_t)); left > 0; --left) {
    const bool other = unpacker->Get<bool>();
    const std::string_view key = unpacker->GetText();
    GroupTable incoming(plan, 1);
    const GroupState state = incoming.State(GroupTable::kOther);
    if (!UnpackState(plan, unpacker, state) || HeadOf(state).events == 0) return false;
    if (!other && !DecodeGroupKey(key, query.by.size(), &values, &texts)) return false;
    // There may be less room than there was.
    MergeState(plan, groups->State(other ? GroupTable::kOther : groups->RowOf(key)), state);
  }
  return unpacker->ok();
}

}  // namespace

void Rollup::Save(Packer* packer) {
  packer->Put(newest_ns_);
  packer->Put(now_ns_);
  packer->Put(next_window_);
  packer->PutCount(gaps_.size());
  for (const Gap& gap : gaps_) packer->Put(gap);
  packer->PutCount(panes_.size());
  for (const auto& pane : panes_) {
    packer->Put(pane->index);
    SaveTable(plan_, &pane->groups, packer);
  }
}

bool Rollup::Load(Unpacker* unpacker) {
  newest_ns_ = unpacker->Get<std::uint64_t>();
  now_ns_ = unpacker->Get<std::uint64_t>();
  next_window_ = unpacker->Get<std::uint64_t>();
  gaps_.resize(unpacker->GetCount(sizeof(Gap)));
  for (Gap& gap : gaps_) gap = unpacker->Get<Gap>();
  if (gaps_.size() > kMostGaps || next_window_ > kNever / query_.windows.every_ns) return false;
  for (std::size_t left = unpacker->GetCount(2 * sizeof(std::uint64_t)); left > 0; --left) {
    if (!LoadPane(unpacker)) return false;
  }
  FindDue();
  return unpacker->ok();
}

bool Rollup::LoadPane(Unpacker* unpacker) {
  const auto index = unpacker->Get<std::uint64_t>();
  const bool in_order = panes_.empty() || panes_.back()->index < index;
  if (!in_order || index >= kNever / query_.windows.every_ns) return false;
  return LoadTable(query_, plan_, unpacker, &PaneAt(index).groups);
}

}  // namespace vexevt
