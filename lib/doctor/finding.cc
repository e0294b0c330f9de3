#include "lib/doctor/finding.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/escape.h"
#include "lib/event/json_value.h"

namespace vexevt {
namespace {

std::string_view Color(Health health) {
  switch (health) {
    case Health::kOk:
      return "\x1b[32m";
    case Health::kWarn:
      return "\x1b[33m";
    case Health::kMissing:
      return "\x1b[31m";
  }
  return "";
}

}  // namespace

std::string_view HealthName(Health health) {
  switch (health) {
    case Health::kOk:
      return "ok";
    case Health::kWarn:
      return "warn";
    case Health::kMissing:
      return "missing";
  }
  return "";
}

std::string DiagnosisText(const Diagnosis& diagnosis, bool color) {
  std::vector<std::string> topics;  // mount points among them, which are anybody's bytes
  std::size_t width = 0;
  for (const Finding& finding : diagnosis.findings) {
    AppendEscaped(finding.topic, &topics.emplace_back());
    width = std::max(width, topics.back().size());
  }
  std::string out;
  for (std::size_t i = 0; i < topics.size(); ++i) {
    const Finding& finding = diagnosis.findings[i];
    out += fmt::format("{}{:<7}{}  {:<{}}  {}\n", color ? Color(finding.health) : "", HealthName(finding.health),
                       color ? "\x1b[m" : "", topics[i], width, finding.text);
    if (!finding.sees.empty()) out += fmt::format("{:<{}}sees {}\n", "", width + 11, finding.sees);
    if (!finding.remedy.empty()) {
      out += fmt::format("{:<{}}-> {}\n", "", width + 11, finding.remedy);
    }
  }
  return out;
}

std::string DiagnosisJson(const Diagnosis& diagnosis) {
  std::string out = fmt::format("{{\"can_capture\":{},\"findings\":[", diagnosis.can_capture);
  bool first = true;
  for (const Finding& finding : diagnosis.findings) {
    out += fmt::format("{}{{\"topic\":{},\"health\":\"{}\",\"text\":{},\"sees\":{},\"remedy\":{}}}", first ? "" : ",",
                       JsonText(finding.topic), HealthName(finding.health), JsonText(finding.text),
                       JsonText(finding.sees), JsonText(finding.remedy));
    first = false;
  }
  return out + "]}\n";
}

}  // namespace vexevt
