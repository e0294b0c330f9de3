// Finding: one thing that the doctor looked at, and what to do about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vexevt {

enum class Health : std::uint8_t {
  kOk,
  kWarn,     // works, with a limit worth knowing
  kMissing,  // something cannot be done here
};

struct Finding {
  std::string topic;  // "fanotify", "mount /srv"
  Health health = Health::kOk;
  std::string text;    // what is there: "6.18.4, file-system marks"
  std::string remedy;  // what to do; empty where there is nothing to do
  // What a back end sees, or would.
  std::string_view sees = {};
};

struct Diagnosis {
  std::vector<Finding> findings;
  bool can_capture = false;  // by any back end
};

std::string_view HealthName(Health health);  // "ok", "warn", "missing"

// "ok       fanotify        …", what it sees and the remedies below; one line each.
std::string DiagnosisText(const Diagnosis& diagnosis, bool color);
// {"can_capture":true,"findings":[{"topic":…,"health":"ok","text":…,"sees":…,"remedy":…},…]}, a line.
std::string DiagnosisJson(const Diagnosis& diagnosis);

}  // namespace vexevt
