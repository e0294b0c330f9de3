#include "lib/match/pattern_set.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "lib/base/bytes.h"
#include "lib/match/affix_trie.h"
#include "lib/match/glob.h"
#include "lib/match/line_regex.h"
#include "lib/match/regex.h"
#include "lib/match/search_set.h"
#include "lib/match/string_set.h"

namespace vexevt {
namespace {

// Texts that are searched together; bounds the scratch. With 64 the starts of the scans cost 3 % of routing by 100
// mixed rules.
constexpr std::size_t kSearchBatch = 256;

enum class Check : std::uint8_t {
  kNone,        // found is enough
  kWholeText,   // nothing of the text may be left
  kNotAtStart,  // a '/' must stand before it: not at the start of the text
  kGlob,        // the alternative decides
};

// What stands behind a key of an index.
struct Entry {
  std::uint32_t id;
  Check check;
  std::uint32_t alternative;
};

enum class Where : std::uint8_t { kStart, kEnd, kComponent };

// Which pairs of bytes some key starts with. Most components are not worth a walk.
class PairFilter {
 public:
  void Add(std::string_view key) {  // not empty
    const auto first = static_cast<unsigned char>(key[0]);
    for (unsigned second = 0; second < 256; ++second) {
      if (key.size() == 1 || static_cast<unsigned char>(key[1]) == second) {
        bits_[Index(first, static_cast<unsigned char>(second)) / 64] |= std::uint64_t{1} << (second % 64);
      }
    }
  }
  bool MayStart(std::string_view text) const {
    if (text.size() < 2) return !text.empty();
    const auto second = static_cast<unsigned char>(text[1]);
    return (bits_[Index(static_cast<unsigned char>(text[0]), second) / 64] >> (second % 64)) & 1;
  }

 private:
  static std::size_t Index(unsigned char first, unsigned char second) { return std::size_t{first} * 256 + second; }
  std::array<std::uint64_t, 1024> bits_{};
};

// Calls found(at) for each '/' of the text, eight bytes at a time: a call of memchr for each costs more than the bytes
// between.
template <typename Found>
void ForEachSlash(std::string_view text, Found&& found) {
  constexpr std::uint64_t kSlashes = 0x2f2f2f2f2f2f2f2f;
  constexpr std::uint64_t kLow = 0x7f7f7f7f7f7f7f7f;
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    const std::uint64_t other = Load<std::uint64_t>(text.data() + at) ^ kSlashes;
    // The top bit of each byte that is zero, exactly (Hacker's Delight, 6-1).
    for (std::uint64_t zero = ~(((other & kLow) + kLow) | other | kLow); zero != 0; zero &= zero - 1) {
      found(at + static_cast<std::size_t>(std::countr_zero(zero)) / 8);
    }
  }
  for (; at < text.size(); ++at) {
    if (text[at] == '/') found(at);
  }
}

}  // namespace

struct PatternSet::Rep {
  std::size_t size = 0;
  std::vector<Entry> entries;
  std::vector<GlobAlternative> alternatives;
  AffixTrie<TrieDirection::kForward> starts;
  AffixTrie<TrieDirection::kBackward> ends;
  AffixTrie<TrieDirection::kForward> components;  // keys at the start of the text or after a '/'
  PairFilter component_filter;                    // of their first two bytes
  std::vector<std::pair<std::uint32_t, std::shared_ptr<const StringSet>>> sets;
  SearchSet search;

  // While compiling: what has several keys waits until it is known how many share each.
  struct Key {
    Where where;
    std::string text;
    std::string Name() const { return static_cast<char>('0' + static_cast<int>(where)) + text; }
  };
  struct Waiting {
    Entry entry;
    std::vector<Key> keys;
  };
  std::vector<Waiting> waiting;

  Status Add(std::uint32_t id, const Pattern& pattern);
  void AddEntry(Where where, std::string_view key, Entry entry);
  void AddPlain(std::uint32_t id, PatternKind kind, std::string_view text);
  Status AddGlob(std::uint32_t id, const std::string& text);
  Status AddRegex(std::uint32_t id, const std::string& text);
  void PlaceWaiting();

  template <typename Found>
  void FindIndexed(std::string_view text, Found&& found) const;
  template <typename Found>
  void Report(const Entry& entry, std::string_view text, bool rest, bool at_start, Found& found) const;
};

