// The named lists of expressions: `comm in $editors`. Each is read by the field that it is compared with: as texts,
// numbers, types. Filled before expressions are compiled, and not needed after: compiled expressions share the sets
// that were made of them. Not thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vexevt {

class StringSet;

class NamedLists {
 public:
  // `name` without the '$'. Replaces a list of that name.
  void Add(std::string name, std::vector<std::string> entries);

  bool empty() const { return lists_.empty(); }
  std::vector<std::string_view> Names() const;

  // nullptr where there is no such list.
  const std::vector<std::string>* Find(std::string_view name) const;

  // The entries as one set, made when first asked for. The list exists.
  std::shared_ptr<const StringSet> SetOf(std::string_view name) const;

 private:
  struct List {
    std::vector<std::string> entries;
    mutable std::shared_ptr<const StringSet> set;
  };
  std::map<std::string, List, std::less<>> lists_;
};

}  // namespace vexevt
