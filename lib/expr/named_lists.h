// The named lists of expressions: `comm in $editors`. Each is read by the field that it is compared with: as texts,
// numbers, types. Filled before expressions are compiled and not needed after: compiled expressions share the sets.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"

namespace vexevt {

class StringSet;

class NamedLists {
 public:
  // `name` is without the '$'. A list of that name is replaced.
  Status Add(std::string name, const std::vector<std::string>& entries);

  // One entry a line, millions of them if need be (StringSet::FromFile).
  Status AddFile(std::string name, const std::string& path);

  // nullptr where there is no such list.
  std::shared_ptr<const StringSet> Find(std::string_view name) const;

  std::vector<std::string_view> Names() const;

 private:
  std::map<std::string, std::shared_ptr<const StringSet>, std::less<>> lists_;
};

// What may follow '$': letters, digits, '_', '-' and '.'.
bool IsListName(std::string_view name);

}  // namespace vexevt
