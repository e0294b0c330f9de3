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
#include "lib/match/regex_literals.h"
#include "lib/match/search_set.h"
#include "lib/match/string_set.h"

namespace vexevt {
namespace {

// Texts that are searched together; bounds the scratch. With 64 the starts of the scans cost 3 % of routing by 100
// mixed rules.
constexpr std::size_t kSearchBatch = 256;

// How many guarded regexes may be tried on the average text, as far as the frequencies of their keys tell.
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

std::vector<std::vector<PlacedLiteral>> KeysOf(const GlobAlternative& glob) {
  std::vector<std::vector<PlacedLiteral>> keys;
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
  LiteralScanner inside;       // keys anywhere in the text
  SearchSet unguarded;         // what has no key: tried on every text
  std::vector<Regex> regexes;  // that are tried where a key of theirs was found
  std::vector<std::pair<std::uint32_t, std::shared_ptr<const StringSet>>> sets;

  // While compiling: globs wait until it is known how many share each of their keys, regexes until all are seen.
  struct WaitingEntry {
    Entry entry;
    std::vector<std::vector<PlacedLiteral>> choices;  // of keys to be found by
  };
  struct WaitingRegex {
    std::uint32_t id;
    Regex regex;
    std::string text;
    std::vector<PlacedLiteral> keys;
  };
  std::vector<WaitingEntry> waiting;
  std::vector<WaitingRegex> waiting_regexes;

  Status Add(std::uint32_t id, const StringPattern& pattern);
  void AddEntry(LiteralPlace place, std::string_view key, Entry entry);
  void AddPlain(std::uint32_t id, LiteralPlace place, std::string_view text);
  Status AddGlob(std::uint32_t id, const std::string& text);
  Status AddRegex(std::uint32_t id, const std::string& text);
  void PlaceRegexes();
  void PlaceWaiting();

  template <typename Found>
  void Report(const Entry& entry, std::string_view text, bool rest, Found& found) const;

  void MatchSome(std::span<const std::string_view> texts, Scratch::Rep& scratch, PatternHits& hits) const;
};

struct PatternSet::Scratch::Rep {
  LiteralScanner::Scratch inside;
  SearchSet::Scratch unguarded;
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
    case LiteralPlace::kWhole:
    case LiteralPlace::kStart:
      return starts.Add(key, at);
    case LiteralPlace::kEnd:
      return ends.Add(key, at);
    case LiteralPlace::kInside:
      return inside.Add(key, at);
  }
}

void PatternSet::Rep::AddPlain(std::uint32_t id, LiteralPlace place, std::string_view text) {
  const Check check = place == LiteralPlace::kWhole ? Check::kWholeText : Check::kNone;
  AddEntry(text.empty() && place == LiteralPlace::kInside ? LiteralPlace::kStart : place, text, {id, check, 0});
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
      AddPlain(id, LiteralPlace::kWhole, alternative.prefix());
    } else if (alternative.IsPrefix()) {
      AddPlain(id, LiteralPlace::kStart, alternative.prefix());
    } else if (alternative.IsSuffix()) {
      AddPlain(id, LiteralPlace::kEnd, alternative.suffix());
    } else if (alternative.IsContains()) {
      AddPlain(id, LiteralPlace::kInside, alternative.inner());
    } else {
      waiting.push_back({{id, Check::kGlob, static_cast<std::uint32_t>(alternatives.size())}, KeysOf(alternative)});
      alternatives.push_back(alternative);
    }
  }
  return Status::Ok();
}

Status PatternSet::Rep::AddRegex(std::uint32_t id, const std::string& text) {
  VEXEVT_ASSIGN(Regex regex, Regex::Compile(text));
  RegexLiterals literals = LiteralsOf(text);
  if (literals.exact) {
    for (const PlacedLiteral& literal : literals.any) AddPlain(id, literal.place, literal.text);
  } else {
    waiting_regexes.push_back({id, std::move(regex), text, std::move(literals.any)});
  }
  return Status::Ok();
}