struct PatternSet::Scratch::Rep {
  SearchSet::Scratch search;
};

PatternSet::Scratch::Scratch() : rep_(std::make_unique<Rep>()) {}
PatternSet::Scratch::Scratch(Scratch&&) noexcept = default;
PatternSet::Scratch& PatternSet::Scratch::operator=(Scratch&&) noexcept = default;
PatternSet::Scratch::~Scratch() = default;

PatternSet::PatternSet(std::unique_ptr<const Rep> rep) : rep_(std::move(rep)) {}
PatternSet::PatternSet(PatternSet&&) noexcept = default;
PatternSet& PatternSet::operator=(PatternSet&&) noexcept = default;
PatternSet::~PatternSet() = default;

void PatternSet::Rep::AddEntry(Where where, std::string_view key, Entry entry) {
  const auto at = static_cast<std::uint32_t>(entries.size());
  entries.push_back(entry);
  switch (where) {
    case Where::kStart:
      return starts.Add(key, at);
    case Where::kEnd:
      return ends.Add(key, at);
    case Where::kComponent:
      component_filter.Add(key);
      return components.Add(key, at);
  }
}

void PatternSet::Rep::AddPlain(std::uint32_t id, PatternKind kind, std::string_view text) {
  switch (kind) {
    case PatternKind::kExact:
      return AddEntry(Where::kStart, text, {id, Check::kWholeText, 0});
    case PatternKind::kPrefix:
      return AddEntry(Where::kStart, text, {id, Check::kNone, 0});
    case PatternKind::kSuffix:
      return AddEntry(Where::kEnd, text, {id, Check::kNone, 0});
    default:
      if (text.empty()) return AddEntry(Where::kStart, text, {id, Check::kNone, 0});
      if (text.size() > 1 && text[0] == '/')
        return AddEntry(Where::kComponent, text.substr(1), {id, Check::kNotAtStart, 0});
      return search.Add(id, LiteralFinder(text));
  }
}

