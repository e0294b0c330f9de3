// Alert: what is told of one alert, as plain values that it owns.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/event/event.h"

namespace vexevt {

struct AlertLabel {
  std::string name;
  std::string value;
  bool operator==(const AlertLabel&) const = default;
};

struct Alert {
  std::string id;  // of rule and key: bytes
  std::string rule;
  Priority severity = Priority::kNormal;
  std::vector<AlertLabel> labels;       // first those of the key; they stay as they were when the alert began
  std::vector<AlertLabel> annotations;  // as of the latest event for which the condition held
  std::string summary, unit;
  double value = 0;
  bool lower_bound = false;
  bool flapping = false;
  std::uint64_t since_ns = 0;       // from when on the condition has held
  std::uint64_t fired_ns = 0;       // 0: it waits
  std::uint64_t resolved_ns = 0;    // 0: it has not ended
  EventId first_cause, last_cause;  // of the events for which the condition held
};

}  // namespace vexevt