// A guarded regex is tried where a key of its was found, which pays where that is seldom: it costs as much as scanning
// a text for tens of regexes together. If the others have to be scanned for anyway, even a rare key must pay against
// the little that one more then costs.
void PatternSet::Rep::PlaceRegexes() {
  const auto count = static_cast<double>(waiting_regexes.size());
  std::map<std::vector<PlacedLiteral>, double> sharing;
  for (const WaitingRegex& wait : waiting_regexes) sharing[wait.keys] += 1;
  // Keys of many regexes are taken to be in as many texts.
  const auto frequency = [&](const WaitingRegex& wait) {
    return std::max(FrequencyOf(wait.keys), (sharing[wait.keys] - 1) / count);
  };
  double tried = 0;  // on the average text, were all guarded
  for (const WaitingRegex& wait : waiting_regexes) tried += frequency(wait);
  const double most = tried <= kMostTried ? kMostTried : kMostTried / count;
  for (WaitingRegex& wait : waiting_regexes) {
    if (frequency(wait) > most) {
      unguarded.Add(wait.id, std::move(wait.regex), wait.text);
      continue;
    }
    waiting.push_back({Entry{wait.id, Check::kRegex, static_cast<std::uint32_t>(regexes.size())}, {wait.keys}});
    regexes.push_back(std::move(wait.regex));
  }
  waiting_regexes.clear();
}

// Each goes under the keys that fewest texts are likely to have: rare ones that few others share.
void PatternSet::Rep::PlaceWaiting() {
  std::map<std::vector<PlacedLiteral>, double> sharing;
  for (const WaitingEntry& wait : waiting) {
    for (const std::vector<PlacedLiteral>& keys : wait.choices)
      sharing[keys] += 1 / static_cast<double>(waiting.size());
  }
  for (const WaitingEntry& wait : waiting) {
    const auto cost = [&](const std::vector<PlacedLiteral>& keys) { return sharing[keys] + FrequencyOf(keys); };
    const auto best = std::min_element(
        wait.choices.begin(), wait.choices.end(),
        [&](const std::vector<PlacedLiteral>& a, const std::vector<PlacedLiteral>& b) { return cost(a) < cost(b); });
    for (const PlacedLiteral& key : *best) AddEntry(key.place, key.text, wait.entry);
  }
  waiting.clear();
}

Status PatternSet::Rep::Add(std::uint32_t id, const StringPattern& pattern) {
  switch (pattern.kind) {
    case PatternKind::kExact:
      AddPlain(id, LiteralPlace::kWhole, pattern.text);
      break;
    case PatternKind::kPrefix:
      AddPlain(id, LiteralPlace::kStart, pattern.text);
      break;
    case PatternKind::kSuffix:
      AddPlain(id, LiteralPlace::kEnd, pattern.text);
      break;
    case PatternKind::kContains:
      AddPlain(id, LiteralPlace::kInside, pattern.text);
      break;
    case PatternKind::kGlob:
      return AddGlob(id, pattern.text);
    case PatternKind::kRegex:
      return AddRegex(id, pattern.text);
    case PatternKind::kInSet:
      sets.emplace_back(id, pattern.set);
      break;
  }
  return Status::Ok();
}

Result<PatternSet> PatternSet::Compile(std::span<const StringPattern> patterns, std::uint32_t* failed) {
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
  return PatternSet(std::move(rep));
}

// Calls found(id) if the entry's pattern holds for a text that has its key. `rest`: beyond the key.
template <typename Found>
void PatternSet::Rep::Report(const Entry& entry, std::string_view text, bool rest, Found& found) const {
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
      if (!regexes[entry.which].Matches(text)) return;
      break;
  }
  found(entry.id);
}

void PatternSet::Warm() const { rep_->unguarded.Warm(); }

// For the texts of a batch, whose hits it appends.
void PatternSet::Rep::MatchSome(std::span<const std::string_view> texts, Scratch::Rep& scratch,
                                PatternHits& hits) const {
  scratch.inside.hits.clear();
  if (!inside.empty()) inside.Scan(texts, scratch.inside);
  if (!unguarded.empty()) unguarded.Find(texts, scratch.unguarded);
  auto hit = scratch.inside.hits.begin();
  for (std::uint32_t t = 0; t < texts.size(); ++t) {
    const std::string_view text = texts[t];
    const auto begin = static_cast<std::ptrdiff_t>(hits.ids_.size());
    const auto found = [&](std::uint32_t id) { hits.ids_.push_back(id); };
    const auto report = [&](std::uint32_t at, std::size_t rest) { Report(entries[at], text, rest != 0, found); };
    starts.Walk(text, report);
    ends.Walk(text, report);
    for (; hit != scratch.inside.hits.end() && hit->text == t; ++hit) report(hit->value, 0);
    for (const auto& [id, set] : sets) {
      if (set->Contains(text)) found(id);
    }
    if (!unguarded.empty()) unguarded.ForEachHit(scratch.unguarded, t, found);
    if (const auto first = hits.ids_.begin() + begin; hits.ids_.end() - first > 1) {
      std::sort(first, hits.ids_.end());
      hits.ids_.erase(std::unique(first, hits.ids_.end()), hits.ids_.end());
    }
    hits.ends_.push_back(hits.ids_.size());
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
