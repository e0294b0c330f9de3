// Paths and patterns for benches: deterministic by seed, about 55 bytes a path, in the shape of a build machine's tree.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "lib/match/pattern_set.h"

namespace vexevt::bench {

inline std::string Pick(std::mt19937_64& random, std::initializer_list<const char*> names) {
  return names.begin()[random() % names.size()];
}

inline std::string Hex(std::mt19937_64& random, int digits) {
  std::string text;
  while (digits-- > 0) text += "0123456789abcdef"[random() % 16];
  return text;
}

inline std::string RandomDirectory(std::mt19937_64& random) {
  std::string path;
  switch (random() % 5) {
    case 0:
      path = "/home/u" + std::to_string(random() % 200);
      break;
    case 1:
      path = "/srv/tenants/t" + std::to_string(random() % 5000);
      break;
    case 2:
      path = "/var/" + Pick(random, {"log", "lib", "cache", "spool"}) + "/s" + std::to_string(random() % 300);
      break;
    case 3:
      path = "/usr/" + Pick(random, {"share", "lib", "include", "src"}) + "/p" + std::to_string(random() % 1000);
      break;
    default:
      path = "/work/build/b" + std::to_string(random() % 100);
  }
  for (std::size_t depth = random() % 3; depth-- > 0;) {
    path += "/" + Pick(random, {"src", "cache", "graph", "docs", "tests", "node_modules", "include", "data", "objects",
                                ".git"});
  }
  return path + "/d" + Hex(random, 3);
}

inline std::string RandomPath(std::mt19937_64& random) {
  return RandomDirectory(random) + "/" + Pick(random, {"module", "file", "index", "report", "event", "sample"}) + "_" +
         Hex(random, 6) +
         Pick(random, {".c", ".h", ".py", ".log", ".o", ".json", ".txt", ".md", ".tmp", ".so", ".gz", ""});
}

inline std::vector<std::string> RandomPaths(std::size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<std::string> paths(count);
  for (std::string& path : paths) path = RandomPath(random);
  return paths;
}

// Literals, directories, extensions and globs: what no search is needed for.
inline std::vector<StringPattern> IndexedPatterns(std::size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<StringPattern> patterns;
  while (patterns.size() < count) {
    const std::string directory = RandomDirectory(random);
    switch (patterns.size() % 8) {
      case 0:
        patterns.push_back({PatternKind::kExact, RandomPath(random), {}});
        break;
      case 1:
      case 2:
        patterns.push_back({PatternKind::kPrefix, directory + "/", {}});
        break;
      case 3:
        patterns.push_back(
            {PatternKind::kGlob, directory + "/**/*" + Pick(random, {".py", ".c", ".log", ".json"}), {}});
        break;
      case 4:
        patterns.push_back({PatternKind::kGlob, "/srv/tenants/*/**_" + Hex(random, 4) + ".log", {}});
        break;
      case 5:
        patterns.push_back({PatternKind::kGlob, directory + "/*_[0-9]*." + Pick(random, {"{c,h}", "{gz,xz}"}), {}});
        break;
      case 6:
        patterns.push_back({PatternKind::kGlob, "**/d" + Hex(random, 3) + "/**", {}});
        break;
      default:
        patterns.push_back({PatternKind::kSuffix, "_" + Hex(random, 4) + Pick(random, {".c", ".py", ".tmp"}), {}});
    }
  }
  return patterns;
}

inline std::vector<StringPattern> Regexes(std::size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<StringPattern> patterns;
  while (patterns.size() < count) {
    std::string regex;
    switch (patterns.size() % 4) {
      case 0:
        regex = "/(src|cache|graph)/.*_[0-9a-f]{2}" + Hex(random, 2) + "[0-9a-f]+\\.(c|h|log)$";
        break;
      case 1:
        regex = "^/srv/tenants/t[0-9]+/.*/" + Pick(random, {"module", "file", "index"}) + "_" + Hex(random, 3) +
                "\\w*\\.py$";
        break;
      case 2:
        regex = "/d" + Hex(random, 3) + "/[a-z]+_\\d+\\.(json|txt)";
        break;
      default:
        regex = "^/home/u" + std::to_string(random() % 200) + "/[^/]+/.*" + Hex(random, 3) + "(\\.gz)?$";
    }
    patterns.push_back({PatternKind::kRegex, std::move(regex), {}});
  }
  return patterns;
}

// As rules on a real machine: three quarters indexed, an eighth literals anywhere, an eighth regexes.
inline std::vector<StringPattern> MixedPatterns(std::size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  const std::vector<StringPattern> indexed = IndexedPatterns(count, seed);
  const std::vector<StringPattern> regexes = Regexes(count, seed + 1);
  std::vector<StringPattern> patterns;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % 8 == 6) {
      patterns.push_back(
          {PatternKind::kContains, Pick(random, {"report_", "event_", "sample_", "index_"}) + Hex(random, 3), {}});
    } else {
      patterns.push_back(i % 8 == 7 ? regexes[i / 8] : indexed[i]);
    }
  }
  return patterns;
}

}  // namespace vexevt::bench
