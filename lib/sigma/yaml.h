// The YAML (https://yaml.org/spec/1.2.2/) of Sigma rules as values that know where they stand. It is hostile: what is
// deep or large is refused, as are anchors and aliases, with which little text stands for much, and keys given twice.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"

namespace vexevt {

inline constexpr std::size_t kMaxYamlBytes = std::size_t{1} << 20, kMaxYamlValues = 20'000;
inline constexpr int kMaxYamlDepth = 32;

// From 1; the column counts characters.
struct YamlPlace {
  int line = 1, column = 1;
};

enum class YamlKind : std::uint8_t { kNull, kText, kList, kMap };

struct YamlEntry;

struct YamlValue {
  YamlKind kind = YamlKind::kNull;
  YamlPlace at;  // where it starts
  std::string text;
  std::vector<YamlValue> list;
  std::vector<YamlEntry> map;  // in the order of the file

  const YamlValue* Find(std::string_view key) const;  // nullptr where it has none, and in what is no map
};

struct YamlEntry {
  YamlValue key;  // a text
  YamlValue value;
};

// The documents of `text`; errors are "file:line:column: what".
Result<std::vector<YamlValue>> ParseYaml(const std::string& text, std::string_view file);

Status ErrorAtYaml(std::string_view file, YamlPlace at, std::string_view what);

}  // namespace vexevt
