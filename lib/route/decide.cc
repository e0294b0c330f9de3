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

// What the rules have to say of a class of types, whatever the path.
struct TypeClass {
  Run pathless;    // words: the rules that no path condition narrows
  bool asks_path;  // others of the class's rules have one
  bool settled;    // the pathless rules hold for every event of the class, and are
  Run settled_rules;
};

}  // namespace

struct DecisionTable::Rep {
  std::vector<const Expression*> rules;
  CodeIndex types;
  CodeIndex boundaries;
  PathIndex paths;
  std::vector<std::uint64_t> residual;  // rules whose expression is asked in the end
  std::vector<TypeClass> type_classes;  // and what their runs are of:
  std::vector<RuleWord> pathless;
  std::vector<std::uint32_t> settled_rules;
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
    TypeClass type{.settled = rep->boundaries.classes() == 1};
    type.pathless.begin = static_cast<std::uint32_t>(rep->pathless.size());
    type.settled_rules.begin = static_cast<std::uint32_t>(rep->settled_rules.size());
    for (std::uint32_t w = 0; w < words; ++w) {
      const RuleWord set{w, row[w] & ~by_path[w]};
      if (set.bits != 0) rep->pathless.push_back(set);
      const RuleWord settled{w, set.bits & rep->boundaries.Row(0)[w]};
      ForEachRule(settled, [&](std::uint32_t rule) { rep->settled_rules.push_back(rule); });
      type.asks_path |= (row[w] & by_path[w]) != 0;
      type.settled &= (set.bits & rep->residual[w]) == 0;
    }
    type.pathless.end = static_cast<std::uint32_t>(rep->pathless.size());
    type.settled_rules.end = static_cast<std::uint32_t>(rep->settled_rules.size());
    rep->type_classes.push_back(type);
  }
  return DecisionTable(std::move(rep));
}

struct Decider::Rep {
  explicit Rep(const DecisionTable::Rep& of) : table(of) {}

  void FindPaths(std::span<const EventView> events);
  void KeepMisses();
  void Emit(const EventView& event, std::size_t i, std::vector<std::uint32_t>& rules) const;

  const DecisionTable::Rep& table;
  PathCache cache;
  PathIndex::Scratch scratch;
  PathRules found;
  // Of the batch at hand, event by event:
  std::uint16_t type_classes[kBatch];
  std::string_view paths[kBatch];
  std::uint64_t hashes[kBatch];
  std::span<const RuleWord> by_path[kBatch];  // into the cache or `found`
  std::vector<std::uint32_t> misses;          // events
  std::vector<std::string_view> miss_paths;
};

Decider::Decider(const DecisionTable& table) : rep_(std::make_unique<Rep>(*table.rep_)) {}
Decider::Decider(Decider&&) noexcept = default;
Decider& Decider::operator=(Decider&&) noexcept = default;
Decider::~Decider() = default;

// Sets by_path[i] to the rules that the path of events[i] admits.
void Decider::Rep::FindPaths(std::span<const EventView> events) {
  misses.clear();
  miss_paths.clear();
  for (std::size_t i = 0; i < events.size(); ++i) {
    paths[i] = {};
    type_classes[i] = table.types.ClassOf(events[i].type());
    if (!table.type_classes[type_classes[i]].asks_path) continue;
    paths[i] = events[i].path();
    hashes[i] = cache.HashOf(paths[i]);
    cache.Prefetch(hashes[i]);
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!paths[i].empty()) cache.PrefetchEntry(hashes[i]);
  }
  for (std::uint32_t i = 0; i < events.size(); ++i) {
    if (paths[i].empty()) {
      by_path[i] = table.paths.WithoutPath();
    } else if (!cache.Find(paths[i], hashes[i], &by_path[i])) {
      misses.push_back(i);
      miss_paths.push_back(paths[i]);
    }
  }
  if (misses.empty()) return;
  table.paths.Find(miss_paths, scratch, found);
  std::size_t begin = 0;
  for (std::size_t m = 0; m < misses.size(); ++m) {
    by_path[misses[m]] = std::span(found.words).subspan(begin, found.ends[m] - begin);
    begin = found.ends[m];
  }
}

// Only after the batch is decided: what the cache holds is used until then.
void Decider::Rep::KeepMisses() {
  for (const std::uint32_t i : misses) cache.Insert(paths[i], hashes[i], by_path[i]);
}

void Decider::Rep::Emit(const EventView& event, std::size_t i, std::vector<std::uint32_t>& rules) const {
  const TypeClass& type = table.type_classes[type_classes[i]];
  if (type.settled && by_path[i].empty()) {
    const std::uint32_t* const settled = table.settled_rules.data();
    rules.insert(rules.end(), settled + type.settled_rules.begin, settled + type.settled_rules.end);
    return;
  }
  const std::uint64_t* const types = table.types.Row(type_classes[i]);
  const std::uint64_t* const boundaries =
      table.boundaries.Row(table.boundaries.ClassOf(static_cast<std::uint16_t>(event.boundary())));
  const RuleWord* pathless = table.pathless.data() + type.pathless.begin;
  const RuleWord* const pathless_end = table.pathless.data() + type.pathless.end;
  auto path = by_path[i].begin();
  const auto path_end = by_path[i].end();
  while (path != path_end || pathless != pathless_end) {
    RuleWord set;
    if (pathless == pathless_end || (path != path_end && path->word < pathless->word)) {
      set = *path++;
    } else if (path == path_end || pathless->word < path->word) {
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
      rep_->Emit(batch[i], i, decisions.rules_);
      decisions.ends_.push_back(decisions.rules_.size());
    }
    rep_->KeepMisses();
  }
}

}  // namespace vexevt
