#include "lib/alert/alert_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/alert/alert_event.h"
#include "lib/base/packing.h"
#include "lib/match/hash.h"
#include "lib/rules/compile.h"

namespace vexevt {
namespace {

std::uint64_t IdentityOf(const AlertsFile& file, const AlertRule& rule) {
  Packer packer;
  packer.PutText(rule.name);
  packer.PutText(rule.query ? file.queries[*rule.query].text : "");
  for (const PlacedText& field : rule.by) packer.PutText(field.text);
  for (const PlacedText* text : {&rule.when, &rule.clear, &rule.summary}) packer.PutText(text->text);
  for (const auto* templates : {&rule.labels, &rule.annotations}) {
    packer.PutCount(templates->size());
    for (const auto& [name, text] : *templates) {
      packer.PutText(name);
      packer.PutText(text.text);
    }
  }
  for (const std::uint64_t number : {rule.for_ns, rule.keep_firing_ns, std::uint64_t{rule.most}}) packer.Put(number);
  packer.Put(rule.severity);
  packer.Put(file.damping.half_life_ns);
  packer.Put(file.damping.begin);
  packer.Put(file.damping.end);
  return Hash(packer.bytes());
}

Result<ResultCondition> CompileAt(const AlertsFile& file, const PlacedText& text,
                                  std::span<const ResultAttribute> attributes, const NamedLists& lists) {
  auto condition = ResultCondition::Compile(text.text, attributes, lists);
  if (!condition.ok()) return ErrorInExpression(file.document, text, condition.status());
  return condition;
}

Result<Template> TemplateAt(const AlertsFile& file, const PlacedText& text, std::span<const std::string> names) {
  auto made = Template::Make(text.text, false, '\n', names);
  if (!made.ok()) return ErrorAt(file.document, text.at, made.status().message());
  return made;
}

// Without the end that a template sets, and so long that an event has room for it.
std::string Fill(const Template& filled, const EventView& event) {
  std::string text;
  filled.Append(event, &text);
  text.pop_back();
  if (text.size() > kMaxAlertText) text.resize(kMaxAlertText);
  return text;
}

}  // namespace

Result<AlertWatch> AlertWatch::Compile(const AlertsFile& file, const AlertRule& rule, const AlertQuery* query,
                                       const NamedLists& lists) {
  const std::span<const ResultAttribute> attributes =
      query != nullptr ? std::span<const ResultAttribute>(query->attributes) : std::span<const ResultAttribute>();
  AlertTimes times{.for_ns = rule.for_ns,
                   .keep_firing_ns = rule.keep_firing_ns,
                   .momentary = query == nullptr && rule.clear.text.empty(),
                   .damping = file.damping,
                   .most = rule.most};
  if (query != nullptr) {
    times.every_ns = query->every_ns;
    times.length_ns = query->length_ns;
  }
  VEXEVT_ASSIGN(ResultCondition when, CompileAt(file, rule.when, attributes, lists));
  AlertWatch watch(rule, std::move(when), times);
  watch.identity_ = IdentityOf(file, rule);
  if (!rule.clear.text.empty()) {
    VEXEVT_ASSIGN(watch.clear_, CompileAt(file, rule.clear, attributes, lists));
  }
  std::vector<std::string> names;
  for (const ResultAttribute& attribute : attributes) names.push_back(attribute.name);
  for (const auto& [templates, into] :
       {std::pair(&rule.labels, &watch.labels_), {&rule.annotations, &watch.annotations_}}) {
    for (const auto& [name, text] : *templates) {
      VEXEVT_ASSIGN(Template made, TemplateAt(file, text, names));
      into->emplace_back(name, std::move(made));
    }
  }
  if (!rule.summary.text.empty()) {
    VEXEVT_ASSIGN(watch.summary_, TemplateAt(file, rule.summary, names));
  }
  for (const PlacedText& field : rule.by) {
    VEXEVT_ASSIGN(Column column, ParseColumn(field.text));
    watch.key_columns_.push_back(std::move(column));
  }
  if (query == nullptr) return watch;
  for (const ResultAttribute& attribute : attributes) {
    if (attribute.kind != ResultAttribute::Kind::kKey) continue;
    watch.key_columns_.push_back({.name = "attr." + attribute.name, .attribute = attribute.name});
  }
  watch.key_columns_.push_back({.name = "attr.other", .attribute = "other"});  // the group of what was too much
  return watch;
}

std::vector<std::string> AlertWatch::LabelNames() const {
  std::vector<std::string> names;
  for (const Column& column : key_columns_) names.push_back(AttributeName(column));
  for (const auto& [name, label] : labels_) names.push_back(name);
  return names;
}

void AlertWatch::See(const EventView& event, std::uint64_t at_ns, bool lower_bound, const AlertInstances::Tell& tell) {
  const Truth holds = when_.Of(event, lower_bound);
  Truth clears = clear_ ? clear_->Of(event, lower_bound) : holds;
  if (!clear_ && holds != Truth::kUnknown) clears = holds == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
  // Of events most are none of the rule's; what one does not hold for says nothing of the others.
  if (!query_ && holds != Truth::kTrue && !(clear_ && clears == Truth::kTrue)) return;
  Packer packer;
  for (const Column& column : key_columns_) {
    value_.clear();
    AppendValue(event, column, ValueForm::kRaw, &value_);
    packer.PutText(value_);
  }
  key_ = packer.Take();
  AlertInstances::Instance* const instance = holds == Truth::kTrue ? instances_.FindOrAdd(key_) : instances_.Find(key_);
  if (instance == nullptr) return;
  if (holds == Truth::kTrue) Describe(event, lower_bound, instance);
  instances_.Judge(key_, holds, clears, at_ns, tell);
}

void AlertWatch::Describe(const EventView& event, bool lower_bound, AlertInstances::Instance* instance) const {
  static const Field* const kValue = FindField("observability.value");
  static const Field* const kUnit = FindField("observability.unit");
  Alert& alert = instance->alert;
  if (instance->state == AlertInstances::State::kInactive) {
    Packer id;
    id.PutText(name_);
    id.PutRaw(key_);
    alert.id = id.Take();
    alert.rule = name_;
    alert.severity = severity_;
    alert.first_cause = event.id();
    alert.labels.clear();
    for (const Column& column : key_columns_) {
      std::string value;
      AppendValue(event, column, ValueForm::kRaw, &value);
      if (value.size() > kMaxAlertText) value.resize(kMaxAlertText);
      if (!value.empty()) alert.labels.push_back({AttributeName(column), std::move(value)});
    }
    for (const auto& [name, label] : labels_) alert.labels.push_back({name, Fill(label, event)});
  }
  alert.last_cause = event.id();
  alert.lower_bound = lower_bound;
  alert.annotations.clear();
  for (const auto& [name, annotation] : annotations_) alert.annotations.push_back({name, Fill(annotation, event)});
  if (summary_) alert.summary = Fill(*summary_, event);
  const FieldValue value = ReadField(event, *kValue), unit = ReadField(event, *kUnit);
  if (const auto* number = std::get_if<double>(&value)) alert.value = *number;
  if (const auto* text = std::get_if<std::string_view>(&unit)) alert.unit = *text;
}

}  // namespace vexevt
