// Lists of folders, of which each stands for itself and all below it. Absolute, "/" or without a '/' at the end. An
// empty list stands for everything.
#pragma once

#include <string>
#include <vector>

namespace vexevt {

// What lies in one of `a` and in one of `b` lies in one of these, and maybe more: where the two have nothing in common
// it is `a`, for no list stands for nothing.
std::vector<std::string> FoldersInBoth(const std::vector<std::string>& a, const std::vector<std::string>& b);

}  // namespace vexevt
