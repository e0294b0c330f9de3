#include "lib/match/search_set.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <mutex>
#include <thread>
#include <utility>

#include "lib/match/line_regex.h"

namespace vexevt {
namespace {

// Trying this many patterns costs about what compiling a few with Hyperscan does: some milliseconds.
constexpr std::uint64_t kTriesBeforeScanner = 16384;

}  // namespace

struct SearchSet::Compilation {
  std::vector<std::string> lines;
  std::once_flag started;
  std::once_flag built;
  std::unique_ptr<const LineScanner> scanner;
  std::atomic<const LineScanner*> ready{nullptr};  // released after `scanner` is built; Find acquires it

  void Build() {
    std::call_once(built, [this] {
      scanner = std::make_unique<LineScanner>(lines);
      lines.clear();
      if (scanner->ok()) ready.store(scanner.get(), std::memory_order_release);
    });
  }
};

bool SearchSet::Item::Matches(std::string_view text) const {
  if (const auto* regex = std::get_if<Regex>(&pattern)) return regex->Matches(text);
  return std::get_if<Glob>(&pattern)->Matches(text);
}

void SearchSet::Add(std::uint32_t id, Regex regex, std::string_view text) { AddScanned(id, std::move(regex), text); }

void SearchSet::Add(std::uint32_t id, Glob glob) {
  const std::string regex = glob.regex();
  AddScanned(id, std::move(glob), regex);
}

void SearchSet::AddScanned(std::uint32_t id, std::variant<Regex, Glob> pattern, std::string_view regex) {
  LineRegex line = ToLineRegex(regex);
  const bool scanned = line.use != LineRegex::Use::kNone && LineScanner::Supports(line.text);
  items_.push_back({id, std::move(pattern), scanned, scanned && line.use == LineRegex::Use::kExact});
  lines_.push_back(scanned ? std::move(line.text) : "");
}

void SearchSet::Seal() {
  if (items_.empty()) return;
  compilation_ = std::make_shared<Compilation>();
  inexact_.assign(words(), 0);
  unscanned_.assign(words(), 0);
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const std::uint64_t bit = std::uint64_t{1} << (i % 64);
    if (!items_[i].exact) inexact_[i / 64] |= bit, any_inexact_ = true;
    if (!items_[i].scanned) unscanned_[i / 64] |= bit;
  }
  compilation_->lines = std::move(lines_);
}

void SearchSet::Warm() const {
  if (compilation_) compilation_->Build();
}

void SearchSet::StartCompilation() const {
  std::call_once(compilation_->started,
                 [this] { std::thread([compilation = compilation_] { compilation->Build(); }).detach(); });
}

void SearchSet::TryAll(std::span<const std::string_view> texts, Scratch& scratch) const {
  for (std::size_t t = 0; t < texts.size(); ++t) {
    std::uint64_t* const row = &scratch.rows[t * words()];
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].Matches(texts[t])) row[i / 64] |= std::uint64_t{1} << (i % 64);
    }
  }
}

void SearchSet::Find(std::span<const std::string_view> texts, Scratch& scratch) const {
  scratch.rows.assign(texts.size() * words(), 0);
  const LineScanner* const scanner = compilation_->ready.load(std::memory_order_acquire);
  if (scanner == nullptr) {
    TryAll(texts, scratch);
    scratch.tried += texts.size() * items_.size();
    if (scratch.tried >= kTriesBeforeScanner) StartCompilation();
    return;
  }
  if (!scanner->Scan(texts, scratch.scanner, scratch.rows, words())) {
    std::fill(scratch.rows.begin(), scratch.rows.end(), 0);
    return TryAll(texts, scratch);
  }
  if (!any_inexact_) return;
  for (std::size_t t = 0; t < texts.size(); ++t) {
    const bool has_newline = texts[t].find('\n') != std::string_view::npos;
    for (std::size_t w = 0; w < words(); ++w) {
      std::uint64_t& word = scratch.rows[t * words() + w];
      const std::uint64_t candidates = has_newline ? inexact_[w] : (word & inexact_[w]) | unscanned_[w];
      for (std::uint64_t left = candidates; left != 0; left &= left - 1) {
        const std::uint64_t bit = left & (~left + 1);
        const bool holds = items_[w * 64 + static_cast<std::size_t>(std::countr_zero(left))].Matches(texts[t]);
        word = holds ? word | bit : word & ~bit;
      }
    }
  }
}

}  // namespace vexevt
