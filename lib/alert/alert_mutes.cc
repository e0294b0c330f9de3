#include "lib/alert/alert_mutes.h"

#include <algorithm>

#include "lib/base/packing.h"
#include "lib/event/encode.h"
#include "lib/rules/compile.h"

namespace vexevt {
namespace {

std::string ValuesOf(const Alert& alert, const std::vector<std::string>& names) {
  Packer packer;
  for (const std::string& name : names) {
    const auto label = std::ranges::find(alert.labels, name, &AlertLabel::name);
    packer.PutText(label == alert.labels.end() ? "" : label->value);
  }
  return packer.Take();
}

}  // namespace

Result<AlertMutes> AlertMutes::Compile(const AlertsFile& file, const NamedLists& lists,
                                       std::span<const std::string> labels) {
  std::vector<ResultAttribute> attributes;
  for (const std::string& label : labels) {
    attributes.push_back({.name = label, .kind = ResultAttribute::Kind::kKey});
  }
  const auto compile = [&](const PlacedText& text) -> Result<ResultCondition> {
    auto condition = ResultCondition::Compile(text.text, attributes, lists);
    if (!condition.ok()) return ErrorInExpression(file.document, text, condition.status());
    return condition;
  };
  AlertMutes mutes;
  for (const AlertInhibition& inhibition : file.inhibitions) {
    VEXEVT_ASSIGN(ResultCondition source, compile(inhibition.source));
    VEXEVT_ASSIGN(ResultCondition target, compile(inhibition.target));
    mutes.inhibitions_.push_back({std::move(source), std::move(target), inhibition.equal, {}});
  }
  for (const AlertSilence& silence : file.silences) {
    VEXEVT_ASSIGN(ResultCondition when, compile(silence.when));
    mutes.silences_.push_back({std::move(when), silence.from_ns, silence.until_ns});
  }
  return mutes;
}

AlertMutes::Marks AlertMutes::Of(const Alert& alert) const {
  Marks marks;
  if (inhibitions_.empty() && silences_.empty()) return marks;
  const Alert* const alone[] = {&alert};
  AlertEvent event;
  std::vector<std::byte> frame;
  AppendFrame(event.Make({.group = alert.id, .alerts = alone, .at_ns = alert.fired_ns}), &frame);
  EventView view;
  const bool bound = EventView::Bind(frame, &view);
  const auto holds = [&](const ResultCondition& condition) {
    return bound && condition.Of(view, false) == Truth::kTrue;
  };
  for (const Inhibition& inhibition : inhibitions_) {
    marks.sides.push_back({.source = holds(inhibition.source),
                           .target = holds(inhibition.target),
                           .equal = ValuesOf(alert, inhibition.equal)});
  }
  for (const Silence& silence : silences_) marks.silences.push_back(holds(silence.when));
  return marks;
}

bool AlertMutes::Count(const Marks& marks, int change) {
  bool counted = false;
  for (std::size_t i = 0; i < marks.sides.size(); ++i) {
    const Marks::Side& side = marks.sides[i];
    if (!side.source) continue;
    auto& [all, targets] = inhibitions_[i].sources[side.equal];
    all += change;
    targets += side.target ? change : 0;
    if (all == 0) inhibitions_[i].sources.erase(side.equal);
    counted = true;
  }
  return counted;
}

bool AlertMutes::Muted(const Marks& marks, std::uint64_t at_ns) const {
  for (std::size_t i = 0; i < marks.silences.size(); ++i) {
    if (marks.silences[i] && silences_[i].from_ns <= at_ns && at_ns < silences_[i].until_ns) return true;
  }
  for (std::size_t i = 0; i < marks.sides.size(); ++i) {
    const Marks::Side& side = marks.sides[i];
    const auto sources = inhibitions_[i].sources.find(side.equal);
    if (!side.target || sources == inhibitions_[i].sources.end()) continue;
    // As in Alertmanager: one that is both is not muted by itself, nor by others that are both.
    const auto [all, targets] = sources->second;
    if (all - (side.source ? targets : 0) > 0) return true;
  }
  return false;
}

std::uint64_t AlertMutes::NextChange(std::uint64_t at_ns) const {
  std::uint64_t next = ~std::uint64_t{0};
  for (const Silence& silence : silences_) {
    for (const std::uint64_t change : {silence.from_ns, silence.until_ns}) {
      if (change > at_ns) next = std::min(next, change);
    }
  }
  return next;
}

}  // namespace vexevt
