#include "lib/expr/named_lists.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/expr/lexer.h"
#include "lib/match/string_set.h"

namespace vexevt {
namespace {

Status CheckName(std::string_view name) {
  if (IsListName(name)) return Status::Ok();
  return InvalidArgument(fmt::format("'{}' is no name for a list: letters, digits, '_', '-' and '.' are", name));
}

}  // namespace

Status NamedLists::Add(std::string name, const std::vector<std::string>& entries) {
  VEXEVT_TRY(CheckName(name));
  auto set = StringSet::FromTexts(entries);
  if (!set.ok()) return std::move(set).status().WithContext(fmt::format("list '{}'", name));
  lists_[std::move(name)] = std::make_shared<const StringSet>(std::move(*set));
  return Status::Ok();
}

Status NamedLists::AddFile(std::string name, const std::string& path) {
  VEXEVT_TRY(CheckName(name));
  VEXEVT_ASSIGN(StringSet set, StringSet::FromFile(path));
  lists_[std::move(name)] = std::make_shared<const StringSet>(std::move(set));
  return Status::Ok();
}

std::shared_ptr<const StringSet> NamedLists::Find(std::string_view name) const {
  auto it = lists_.find(name);
  return it == lists_.end() ? nullptr : it->second;
}

std::vector<std::string_view> NamedLists::Names() const {
  std::vector<std::string_view> names;
  for (const auto& [name, set] : lists_) names.push_back(name);
  return names;
}

}  // namespace vexevt
