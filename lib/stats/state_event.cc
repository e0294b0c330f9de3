#include "lib/stats/state_event.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "lib/base/packing.h"
#include "lib/event/field.h"
#include "lib/event/id_source.h"
#include "lib/event/layout.h"
#include "lib/stats/group_key.h"

namespace vexevt {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::string_view kStateKey = "state";
// A frame has room for it, for the query and for names.
constexpr std::size_t kMostStateBytes = kMaxFrameBytes - (std::size_t{128} << 10);

std::string_view StateOf(const EventView& event) {
  if (event.type() != kObservabilityMetric || event.payload_tag() != layout::kPayloadObservabilityTagValue) return {};
  for (std::size_t i = 0, count = event.attribute_count(); i < count; ++i) {
    const Attribute attribute = event.attribute(i);
    const auto* bytes = std::get_if<AttributeBytes>(&attribute.value);
    if (bytes != nullptr && attribute.key == kStateKey) return bytes->value;
  }
  return {};
}

Status Damaged(const EventView& event) {
  return DataLoss(fmt::format("the state in event {:016x}{:016x} is damaged, or of another version", event.id().source,
                              event.id().sequence));
}

}  // namespace

bool HasMergeableWindows(const StatsQuery& query) { return query.windows.kind != WindowKind::kCount; }

StateEvent::StateEvent(const StatsQuery& query, const StatePlan& plan, std::string_view name)
    : query_(query), plan_(plan), name_(name), source_(EventIds().source()) {}

Result<const Event*> StateEvent::Make(const ToldWindow& window, std::uint32_t row) {
  Packer packer;
  packer.Put(kVersion);
  packer.Put(window.begin_ns);
  packer.Put(window.end_ns);
  packer.Put(window.lower_bound);
  packer.Put(row == GroupTable::kOther);
  packer.PutText(window.groups->key(row));
  PackState(plan_, window.groups->State(row), &packer);
  state_ = packer.Take();
  if (state_.size() + query_.text.size() > kMostStateBytes) {
    return ResourceExhausted(
        fmt::format("the state of a group takes {} bytes, more than an event can have", state_.size()));
  }
  event_ = Event();
  // Of several hosts the same window and group are different states.
  event_.id = {source_, ++count_};
  event_.wall_ns = window.end_ns;
  event_.type = kObservabilityMetric;
  event_.boundary = Boundary::kAnalytics;
  ObservabilityPayload payload{.name = name_, .message = query_.text, .unit = {}};
  event_.payload = payload;
  event_.attributes = {{kStateKey, AttributeBytes{state_}}};
  return &event_;
}

struct StateSum::Reading {
  std::uint64_t begin_ns, end_ns;
  bool lower_bound, other;
  std::string_view key;
};

Status StateSum::SetQuery(std::string_view text) {
  auto query = ParseStatsQuery(text);
  if (!query.ok()) return DataLoss(fmt::format("a state of no query of this version: {}", query.status().message()));
  if (frequency_of_) {
    auto asked = WithFrequencyOf(*query, *frequency_of_);
    if (!asked.ok()) {
      return InvalidArgument(
          fmt::format("can't tell how often '{}' was: {}", *frequency_of_, asked.status().message()));
    }
    query = ParseStatsQuery(*asked);
  }
  auto plan = MakeStatePlan(*query);
  if (!plan.ok() || !HasMergeableWindows(*query)) return DataLoss("a state of no query of this version");
  text_ = text;
  query_ = std::make_unique<const StatsQuery>(std::move(*query));
  plan_ = std::make_unique<const StatePlan>(std::move(*plan));
  return {};
}

