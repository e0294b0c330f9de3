// AlertWatch: one rule, compiled: looks at results of its query, or at events, and keeps its alerts. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lib/alert/alert_instances.h"
#include "lib/alert/alerts_file.h"
#include "lib/event/column.h"
#include "lib/event/template.h"
#include "lib/expr/result_condition.h"

namespace vexevt {

// What rules have to know of a query.
struct AlertQuery {
  std::vector<ResultAttribute> attributes;    // that its results have
  std::uint64_t every_ns = 0, length_ns = 0;  // a window of that length ends every every_ns
};

class AlertWatch {
 public:
  // `query`: the rule's; nullptr where it has none. Failures are told at their place in the file.
  static Result<AlertWatch> Compile(const AlertsFile& file, const AlertRule& rule, const AlertQuery* query,
                                    const NamedLists& lists);

  // An event, or a result of the window that ends at `at_ns`.
  void See(const EventView& event, std::uint64_t at_ns, bool lower_bound, const AlertInstances::Tell& tell);

  AlertInstances& instances() { return instances_; }
  const AlertInstances& instances() const { return instances_; }
  const std::string& name() const { return name_; }
  std::optional<std::size_t> query() const { return query_; }
  // Of all that the rule says: another one has other alerts.
  std::uint64_t identity() const { return identity_; }
  std::vector<std::string> LabelNames() const;

 private:
  using Templates = std::vector<std::pair<std::string, Template>>;

  AlertWatch(const AlertRule& rule, ResultCondition when, const AlertTimes& times)
      : name_(rule.name), severity_(rule.severity), query_(rule.query), when_(std::move(when)), instances_(times) {}

  void Describe(const EventView& event, bool lower_bound, AlertInstances::Instance* instance) const;

  std::string name_;
  Priority severity_;
  std::optional<std::size_t> query_;
  std::uint64_t identity_ = 0;
  std::vector<Column> key_columns_;
  ResultCondition when_;
  std::optional<ResultCondition> clear_;
  Templates labels_, annotations_;
  std::optional<Template> summary_;
  AlertInstances instances_;
  std::string key_, value_;  // scratch
};

}  // namespace vexevt
