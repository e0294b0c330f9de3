// IgnoreFiles: which paths .gitignore files leave out, as git has it (gitignore(5)): the last pattern that matches
// decides, '!' takes back, and nothing comes back from within a folder that is left out. Each file is about what lies
// in its own folder. Not thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/match/pattern_set.h"

namespace vexevt {

class IgnoreFiles {
 public:
  // Later files go before earlier ones, as in git those of deeper folders do.
  static Result<IgnoreFiles> Load(std::span<const std::string> files);

  // `path` is absolute.
  bool Ignores(std::string_view path, bool directory);

 private:
  struct File {
    std::string folder;  // "/srv/project/"
    PatternSet patterns;
    struct Meaning {
      bool negated, directories_only;
    };
    std::vector<Meaning> meanings;  // of the patterns
  };

  bool Decide(std::string_view path, bool directory);

  std::vector<File> files_;
  std::size_t shallowest_ = 0;  // the length of the shortest folder
  PatternSet::Scratch scratch_;
  PatternHits hits_;
  // What came of the folder of the last path: events come in runs.
  std::string last_folder_;
  bool last_ignored_ = false;
};

}  // namespace vexevt