Status StateSum::Add(const EventView& event) {
  const std::string_view bytes = StateOf(event);
  if (bytes.empty()) return {};
  const std::string_view text = event.Bytes(layout::kPayloadObservabilityMessage);
  if (query_ == nullptr) VEXEVT_TRY(SetQuery(text));
  if (text != text_) {
    return DataLoss(fmt::format("states of two queries can't be merged: '{}' and '{}'", text_, text));
  }
  Unpacker unpacker(bytes);
  if (unpacker.Get<std::uint8_t>() != kVersion) return Damaged(event);
  Reading reading{};
  reading.begin_ns = unpacker.Get<std::uint64_t>();
  reading.end_ns = unpacker.Get<std::uint64_t>();
  reading.lower_bound = unpacker.Get<bool>();
  reading.other = unpacker.Get<bool>();
  reading.key = unpacker.GetText();
  GroupTable incoming(*plan_, 1);
  const GroupState state = incoming.State(GroupTable::kOther);
  std::vector<FieldValue> values;
  std::vector<std::string> texts;
  if (!UnpackState(*plan_, &unpacker, state) || !unpacker.done() || HeadOf(state).events == 0 ||
      reading.begin_ns > reading.end_ns ||
      (!reading.other && !DecodeGroupKey(reading.key, query_->by.size(), &values, &texts))) {
    return Damaged(event);
  }
  AddToWindow(reading, state);
  return {};
}

void StateSum::AddToWindow(const Reading& reading, GroupState state) {
  const bool session = query_->windows.kind == WindowKind::kSession;
  Window& window = session ? sessions_.emplace_back(Session{std::string(reading.key), {}}).window
                           : windows_[query_->windows.kind == WindowKind::kTime ? reading.end_ns : 0];
  if (window.groups == nullptr) {
    window.groups = std::make_unique<GroupTable>(*plan_, session ? 1 : most_groups_);
    window.begin_ns = reading.begin_ns;
  }
  window.begin_ns = std::min(window.begin_ns, reading.begin_ns);
  window.end_ns = std::max(window.end_ns, reading.end_ns);
  window.lower_bound |= reading.lower_bound;
  const std::uint32_t row = reading.other ? GroupTable::kOther : window.groups->RowOf(reading.key);
  if (row == GroupTable::kOther) in_other_ += HeadOf(state).events;
  MergeState(*plan_, window.groups->State(row), state);
}

void StateSum::Finish(const Rollup::TellWindow& tell) {
  for (auto& [end_ns, window] : windows_) Tell(&window, tell);
  windows_.clear();
  FinishSessions(tell);
}

// Sessions of one key that are less than the gap apart are one.
void StateSum::FinishSessions(const Rollup::TellWindow& tell) {
  std::ranges::stable_sort(sessions_, [](const Session& a, const Session& b) {
    return std::tie(a.key, a.window.begin_ns) < std::tie(b.key, b.window.begin_ns);
  });
  std::vector<Session> joined;
  for (Session& session : sessions_) {
    Window& next = session.window;
    if (!joined.empty() && joined.back().key == session.key &&
        (next.begin_ns <= joined.back().window.end_ns ||
         next.begin_ns - joined.back().window.end_ns < query_->windows.gap_ns)) {
      Window& before = joined.back().window;
      before.end_ns = std::max(before.end_ns, next.end_ns);
      before.lower_bound |= next.lower_bound;
      before.groups->Merge(*next.groups);
    } else {
      joined.push_back(std::move(session));
    }
  }
  sessions_.clear();
  std::ranges::stable_sort(joined, {}, [](const Session& session) { return session.window.end_ns; });
  for (Session& session : joined) Tell(&session.window, tell);
}

void StateSum::Tell(Window* window, const Rollup::TellWindow& tell) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < window->groups->rows(); ++row) {
    if (window->groups->InUse(row)) rows.push_back(row);
  }
  tell({.begin_ns = window->begin_ns,
        .end_ns = window->end_ns,
        .span_ns = window->end_ns - window->begin_ns,
        .lower_bound = window->lower_bound,
        .groups = window->groups.get(),
        .rows = rows});
}

}  // namespace vexevt
