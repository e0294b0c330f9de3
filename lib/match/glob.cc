#include "lib/match/glob.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "lib/match/glob_parse.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxWords = 64;  // 4096 states, so that the automaton's two sets fit the stack

bool HasSlash(std::string_view text) { return text.find('/') != text.npos; }

std::size_t StatesOf(GlobGap gap) { return gap == GlobGap::kDirs ? 1 : 0; }

std::size_t StatesOf(const GlobBranch& branch) {
  std::size_t states = 1 + StatesOf(branch.tail);
  for (const GlobUnit& unit : branch.units) states += 1 + StatesOf(unit.gap);
  return states;
}

std::string Bytes(const GlobBranch& branch, std::size_t first, std::size_t last) {
  std::string bytes;
  for (std::size_t i = first; i < last; ++i) bytes += static_cast<char>(branch.units[i].byte);
  return bytes;
}

}  // namespace

GlobAlternative::GlobAlternative(const GlobBranch& branch) {
  const std::vector<GlobUnit>& units = branch.units;
  const auto gap = [&](std::size_t i) { return i < units.size() ? units[i].gap : branch.tail; };
  min_size_ = units.size();

  std::size_t first = 0;  // the middle is units [first, last)
  while (first < units.size() && units[first].literal && units[first].gap == GlobGap::kNone) ++first;
  std::size_t last = units.size();
  if (branch.tail == GlobGap::kNone) {
    while (last > first && units[last - 1].literal && (last == units.size() || units[last].gap == GlobGap::kNone))
      --last;
  }
  prefix_ = Bytes(branch, 0, first);
  suffix_ = Bytes(branch, last, units.size());

  std::size_t best = 0;
  for (std::size_t i = first; i < last;) {
    std::size_t end = i;
    while (end < last && units[end].literal && (end == i || units[end].gap == GlobGap::kNone)) ++end;
    // A run that starts a component is worth more: it is found without a search.
    const bool starts =
        end > i && (units[i].gap == GlobGap::kDirs ||
                    (units[i].gap == GlobGap::kNone && i > 0 && units[i - 1].literal && units[i - 1].byte == '/'));
    std::size_t from = i;
    bool component = starts;
    if (!component) {
      for (std::size_t k = i; k + 3 < end && !component; ++k) {
        if (units[k].byte == '/') from = k + 1, component = true;
      }
    }
    if (end > from && (end - from > best || (component && !inner_starts_component_ && end - from > best / 2))) {
      best = end - from;
      inner_ = Bytes(branch, from, end);
      inner_starts_component_ = component;
    }
    i = std::max(end, i + 1);
  }

  const bool one_literal = last > first && inner_.size() == last - first;
  if (first == last) {
    switch (gap(first)) {
      case GlobGap::kNone:
        middle_ = Middle::kEmpty;
        break;
      case GlobGap::kStar:
        middle_ = Middle::kNoSlash;
        break;
      case GlobGap::kDirs:
        middle_ = Middle::kDirs;
        break;
      case GlobGap::kDeep:
        middle_ = Middle::kAnything;
        break;
    }
  } else if (one_literal && gap(first) == GlobGap::kDeep && gap(last) == GlobGap::kDeep) {
    middle_ = Middle::kFind;
    finder_ = LiteralFinder(inner_);
  } else if (one_literal && gap(first) == GlobGap::kDirs && gap(last) == GlobGap::kDeep) {
    middle_ = Middle::kFindComponent;
    finder_ = LiteralFinder(inner_);
  } else {
    middle_ = Middle::kRun;
    BuildAutomaton(branch, first, last);
  }
}

