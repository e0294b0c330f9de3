// What a rules file says in vain. None of it is wrong: --check warns of it.
#pragma once

#include <string>
#include <vector>

#include "lib/rules/rules_file.h"

namespace vexevt {

// "rules.toml:12:1: rule 'x' is never reached: …": rules that others leave nothing for, endpoints and lists that nobody
// names.
std::vector<std::string> Lint(const RulesFile& rules);

}  // namespace vexevt
