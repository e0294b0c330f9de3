#include "lib/event/json_pointer.h"

#include <fmt/format.h>
#include <simdjson.h>

namespace vexevt {

Result<std::string> JsonTextAt(std::string_view json, std::string_view pointer) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (const auto error = parser.parse(json.data(), json.size()).get(document)) {
    return DataLoss(fmt::format("no JSON: {}", simdjson::error_message(error)));
  }
  std::string_view text;
  if (document.at_pointer(pointer).get(text) != simdjson::SUCCESS) {
    return DataLoss(fmt::format("JSON without a text at '{}'", pointer));
  }
  return std::string(text);
}

}  // namespace vexevt
