#include "lib/match/pattern_set.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <utility>

#include "lib/base/bytes.h"
#include "lib/match/affix_trie.h"
#include "lib/match/glob.h"
#include "lib/match/line_regex.h"
#include "lib/match/literal_scanner.h"
#include "lib/match/path_statistics.h"
#include "lib/match/regex.h"
#include "lib/match/required_literals.h"
#include "lib/match/search_set.h"
#include "lib/match/string_set.h"

namespace vexevt {
namespace {

// Texts that are searched together; bounds the scratch. With 64 the starts of the scans cost 3 % of routing by 100
// mixed rules.
constexpr std::size_t kSearchBatch = 256;

// On which share of texts guarded regexes may be tried, as far as the frequencies of their keys tell.
constexpr double kMostTried = 0.5;

enum class Check : std::uint8_t {
  kNone,       // found is enough
  kWholeText,  // nothing of the text may be left
  kGlob,       // the alternative decides
  kRegex,      // the regex is to be tried
};

// What stands behind a key of an index.
struct Entry {
  std::uint32_t id;
  Check check;
  std::uint32_t which;  // of the alternatives, or of the guarded regexes
};

std::vector<RequiredLiterals> KeysOf(const GlobAlternative& glob) {
  std::vector<RequiredLiterals> keys;
  if (!glob.prefix().empty()) keys.push_back({{glob.prefix(), LiteralPlace::kStart}});
  if (!glob.suffix().empty()) keys.push_back({{glob.suffix(), LiteralPlace::kEnd}});
  if (glob.inner().empty()) return keys;
  if (!glob.inner_starts_component()) {
    keys.push_back({{glob.inner(), LiteralPlace::kInside}});
    return keys;
  }
  keys.push_back({{'/' + glob.inner(), LiteralPlace::kInside}});
  if (glob.prefix().empty()) keys.back().push_back({glob.inner(), LiteralPlace::kStart});
  return keys;
}

}  // namespace

struct PatternSet::Rep {
  std::vector<Entry> entries;
  std::vector<GlobAlternative> alternatives;
  AffixTrie<TrieDirection::kForward> starts;
  AffixTrie<TrieDirection::kBackward> ends;
  LiteralScanner inside;  // keys anywhere in the text
  SearchSet unguarded;    // what has no key: tried on every text
  SearchSet guarded;      // regexes that are tried where a key of theirs was found
  std::vector<std::pair<std::uint32_t, std::shared_ptr<const StringSet>>> sets;

  // While compiling: globs wait until it is known how many share each of their keys, regexes until all are seen.
  struct WaitingEntry {
    Entry entry;
    std::vector<RequiredLiterals> choices;  // of keys to be found by
  };
  struct WaitingRegex {
    std::uint32_t id;
    Regex regex;
    std::string text;
    RequiredLiterals keys;
  };
  std::vector<WaitingEntry> waiting;
  std::vector<WaitingRegex> waiting_regexes;

  Status Add(std::uint32_t id, const Pattern& pattern);
  void AddEntry(LiteralPlace place, std::string_view key, Entry entry);
  void AddPlain(std::uint32_t id, PatternKind kind, std::string_view text);
  Status AddGlob(std::uint32_t id, const std::string& text);
  Status AddRegex(std::uint32_t id, const std::string& text);
  void PlaceRegexes();
  void PlaceWaiting();

  // Calls found(id) if the entry's pattern holds for a text that has its key, or guard(regex) if a guarded regex may.
  template <typename Found, typename Guard>
  void Report(const Entry& entry, std::string_view text, bool rest, Found& found, Guard& guard) const;