void GlobAlternative::BuildAutomaton(const GlobBranch& branch, std::size_t first, std::size_t last) {
  const auto gap = [&](std::size_t i) { return i < branch.units.size() ? branch.units[i].gap : branch.tail; };
  states_ = 1;
  for (std::size_t i = first; i <= last; ++i) states_ += (i < last ? 1 : 0) + StatesOf(gap(i));
  words_ = (states_ + 63) / 64;
  stay_.assign(words_, 0);
  stay_on_slash_.assign(words_, 0);
  skip_.assign(words_, 0);

  std::vector<ByteSet> accepts(states_);
  std::size_t state = 0;
  const auto mark = [&](std::vector<std::uint64_t>& row) { row[state / 64] |= std::uint64_t{1} << (state % 64); };
  for (std::size_t i = first; i <= last; ++i) {
    switch (gap(i)) {
      case GlobGap::kNone:
        break;
      case GlobGap::kStar:
        mark(stay_);
        break;
      case GlobGap::kDirs:
        mark(stay_);
        mark(stay_on_slash_);
        mark(skip_);
        accepts[state++].Add('/');
        break;
      case GlobGap::kDeep:
        mark(stay_);
        mark(stay_on_slash_);
        break;
    }
    if (i < last) accepts[state++] = branch.units[i].set;
  }

  // Bytes that every state treats alike share a row of step_.
  class_of_.assign(256, 0);
  std::vector<unsigned char> examples;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto same = [&](unsigned char other) {
      return std::all_of(accepts.begin(), accepts.end(), [&](const ByteSet& set) {
        return set.Contains(static_cast<unsigned char>(byte)) == set.Contains(other);
      });
    };
    const std::size_t known =
        static_cast<std::size_t>(std::find_if(examples.begin(), examples.end(), same) - examples.begin());
    if (known == examples.size()) examples.push_back(static_cast<unsigned char>(byte));
    class_of_[byte] = static_cast<std::uint8_t>(known);
  }
  step_.assign(examples.size() * words_, 0);
  for (std::size_t known = 0; known < examples.size(); ++known) {
    for (std::size_t i = 0; i < states_; ++i) {
      if (accepts[i].Contains(examples[known])) step_[known * words_ + i / 64] |= std::uint64_t{1} << (i % 64);
    }
  }
}

bool GlobAlternative::Run(std::string_view text) const {
  if (words_ > 1) return RunWide(text);
  const std::uint64_t skip = skip_[0];
  const std::uint64_t stay = stay_[0];
  const std::uint64_t stay_on_slash = stay_on_slash_[0];
  std::uint64_t active = 1 | ((1 & skip) << 1);
  for (const char c : text) {
    const std::uint64_t entered = (active & step_[class_of_[static_cast<unsigned char>(c)]]) << 1;
    active = entered | ((entered & skip) << 1) | (active & (c == '/' ? stay_on_slash : stay));
    if (active == 0) return false;
  }
  return (active >> (states_ - 1)) & 1;
}

bool GlobAlternative::RunWide(std::string_view text) const {
  std::uint64_t active[kMaxWords] = {};
  active[0] = 1 | ((1 & skip_[0]) << 1);
  for (const char c : text) {
    const std::uint64_t* const step = &step_[class_of_[static_cast<unsigned char>(c)] * words_];
    const std::uint64_t* const stay = c == '/' ? stay_on_slash_.data() : stay_.data();
    std::uint64_t step_carry = 0;
    std::uint64_t skip_carry = 0;
    std::uint64_t any = 0;
    for (std::size_t i = 0; i < words_; ++i) {
      const std::uint64_t stepping = active[i] & step[i];
      const std::uint64_t entered = (stepping << 1) | step_carry;
      step_carry = stepping >> 63;
      const std::uint64_t skipping = entered & skip_[i];
      active[i] = entered | (skipping << 1) | skip_carry | (active[i] & stay[i]);
      skip_carry = skipping >> 63;
      any |= active[i];
    }
    if (any == 0) return false;
  }
  return (active[(states_ - 1) / 64] >> ((states_ - 1) % 64)) & 1;
}

bool GlobAlternative::Matches(std::string_view text) const {
  if (text.size() < min_size_ || !text.starts_with(prefix_) || !text.ends_with(suffix_)) return false;
  text.remove_prefix(prefix_.size());
  text.remove_suffix(suffix_.size());
  switch (middle_) {
    case Middle::kEmpty:
      return text.empty();
    case Middle::kAnything:
      return true;
    case Middle::kNoSlash:
      return !HasSlash(text);
    case Middle::kDirs:
      return text.empty() || text.back() == '/';
    case Middle::kFind:
      return finder_.In(text);
    case Middle::kFindComponent:
      for (std::size_t at = finder_.Find(text); at != LiteralFinder::kNone; at = finder_.Find(text, at + 1)) {
        if (at == 0 || text[at - 1] == '/') return true;
      }
      return false;
    case Middle::kRun:
      return Run(text);
  }
  return false;
}

Result<Glob> Glob::Compile(std::string_view text) {
  VEXEVT_ASSIGN(const std::vector<GlobBranch> branches, ParseGlob(text));
  Glob glob;
  glob.regex_ = "^(?:";
  for (const GlobBranch& branch : branches) {
    if (StatesOf(branch) > kMaxWords * 64) {
      return InvalidArgument(
          fmt::format("column {}: the glob is longer than {} bytes", kMaxWords * 64, kMaxWords * 64));
    }
    if (!glob.alternatives_.empty()) glob.regex_ += '|';
    glob.regex_ += BranchRegex(branch);
    glob.alternatives_.push_back(GlobAlternative(branch));
  }
  glob.regex_ += ")$";
  return glob;
}

}  // namespace vexevt
