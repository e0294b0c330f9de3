#include "lib/correlate/match_event.h"

#include "lib/base/utf8.h"
#include "lib/match/hash.h"

namespace vexevt {
namespace {

struct AttributeOf {
  using Value = decltype(Attribute::value);
  Value operator()(std::uint64_t value) const { return static_cast<std::int64_t>(value); }
  Value operator()(std::string_view text) const {
    if (IsUtf8(text)) return AttributeText{text};
    return AttributeBytes{text};
  }
  Value operator()(const Wide&) const { return std::int64_t{0}; }
  Value operator()(std::monostate) const { return std::int64_t{0}; }
  template <typename T>
  Value operator()(T value) const {
    return value;
  }
};

}  // namespace

void MakeMatchEvent(const MatchOrigin& origin, const Found& found, Event* event) {
  std::vector<EventId> causes = std::move(event->causes);
  std::vector<Attribute> attributes = std::move(event->attributes);
  attributes.clear();
  const auto kept = found.causes.size() > kMaxCauses ? found.causes.last(kMaxCauses) : found.causes;
  causes.assign(kept.begin(), kept.end());
  const auto bytes = std::as_bytes(found.causes);
  *event = Event();
  event->id = {origin.identity,
               Hash({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, found.timed_out ? 1 : 0)};
  event->wall_ns = found.wall_ns;
  event->type = found.timed_out ? kVexevtPartial : kVexevtMatch;
  event->boundary = Boundary::kAnalytics;
  event->priority = origin.severity;
  event->host = origin.host;
  event->tenant = origin.tenant;
  event->payload = MatchPayload{.pattern = origin.pattern,
                                .count = found.causes.size(),
                                .generation = origin.generation,
                                .uncertain = found.uncertain};
  for (const BoundValue& bound : found.values) {
    const bool shown =
        !std::holds_alternative<std::monostate>(bound.value) && !std::holds_alternative<Wide>(bound.value);
    if (shown) attributes.push_back({bound.name, std::visit(AttributeOf(), bound.value)});
  }
  event->causes = std::move(causes);
  event->attributes = std::move(attributes);
}

}  // namespace vexevt
