#include "lib/route/decide.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "lib/route/code_index.h"
#include "lib/route/path_cache.h"
#include "lib/route/path_index.h"
#include "lib/route/rule_bits.h"

namespace vexevt {
namespace {

// Events that are decided together: enough misses for one search, little enough to stay in the cache of the processor.
constexpr std::size_t kBatch = 256;

struct Run {
  std::uint32_t begin, end;
};

}  // namespace

struct DecisionTable::Rep {
  std::vector<const Expression*> rules;
  CodeIndex types;
  CodeIndex boundaries;
  PathIndex paths;
  std::vector<std::uint64_t> residual;  // rules whose expression is asked in the end
  // Of each class of types: rules that no path condition narrows, and whether rules of the path index may hold.
  std::vector<RuleWord> pathless;
  std::vector<Run> pathless_of;
  std::vector<bool> asks_path;
};

DecisionTable::DecisionTable(std::unique_ptr<const Rep> rep) : rep_(std::move(rep)) {}
DecisionTable::DecisionTable(DecisionTable&&) noexcept = default;
DecisionTable& DecisionTable::operator=(DecisionTable&&) noexcept = default;
DecisionTable::~DecisionTable() = default;

void DecisionTable::Warm() const { rep_->paths.Warm(); }

Result<DecisionTable> DecisionTable::Build(std::span<const Expression* const> rules) {
  auto rep = std::make_unique<Rep>();
  rep->rules.assign(rules.begin(), rules.end());
  std::vector<const Requirement*> required;
  std::vector<const RangeSet*> types;
  std::vector<const RangeSet*> boundaries;
  for (const Expression* rule : rules) {
    required.push_back(&rule->requirement());
    types.push_back(&rule->requirement().types);
    boundaries.push_back(&rule->requirement().boundaries);
  }
  rep->types = CodeIndex(types);
  rep->boundaries = CodeIndex(boundaries);
  VEXEVT_ASSIGN(rep->paths, PathIndex::Build(required));

  const std::size_t words = (rules.size() + 63) / 64;
  rep->residual.assign(words, 0);
  std::vector<std::uint64_t> by_path(words);
  for (std::uint32_t rule = 0; rule < rules.size(); ++rule) {
    const std::uint64_t bit = std::uint64_t{1} << (rule % 64);
    const bool settled = required[rule]->exact && !required[rule]->pids && rep->paths.IsExact(rule);
    if (!settled) rep->residual[rule / 64] |= bit;
    if (rep->paths.Knows(rule)) by_path[rule / 64] |= bit;
  }
  for (std::uint16_t of_class = 0; of_class < rep->types.classes(); ++of_class) {
    const std::uint64_t* const row = rep->types.Row(of_class);
    const auto begin = static_cast<std::uint32_t>(rep->pathless.size());
    bool asks = false;
    for (std::uint32_t w = 0; w < words; ++w) {
      if ((row[w] & ~by_path[w]) != 0) rep->pathless.push_back({w, row[w] & ~by_path[w]});
      asks |= (row[w] & by_path[w]) != 0;
    }
    rep->pathless_of.push_back({begin, static_cast<std::uint32_t>(rep->pathless.size())});
    rep->asks_path.push_back(asks);
  }
  return DecisionTable(std::move(rep));
}

struct Decider::Rep {
  explicit Rep(const DecisionTable::Rep& of) : table(of) {}

  void FindPaths(std::span<const EventView> events);
  void Emit(const EventView& event, std::span<const RuleWord> by_path, std::vector<std::uint32_t>& rules) const;

