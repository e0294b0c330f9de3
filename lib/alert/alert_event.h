// AlertEvent: the vexevt.alert event that tells of an alert, or of a group of them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/alert/alert.h"
#include "lib/event/event.h"

namespace vexevt {

// Texts of an alert are cut where they are longer, so that its event fits in a frame.
inline constexpr std::size_t kMaxAlertText = 4096;

// Borrowed for the call.
struct AlertNews {
  std::string_view group;                // what they have in common: bytes
  std::span<const Alert* const> alerts;  // one at least, those that fire first
  std::uint64_t at_ns = 0;
  std::uint32_t generation = 1;  // of the rules
};

class AlertEvent {
 public:
  // At `at_ns`, with what all of the alerts have in common; `state` is firing while one of them fires. Its id follows
  // from group, time and alerts, so that a second run makes the same event. Of no use after the next Make, or once the
  // alerts are gone.
  const Event& Make(const AlertNews& news);

 private:
  Event event_;
  std::string message_;
};

}  // namespace vexevt
