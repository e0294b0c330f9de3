// The state of a run: refused, or taken up; then it bears any stream, and is saved and loaded again as the same. The
// hash in front of a file would keep a fuzzer out, so that what stands behind it is read, too.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lib/cli/saved_run.h"
#include "lib/correlate/correlator.h"
#include "lib/correlate/testing/letters.h"

namespace vexevt {
namespace {

constexpr SealKind kSeal{"vexevt correlate state", "1", "the state of vexevt-correlate"};

const PatternsFile& Patterns() {
  static const PatternsFile file = *ParsePatterns(
      "[[pattern]]\nname = 'sequence'\nwithin = '5s'\nby = ['pid']\nsuppress = '2s'\ntimeouts = true\n"
      "match = 'a: [comm = a]+ then not [comm = x] then b: [comm = b and size = a.size] then not [comm = c]'\n"
      "[[pattern]]\nname = 'groups'\nwithin = '9s'\nskip = 'to-last b'\n"
      "match = '( a: [comm = a] then ( b: [comm = b] and c: [comm = c] ) )+ then 1 of ( [comm = a], [comm = x] )'\n"
      "[[pattern]]\nname = 'count'\nwithin = '9s'\nby = ['pid']\nmatch = 'count [comm = a] > 2'\n"
      "[[pattern]]\nname = 'distinct'\nwithin = '9s'\nmatch = 'distinct(comm) [pid exists] > 2'\n"
      "[[pattern]]\nname = 'sum'\nwithin = '9s'\nmatch = 'sum(size) [comm = a] > 2'\n"
      "[[pattern]]\nname = 'percentile'\nwithin = '9s'\nmatch = 'percentile(50, size) [comm = a] > 2'\n"
      "[[pattern]]\nname = 'rate'\nwithin = '2s'\nmatch = 'rate [comm = a] >= 1 times before'\n"
      "[[pattern]]\nname = 'matches'\nmatch = '[type = vexevt.match] then [type = vexevt.match]'\n",
      "p.toml");
  return file;
}

Correlator Fresh() {
  auto correlator = Correlator::Compile(Patterns());
  if (!correlator.ok()) std::abort();
  correlator->set_lateness(2 * kSecond);
  return std::move(*correlator);
}

std::string Saved(const Correlator& correlator) {
  Packer packer;
  correlator.Save(&packer);
  return packer.Take();
}

}  // namespace
}  // namespace vexevt

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto run = ParseSavedRun(kSeal, bytes); run.ok() && PrintSavedRun(kSeal, *run) != bytes) std::abort();
  Correlator correlator = Fresh();
  Unpacker unpacker(bytes);
  if (!correlator.Load(&unpacker).ok()) return 0;
  static const std::vector<Letter> letters = LettersOf("1ab2ab 1aabb   3ccab1b");
  const Correlator::TellEvent tell = [](const Event&) {};
  for (const Letter& letter : letters) correlator.See(letter.view, tell);
  correlator.TellLosses(tell);
  const std::string saved = Saved(correlator);
  Correlator other = Fresh();
  Unpacker again(saved);
  if (!other.Load(&again).ok() || Saved(other) != saved) std::abort();
  correlator.AdvanceTo(letters.back().wall_ns + 100 * kSecond, tell);
  correlator.Finish(tell);
  return 0;
}
