// ImportSigma: Sigma rules for file events of Linux, and Sigma correlation rules, as the patterns of
// vexevt-patterns(5).
//
// A rule that a correlation refers to, by name or id, is a pattern of its own only where the correlation says
// `generate`. All of it is turned, or nothing: what can't be is an error that says where it is and why.
#pragma once

#include <span>
#include <string>

#include "lib/base/status.h"

namespace vexevt {

struct SigmaFile {
  std::string name;  // in errors and comments
  std::string text;
};

// A file of patterns. kInvalidArgument: "file:line:column: what".
Result<std::string> ImportSigma(std::span<const SigmaFile> files);

}  // namespace vexevt