  void MatchSome(std::span<const std::string_view> texts, Scratch::Rep& scratch, PatternHits& hits) const;
  void AddGuarded(std::size_t count, Scratch::Rep& scratch, PatternHits& hits) const;
};

struct PatternSet::Scratch::Rep {
  LiteralScanner::Scratch inside;
  SearchSet::Scratch unguarded;
  SearchSet::Scratch guarded;
  // Of the batch, the texts on which guarded regexes are tried, and which.
  std::vector<std::uint32_t> guarded_texts;
  std::vector<std::string_view> guarded_views;
  std::vector<std::uint64_t> candidates;
  std::vector<std::uint32_t> ids;
};

PatternSet::Scratch::Scratch() : rep_(std::make_unique<Rep>()) {}
PatternSet::Scratch::Scratch(Scratch&&) noexcept = default;
PatternSet::Scratch& PatternSet::Scratch::operator=(Scratch&&) noexcept = default;
PatternSet::Scratch::~Scratch() = default;

PatternSet::PatternSet(std::unique_ptr<const Rep> rep) : rep_(std::move(rep)) {}
PatternSet::PatternSet(PatternSet&&) noexcept = default;
PatternSet& PatternSet::operator=(PatternSet&&) noexcept = default;
PatternSet::~PatternSet() = default;

void PatternSet::Rep::AddEntry(LiteralPlace place, std::string_view key, Entry entry) {
  const auto at = static_cast<std::uint32_t>(entries.size());
  entries.push_back(entry);
  switch (place) {
    case LiteralPlace::kStart:
      return starts.Add(key, at);
    case LiteralPlace::kEnd:
      return ends.Add(key, at);
    case LiteralPlace::kInside:
      return inside.Add(key, at);
  }
}

void PatternSet::Rep::AddPlain(std::uint32_t id, PatternKind kind, std::string_view text) {
  switch (kind) {
    case PatternKind::kExact:
      return AddEntry(LiteralPlace::kStart, text, {id, Check::kWholeText, 0});
    case PatternKind::kPrefix:
      return AddEntry(LiteralPlace::kStart, text, {id, Check::kNone, 0});
    case PatternKind::kSuffix:
      return AddEntry(LiteralPlace::kEnd, text, {id, Check::kNone, 0});
    default:
      if (text.empty()) return AddEntry(LiteralPlace::kStart, text, {id, Check::kNone, 0});
      return AddEntry(LiteralPlace::kInside, text, {id, Check::kNone, 0});
  }
}

Status PatternSet::Rep::AddGlob(std::uint32_t id, const std::string& text) {
  VEXEVT_ASSIGN(Glob glob, Glob::Compile(text));
  for (const GlobAlternative& alternative : glob.alternatives()) {
    if (alternative.prefix().empty() && alternative.suffix().empty() && alternative.inner().empty() &&
        !alternative.IsPrefix()) {
      unguarded.Add(id, std::move(glob));
      return Status::Ok();
    }
  }
  for (const GlobAlternative& alternative : glob.alternatives()) {
    if (alternative.IsLiteral()) {
      AddPlain(id, PatternKind::kExact, alternative.prefix());
    } else if (alternative.IsPrefix()) {
      AddPlain(id, PatternKind::kPrefix, alternative.prefix());
    } else if (alternative.IsSuffix()) {
      AddPlain(id, PatternKind::kSuffix, alternative.suffix());
    } else if (alternative.IsContains()) {
      AddPlain(id, PatternKind::kContains, alternative.inner());
    } else {
      waiting.push_back({{id, Check::kGlob, static_cast<std::uint32_t>(alternatives.size())}, KeysOf(alternative)});
      alternatives.push_back(alternative);
    }
  }
  return Status::Ok();
}

Status PatternSet::Rep::AddRegex(std::uint32_t id, const std::string& text) {
  VEXEVT_ASSIGN(Regex regex, Regex::Compile(text));
  const PlainRegex plain = ToPlainRegex(text);
  if (plain.plain) {
    if (plain.at_start) {
      AddPlain(id, plain.at_end ? PatternKind::kExact : PatternKind::kPrefix, plain.literal);
    } else {
      AddPlain(id, plain.at_end ? PatternKind::kSuffix : PatternKind::kContains, plain.literal);
    }
    return Status::Ok();
  }
  waiting_regexes.push_back({id, std::move(regex), text, RequiredBy(text)});
  return Status::Ok();
}

// A guarded regex is tried where a key of its was found. Where one is, all guarded regexes are scanned for, as trying
// one whose automaton is cold costs microseconds, scanning a few ns for each: so most texts must have no key at all. If
// the others have to be scanned for on every text, only regexes with rare keys are better kept apart from them.
void PatternSet::Rep::PlaceRegexes() {
  double total = 0;
  for (const WaitingRegex& wait : waiting_regexes) total += FrequencyOf(wait.keys);
  const double most = total <= kMostTried ? total : kMostTried / static_cast<double>(waiting_regexes.size());
  for (WaitingRegex& wait : waiting_regexes) {
    if (FrequencyOf(wait.keys) > most) {
      unguarded.Add(wait.id, std::move(wait.regex), wait.text);
      continue;
    }
    const Entry entry{wait.id, Check::kRegex, static_cast<std::uint32_t>(guarded.size())};
    guarded.Add(wait.id, std::move(wait.regex), wait.text);
    waiting.push_back({entry, {std::move(wait.keys)}});
  }
  waiting_regexes.clear();
}

// Each goes under the keys that fewest texts are likely to have: rare ones that few others share.
void PatternSet::Rep::PlaceWaiting() {
  std::map<RequiredLiterals, double> sharing;
  for (const WaitingEntry& wait : waiting) {
    for (const RequiredLiterals& keys : wait.choices) sharing[keys] += 1 / static_cast<double>(waiting.size());
  }
  for (const WaitingEntry& wait : waiting) {
    const auto cost = [&](const RequiredLiterals& keys) { return sharing[keys] + FrequencyOf(keys); };
    const auto best =
        std::min_element(wait.choices.begin(), wait.choices.end(),
                         [&](const RequiredLiterals& a, const RequiredLiterals& b) { return cost(a) < cost(b); });
    for (const RequiredLiteral& key : *best) AddEntry(key.place, key.text, wait.entry);
  }
  waiting.clear();
}

Status PatternSet::Rep::Add(std::uint32_t id, const Pattern& pattern) {
  switch (pattern.kind) {
    case PatternKind::kGlob:
      return AddGlob(id, pattern.text);
    case PatternKind::kInSet:
      sets.emplace_back(id, pattern.set);
      return Status::Ok();
    case PatternKind::kRegex:
      return AddRegex(id, pattern.text);
    default:
      AddPlain(id, pattern.kind, pattern.text);
      return Status::Ok();
  }
}

Result<PatternSet> PatternSet::Compile(std::span<const Pattern> patterns, std::uint32_t* failed) {
  auto rep = std::make_unique<Rep>();
  for (std::uint32_t id = 0; id < patterns.size(); ++id) {
    if (Status status = rep->Add(id, patterns[id]); !status.ok()) {
      if (failed) *failed = id;
      return status;
    }
  }
  rep->PlaceRegexes();
  rep->PlaceWaiting();
  rep->starts.Build();
  rep->ends.Build();
  rep->inside.Build();
  rep->unguarded.Seal();
  rep->guarded.Seal();
  return PatternSet(std::move(rep));
}

template <typename Found, typename Guard>
void PatternSet::Rep::Report(const Entry& entry, std::string_view text, bool rest, Found& found, Guard& guard) const {
  switch (entry.check) {
    case Check::kNone:
      break;
    case Check::kWholeText:
      if (rest) return;
      break;
    case Check::kGlob:
      if (!alternatives[entry.which].Matches(text)) return;
      break;
    case Check::kRegex:
      return guard(entry.which);
  }
  found(entry.id);
}

void PatternSet::Warm() const {
  rep_->unguarded.Warm();
  rep_->guarded.Warm();
}

namespace {

template <typename Found>
void ForEachBit(std::span<const std::uint64_t> row, Found&& found) {
  for (std::size_t w = 0; w < row.size(); ++w) {
    for (std::uint64_t word = row[w]; word != 0; word &= word - 1)
      found(w * 64 + static_cast<std::size_t>(std::countr_zero(word)));
  }
}

// The ids from `begin` on, each once.
void Sort(std::vector<std::uint32_t>& ids, std::size_t begin) {
  if (ids.size() - begin < 2) return;
  const auto first = ids.begin() + static_cast<std::ptrdiff_t>(begin);
  std::sort(first, ids.end());
  ids.erase(std::unique(first, ids.end()), ids.end());
}

}  // namespace

// For the texts of a batch, whose hits it appends.
void PatternSet::Rep::MatchSome(std::span<const std::string_view> texts, Scratch::Rep& scratch,
                                PatternHits& hits) const {
  scratch.guarded_texts.clear();
  scratch.guarded_views.clear();
  scratch.candidates.clear();
  scratch.inside.hits.clear();
  if (!inside.empty()) inside.Scan(texts, scratch.inside);
  if (!unguarded.empty()) unguarded.Find(texts, {}, scratch.unguarded);
  auto hit = scratch.inside.hits.begin();
  for (std::uint32_t t = 0; t < texts.size(); ++t) {
    const std::string_view text = texts[t];
    const std::size_t begin = hits.ids_.size();
    const auto found = [&](std::uint32_t id) { hits.ids_.push_back(id); };
    const auto guard = [&](std::uint32_t regex) {
      if (scratch.guarded_texts.empty() || scratch.guarded_texts.back() != t) {
        scratch.guarded_texts.push_back(t);
        scratch.guarded_views.push_back(text);
        scratch.candidates.resize(scratch.candidates.size() + guarded.words());
      }
      scratch.candidates[scratch.candidates.size() - guarded.words() + regex / 64] |= std::uint64_t{1} << (regex % 64);
    };
    const auto report = [&](std::uint32_t at, std::size_t rest) { Report(entries[at], text, rest != 0, found, guard); };
    starts.Walk(text, report);
    ends.Walk(text, report);
    for (; hit != scratch.inside.hits.end() && hit->text == t; ++hit) report(hit->value, 0);
    for (const auto& [id, set] : sets) {
      if (set->Contains(text)) found(id);
    }
    if (!unguarded.empty()) {
      ForEachBit(std::span(scratch.unguarded.rows).subspan(t * unguarded.words(), unguarded.words()),
                 [&](std::size_t item) { found(unguarded.id(item)); });
    }
    Sort(hits.ids_, begin);
    hits.ends_.push_back(hits.ids_.size());
  }
  if (!scratch.guarded_texts.empty()) AddGuarded(texts.size(), scratch, hits);
}

// Adds the guarded regexes that hold to the hits of the last `count` texts.
void PatternSet::Rep::AddGuarded(std::size_t count, Scratch::Rep& scratch, PatternHits& hits) const {
  guarded.Find(scratch.guarded_views, scratch.candidates, scratch.guarded);
  const std::vector<std::uint64_t>& rows = scratch.guarded.rows;
  if (std::all_of(rows.begin(), rows.end(), [](std::uint64_t word) { return word == 0; })) return;
  const std::size_t first = hits.ends_.size() - count;
  const std::size_t base = first == 0 ? 0 : hits.ends_[first - 1];
  scratch.ids.assign(hits.ids_.begin() + static_cast<std::ptrdiff_t>(base), hits.ids_.end());
  hits.ids_.resize(base);
  std::size_t from = 0;  // in scratch.ids
  std::size_t g = 0;
  for (std::size_t t = 0; t < count; ++t) {
    const std::size_t begin = hits.ids_.size();
    const std::size_t to = hits.ends_[first + t] - base;
    hits.ids_.insert(hits.ids_.end(), scratch.ids.begin() + static_cast<std::ptrdiff_t>(from),
                     scratch.ids.begin() + static_cast<std::ptrdiff_t>(to));
    from = to;
    if (g < scratch.guarded_texts.size() && scratch.guarded_texts[g] == t) {
      ForEachBit(std::span(rows).subspan(g * guarded.words(), guarded.words()),
                 [&](std::size_t item) { hits.ids_.push_back(guarded.id(item)); });
      Sort(hits.ids_, begin);
      ++g;
    }
    hits.ends_[first + t] = hits.ids_.size();
  }
}

void PatternSet::MatchBatch(std::span<const std::string_view> texts, Scratch& scratch, PatternHits& hits) const {
  hits.ids_.clear();
  hits.ends_.clear();
  for (std::size_t first = 0; first < texts.size(); first += kSearchBatch) {
    rep_->MatchSome(texts.subspan(first, std::min(kSearchBatch, texts.size() - first)), *scratch.rep_, hits);
  }
}

}  // namespace vexevt
