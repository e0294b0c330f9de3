// What a tool says about itself, beside its options: the source of --help, man pages and completions.
#pragma once

#include <span>
#include <string_view>

namespace vexevt {

struct Example {
  std::string_view meaning;  // "keep what was deleted or renamed"
  std::string_view command;
};

struct Tool {
  std::string_view name;         // "vexevt-filter"
  std::string_view summary;      // one clause: "keep the events for which an expression holds"
  std::string_view usage;        // what follows the name, one form a line: "[OPTION]... EXPRESSION [FILE]..."
  std::string_view description;  // a paragraph or more, for --help
  std::span<const Example> examples;
  std::string_view negative;  // when it exits with 1: "-q was given and no event was kept"; empty: never
};

}  // namespace vexevt
