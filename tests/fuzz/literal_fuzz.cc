// Any bytes as literals and texts, the first byte telling how many of the pieces between newlines are literals: the
// scanner finds what memmem does, with vectors and without.
#include <string.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "lib/match/literal_scanner.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  if (size == 0) return 0;
  std::vector<std::string_view> literals, texts;
  std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  for (bool more = true; more;) {
    const std::size_t newline = rest.find('\n');
    const std::string_view piece = rest.substr(0, newline);
    more = newline != rest.npos;
    if (more) rest.remove_prefix(newline + 1);
    if (literals.size() < data[0] && !piece.empty()) {
      literals.push_back(piece);
    } else {
      texts.push_back(piece);
    }
  }
  for (const bool vectors : {false, WindowFilter::HasVectors()}) {
    LiteralScanner scanner(vectors);
    for (std::uint32_t i = 0; i < literals.size(); ++i) scanner.Add(literals[i], i);
    scanner.Build();
    LiteralScanner::Scratch scratch;
    scanner.Scan(texts, scratch);
    std::vector<bool> found(literals.size() * texts.size());
    for (const LiteralScanner::Hit& hit : scratch.hits) {
      if (found[hit.text * literals.size() + hit.value]) std::abort();  // twice
      found[hit.text * literals.size() + hit.value] = true;
    }
    for (std::size_t t = 0; t < texts.size(); ++t) {
      for (std::size_t i = 0; i < literals.size(); ++i) {
        const bool stands = memmem(texts[t].data(), texts[t].size(), literals[i].data(), literals[i].size()) != nullptr;
        if (found[t * literals.size() + i] != stands) std::abort();
      }
    }
  }
  return 0;
}
