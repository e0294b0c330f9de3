// One [[endpoint]] of a rules file. For rules_file.cc.
#pragma once

#include "lib/rules/document.h"
#include "lib/rules/rules_file.h"

namespace vexevt {

Result<EndpointRule> ReadEndpoint(const Document& document, const DocumentNode& node);

}  // namespace vexevt
