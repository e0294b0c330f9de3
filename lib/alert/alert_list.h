// What waits and fires, as people and programs read it.
#pragma once

#include <string>

#include "lib/alert/alert_board.h"

namespace vexevt {

// The time of the events, and a table: a line for each alert, those that fire first, then in the order of rules and
// keys. Escaped.
std::string AlertListText(const AlertBoard::Kept& kept);
// {"time":"2026-…","alerts":[{"alert":"busy","state":"firing","told":true,…},…]}, a line, in the same order.
std::string AlertListJson(const AlertBoard::Kept& kept);

}  // namespace vexevt