Status PatternSet::Rep::AddGlob(std::uint32_t id, const std::string& text) {
  VEXEVT_ASSIGN(Glob glob, Glob::Compile(text));
  bool indexed = true;
  for (const GlobAlternative& alternative : glob.alternatives()) {
    indexed &= !alternative.prefix().empty() || !alternative.suffix().empty() || alternative.inner_starts_component() ||
               alternative.IsContains() || alternative.IsPrefix();
  }
  if (!indexed) {
    search.Add(id, std::move(glob));
    return Status::Ok();
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
      Waiting& wait = waiting.emplace_back();
      wait.entry = {id, Check::kGlob, static_cast<std::uint32_t>(alternatives.size())};
      if (!alternative.prefix().empty()) wait.keys.push_back({Where::kStart, alternative.prefix()});
      if (!alternative.suffix().empty()) wait.keys.push_back({Where::kEnd, alternative.suffix()});
      if (alternative.inner_starts_component()) wait.keys.push_back({Where::kComponent, alternative.inner()});
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
  // Not by the literals that it requires: trying a regex whose automaton is cold costs microseconds, scanning for it a
  // few ns.
  search.Add(id, std::move(regex), text);
  return Status::Ok();
}

// Each goes under the one of its keys that fewest texts are likely to have: a long one that few others share.
void PatternSet::Rep::PlaceWaiting() {
  std::unordered_map<std::string, double> sharing;
  for (const Waiting& wait : waiting) {
    for (const Key& key : wait.keys) sharing[key.Name()] += 1 / static_cast<double>(waiting.size());
  }
  for (const Waiting& wait : waiting) {
    const auto cost = [&](const Key& key) {
      return sharing[key.Name()] + std::exp2(-static_cast<double>(std::min<std::size_t>(key.text.size(), 16)));
    };
    const auto best = std::min_element(wait.keys.begin(), wait.keys.end(),
                                       [&](const Key& a, const Key& b) { return cost(a) < cost(b); });
    AddEntry(best->where, best->text, wait.entry);
  }
  waiting = {};
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
  rep->size = patterns.size();
  for (std::uint32_t id = 0; id < patterns.size(); ++id) {
    if (Status status = rep->Add(id, patterns[id]); !status.ok()) {
      if (failed) *failed = id;
      return status;
    }
  }
  rep->PlaceWaiting();
  rep->starts.Build();
  rep->ends.Build();
  rep->components.Build();
  rep->search.Seal();
  return PatternSet(std::move(rep));
}

template <typename Found>
void PatternSet::Rep::Report(const Entry& entry, std::string_view text, bool rest, bool at_start, Found& found) const {
  switch (entry.check) {
    case Check::kNone:
      break;
    case Check::kWholeText:
      if (rest) return;
      break;
    case Check::kNotAtStart:
      if (at_start) return;
      break;
    case Check::kGlob:
      if (!alternatives[entry.alternative].Matches(text)) return;
      break;
  }
  found(entry.id);
}

template <typename Found>
void PatternSet::Rep::FindIndexed(std::string_view text, Found&& found) const {
  starts.Walk(text, [&](std::uint32_t at, std::size_t rest) { Report(entries[at], text, rest != 0, true, found); });
  ends.Walk(text, [&](std::uint32_t at, std::size_t rest) { Report(entries[at], text, rest != 0, false, found); });
  if (!components.empty()) {
    const auto walk = [&](std::size_t from) {
      if (!component_filter.MayStart(text.substr(from))) return;
      components.Walk(text.substr(from), [&](std::uint32_t at, std::size_t rest) {
        Report(entries[at], text, rest != 0, from == 0, found);
      });
    };
    walk(0);
    ForEachSlash(text, [&](std::size_t at) { walk(at + 1); });
  }
  for (const auto& [id, set] : sets) {
    if (set->Contains(text)) found(id);
  }
}

std::size_t PatternSet::size() const { return rep_->size; }
std::size_t PatternSet::words() const { return (rep_->size + 63) / 64; }
bool PatternSet::NeedsSearch() const { return !rep_->search.empty(); }
void PatternSet::Warm() const { rep_->search.Warm(); }

namespace {

template <typename Found>
void ForEachBit(const std::uint64_t* row, std::size_t words, Found&& found) {
  for (std::size_t w = 0; w < words; ++w) {
    for (std::uint64_t word = row[w]; word != 0; word &= word - 1)
      found(w * 64 + static_cast<std::size_t>(std::countr_zero(word)));
  }
}

}  // namespace

void PatternSet::Match(std::string_view text, Scratch& scratch, std::span<std::uint64_t> bits) const {
  std::fill(bits.begin(), bits.end(), 0);
  const auto set = [&](std::uint32_t id) { bits[id / 64] |= std::uint64_t{1} << (id % 64); };
  rep_->FindIndexed(text, set);
  const SearchSet& search = rep_->search;
  if (search.empty()) return;
  search.Find({&text, 1}, scratch.rep_->search);
  ForEachBit(scratch.rep_->search.rows.data(), search.words(), [&](std::size_t item) { set(search.id(item)); });
}

void PatternSet::MatchBatch(std::span<const std::string_view> texts, Scratch& scratch, PatternHits& hits) const {
  hits.ids_.clear();
  hits.ends_.clear();
  const SearchSet& search = rep_->search;
  for (std::size_t first = 0; first < texts.size(); first += kSearchBatch) {
    const auto batch = texts.subspan(first, std::min(kSearchBatch, texts.size() - first));
    if (!search.empty()) search.Find(batch, scratch.rep_->search);
    for (std::size_t t = 0; t < batch.size(); ++t) {
      const std::size_t begin = hits.ids_.size();
      const auto add = [&](std::size_t id) { hits.ids_.push_back(static_cast<std::uint32_t>(id)); };
      rep_->FindIndexed(batch[t], add);
      if (!search.empty()) {
        ForEachBit(scratch.rep_->search.rows.data() + t * search.words(), search.words(),
                   [&](std::size_t item) { add(search.id(item)); });
      }
      const auto start = hits.ids_.begin() + static_cast<std::ptrdiff_t>(begin);
      if (hits.ids_.size() - begin > 1) {
        std::sort(start, hits.ids_.end());
        hits.ids_.erase(std::unique(start, hits.ids_.end()), hits.ids_.end());
      }
      hits.ends_.push_back(hits.ids_.size());
    }
  }
}

}  // namespace vexevt