  const DecisionTable::Rep& table;
  PathCache cache;
  PathIndex::Scratch scratch;
  PathRules found;
  // Of the batch at hand:
  std::vector<RuleWord> words;  // of the paths, event by event, then of the misses
  Run runs[kBatch];             // into words
  std::string_view paths[kBatch];
  std::uint64_t hashes[kBatch];
  std::vector<std::uint32_t> misses;  // events
  std::vector<std::string_view> miss_paths;
};

Decider::Decider(const DecisionTable& table) : rep_(std::make_unique<Rep>(*table.rep_)) {}
Decider::Decider(Decider&&) noexcept = default;
Decider& Decider::operator=(Decider&&) noexcept = default;
Decider::~Decider() = default;

// Sets runs[i] to the rules that the path of events[i] admits.
void Decider::Rep::FindPaths(std::span<const EventView> events) {
  words.clear();
  misses.clear();
  miss_paths.clear();
  for (std::size_t i = 0; i < events.size(); ++i) {
    paths[i] = {};
    if (!table.asks_path[table.types.ClassOf(events[i].type())]) continue;
    paths[i] = events[i].path();
    hashes[i] = cache.HashOf(paths[i]);
    cache.Prefetch(hashes[i]);
  }
  for (std::uint32_t i = 0; i < events.size(); ++i) {
    const auto begin = static_cast<std::uint32_t>(words.size());
    std::span<const RuleWord> known;
    if (paths[i].empty()) {
      known = table.paths.WithoutPath();
    } else if (!cache.Find(paths[i], hashes[i], &known)) {
      misses.push_back(i);
      miss_paths.push_back(paths[i]);
    }
    words.insert(words.end(), known.begin(), known.end());
    runs[i] = {begin, static_cast<std::uint32_t>(words.size())};
  }
  if (misses.empty()) return;
  table.paths.Find(miss_paths, scratch, found);
  const auto base = static_cast<std::uint32_t>(words.size());
  words.insert(words.end(), found.words.begin(), found.words.end());
  std::size_t begin = 0;
  for (std::size_t m = 0; m < misses.size(); ++m) {
    const std::size_t end = found.ends[m];
    runs[misses[m]] = {base + static_cast<std::uint32_t>(begin), base + static_cast<std::uint32_t>(end)};
    cache.Insert(miss_paths[m], hashes[misses[m]], std::span(found.words).subspan(begin, end - begin));
    begin = end;
  }
}

void Decider::Rep::Emit(const EventView& event, std::span<const RuleWord> by_path,
                        std::vector<std::uint32_t>& rules) const {
  const std::uint16_t of_class = table.types.ClassOf(event.type());
  const std::uint64_t* const types = table.types.Row(of_class);
  const std::uint64_t* const boundaries =
      table.boundaries.Row(table.boundaries.ClassOf(static_cast<std::uint16_t>(event.boundary())));
  const Run run = table.pathless_of[of_class];
  const RuleWord* pathless = table.pathless.data() + run.begin;
  const RuleWord* const pathless_end = table.pathless.data() + run.end;
  auto path = by_path.begin();
  while (path != by_path.end() || pathless != pathless_end) {
    RuleWord set;
    if (pathless == pathless_end || (path != by_path.end() && path->word < pathless->word)) {
      set = *path++;
    } else if (path == by_path.end() || pathless->word < path->word) {
      set = *pathless++;
    } else {
      set = {path->word, path->bits | pathless->bits};
      ++path, ++pathless;
    }
    set.bits &= types[set.word] & boundaries[set.word];
    const std::uint64_t residual = table.residual[set.word];
    ForEachRule(set, [&](std::uint32_t rule) {
      if (!((residual >> (rule % 64)) & 1) || table.rules[rule]->Matches(event)) rules.push_back(rule);
    });
  }
}

void Decider::Decide(std::span<const EventView> events, Decisions& decisions) {
  decisions.rules_.clear();
  decisions.ends_.clear();
  if (rep_->table.rules.empty()) {
    decisions.ends_.assign(events.size(), 0);
    return;
  }
  for (std::size_t first = 0; first < events.size(); first += kBatch) {
    const std::span<const EventView> batch = events.subspan(first, std::min(kBatch, events.size() - first));
    rep_->FindPaths(batch);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Run run = rep_->runs[i];
      rep_->Emit(batch[i], std::span(rep_->words).subspan(run.begin, run.end - run.begin), decisions.rules_);
      decisions.ends_.push_back(decisions.rules_.size());
    }
  }
}

}  // namespace vexevt
