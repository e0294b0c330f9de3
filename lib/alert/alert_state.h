// What a board keeps, as bytes: for the file of --state.
#pragma once

#include "lib/alert/alert_board.h"
#include "lib/base/packing.h"
#include "lib/base/status.h"

namespace vexevt {

void PackAlerts(const AlertBoard::Kept& kept, Packer* packer);
// kDataLoss for what PackAlerts does not write: a board may restore what this gives.
Result<AlertBoard::Kept> UnpackAlerts(Unpacker* unpacker);

}  // namespace vexevt
