#include "lib/cli/type_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/nearest_name.h"
#include "lib/event/field.h"
#include "lib/event/type.h"

namespace vexevt {

Status ReadTypeNames(std::string_view text, std::vector<std::string>* names) {
  do {
    std::string_view name = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), name.size() + 1));
    bool family = name.ends_with(".*") && ParseFamily(name.substr(0, name.size() - 2));
    if (!family && !ParseType(name)) {
      std::vector<std::string_view> known;
      for (const TypeInfo& type : AllTypes()) known.push_back(type.name);
      return InvalidArgument(fmt::format("unknown type '{}'{}", name, NearestHint(name, known)));
    }
    names->emplace_back(name);
  } while (!text.empty());
  return {};
}

}  // namespace vexevt
