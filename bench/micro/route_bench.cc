// Deciding among many rules: on paths as a captured build repeats them, and on uniformly random ones. VEXEVT_TRACE
// names a stream file whose events are decided instead of the made-up repeating ones.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <list>
#include <random>
#include <string>
#include <vector>

#include "bench/micro/paths.h"
#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "lib/expr/expression.h"
#include "lib/route/decide.h"

namespace vexevt {
namespace {

constexpr std::size_t kEvents = 65536;
constexpr const char* kTypes[] = {"fs.create", "fs.delete", "fs.write", "fs.rename",
                                  "fs.mkdir",  "fs.chmod",  "fs.open",  "fs.close"};

struct Events {
  std::vector<std::uint64_t> words;  // frames, aligned
  std::vector<EventView> views;

  void Bind(const std::vector<std::byte>& bytes) {
    words.resize(bytes.size() / 8);
    std::memcpy(words.data(), bytes.data(), words.size() * 8);
    std::span<const std::byte> rest = std::as_bytes(std::span(words));
    while (!rest.empty()) {
      const FrameSize size = MeasureFrame(rest);
      EventView view;
      if (size.state != FrameState::kOk || !EventView::Bind(rest.first(size.bytes), &view)) std::abort();
      views.push_back(view);
      rest = rest.subspan(size.bytes);
    }
  }
};

// `hot` in a hundred of the events are on 2000 paths, skewed; the rest uniform over as many paths as there are events.
Events MakeEvents(unsigned hot) {
  std::mt19937_64 random(11);
  const std::vector<std::string> paths = bench::RandomPaths(kEvents, 9);
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < kEvents; ++i) {
    const double u = static_cast<double>(random() % 1'000'000) / 1e6;
    const std::size_t path = random() % 100 < hot ? static_cast<std::size_t>(2000 * u * u)
                             : hot == 0           ? i
                                                  : random() % kEvents;
    Event event;
    event.type = std::initializer_list<EventType>{kFsCreate, kFsDelete, kFsWrite, kFsRename, kFsOpen, kFsClose}
                     .begin()[random() % 6];
    event.boundary = Boundary::kKernel;
    event.flags = kFlagCredentials;
    event.uid = static_cast<std::uint32_t>(random() % 3 * 1000);
    event.pid = 4711;
    event.payload = FsPayload{.path = paths[path]};
    AppendFrame(event, &bytes);
  }
  Events events;
  events.Bind(bytes);
  return events;
}

Events Trace() {
  const char* const name = std::getenv("VEXEVT_TRACE");
  if (name == nullptr) return MakeEvents(90);
  std::ifstream file(name, std::ios::binary);
  const std::string content((std::istreambuf_iterator<char>(file)), {});
  Events events;
  events.Bind({AsBytes(content).begin(), AsBytes(content).end()});
  return events;
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string Condition(const StringPattern& pattern) {
  static constexpr const char* kOperators[] = {"=", "startswith", "endswith", "contains", "glob", "matches"};
  return std::string("path ") + kOperators[static_cast<int>(pattern.kind)] + " " + Quoted(pattern.text);
}

// Of 20 rules one asks for types only, one for a number as well, and most for types and a path.
std::vector<std::string> Rules(const std::vector<StringPattern>& patterns) {
  std::mt19937_64 random(3);
  std::vector<std::string> rules;
  for (const StringPattern& pattern : patterns) {
    std::string rule;
    if (rules.size() % 3 != 0) {
      const std::size_t type = random() % 8;
      rule =
          std::string("type in (") + kTypes[type] + ", " + kTypes[(type + 3) % 8] + ", " + kTypes[(type + 5) % 8] + ")";
    }
    if (rules.size() % 20 != 19 || patterns.size() > 100) rule += (rule.empty() ? "" : " and ") + Condition(pattern);
    if (rules.size() % 20 == 7) rule += " and uid = 0";
    if (rule.empty()) rule = "type = fs.delete";
    rules.push_back(std::move(rule));
  }
  return rules;
}

void Run(benchmark::State& state, const std::vector<std::string>& texts, const Events& events) {
  std::list<Expression> rules;
  std::vector<const Expression*> pointers;
  for (const std::string& text : texts) {
    Result<Expression> rule = CompileExpression(text);
    if (!rule.ok()) return state.SkipWithError((text + ": " + rule.status().message()).c_str());
    rules.push_back(std::move(rule).value());
    pointers.push_back(&rules.back());
  }
  const DecisionTable table = std::move(DecisionTable::Build(pointers)).value();
  table.Warm();
  Decider decider(table);
  Decisions decisions;
  std::size_t at = 0, held = 0, decided = 0;
  for (auto _ : state) {
    const std::size_t count = std::min<std::size_t>(256, events.views.size() - at);
    decider.Decide(std::span(events.views).subspan(at, count), decisions);
    for (std::size_t i = 0; i < count; ++i) held += decisions[i].size();
    decided += count;
    at = at + count == events.views.size() ? 0 : at + count;
  }
  state.counters["per_event"] =
      benchmark::Counter(static_cast<double>(decided), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["rules_held"] = static_cast<double>(held) / static_cast<double>(decided);
}

void BM_Hundred(benchmark::State& state) {
  Run(state, Rules(bench::MixedPatterns(100, 5)), state.range(0) ? Trace() : MakeEvents(0));
}
BENCHMARK(BM_Hundred)->ArgName("repeating")->Arg(1)->Arg(0);

void BM_TenThousandIndexed(benchmark::State& state) {
  Run(state, Rules(bench::IndexedPatterns(10000, 6)), state.range(0) ? Trace() : MakeEvents(0));
}
BENCHMARK(BM_TenThousandIndexed)->ArgName("repeating")->Arg(1)->Arg(0);

void BM_ThreeThousandWithRegexes(benchmark::State& state) {
  std::vector<StringPattern> patterns = bench::IndexedPatterns(2000, 6);
  const std::vector<StringPattern> regexes = bench::Regexes(1000, 7);
  patterns.insert(patterns.end(), regexes.begin(), regexes.end());
  Run(state, Rules(patterns), state.range(0) ? Trace() : MakeEvents(0));
}
BENCHMARK(BM_ThreeThousandWithRegexes)->ArgName("repeating")->Arg(1)->Arg(0);

}  // namespace
}  // namespace vexevt
