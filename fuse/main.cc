#include <string>
#include <vector>

#include "fuse/mount_words.h"
#include "fuse/options.h"
#include "fuse/run.h"
#include "lib/cli/tool_main.h"

int main(int argc, char** argv) {
  vexevt::FuseOptions options;
  std::vector<std::string> words(argv + 1, argv + argc);
  words = vexevt::WordsOfMount(words, vexevt::IsMountHelper(argv[0]));
  std::vector<char*> pointers = {argv[0]};
  for (std::string& word : words) pointers.push_back(word.data());
  return vexevt::ToolMain(
      static_cast<int>(pointers.size()), pointers.data(), vexevt::kFuseTool, &options.common,
      [&](CLI::App& app) { vexevt::AddFuseOptions(app, &options); }, [&] { return vexevt::RunFuse(options); });
}
