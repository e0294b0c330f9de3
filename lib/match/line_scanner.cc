#include "lib/match/line_scanner.h"

#include <hs/hs.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>

namespace vexevt {
namespace {

// Enough lines to spread the cost of a scan's start, few enough to stay in the first-level cache.
constexpr std::size_t kChunkBytes = 16 * 1024;

std::atomic<std::uint64_t> next_generation{1};

struct Found {
  std::span<const std::uint32_t> ends;  // of each line: where its newline stands
  std::uint64_t* rows;
  std::size_t words;
  std::size_t line;  // of the last match: they come mostly in order
};

int OnMatch(unsigned id, unsigned long long, unsigned long long to, unsigned, void* context) noexcept {
  Found& found = *static_cast<Found*>(context);
  const std::size_t line = found.line;
  if (to > found.ends[line] || (line > 0 && to <= found.ends[line - 1])) {
    // Hyperscan promises no order of ends across engines.
    const auto at = std::lower_bound(found.ends.begin(), found.ends.end(), to);
    if (at == found.ends.end()) return 0;
    found.line = static_cast<std::size_t>(at - found.ends.begin());
  }
  found.rows[found.line * found.words + id / 64] |= std::uint64_t{1} << (id % 64);
  return 0;
}

}  // namespace

struct LineScanner::Database {
  hs_database_t* db = nullptr;
  ~Database() { hs_free_database(db); }
};

struct LineScanner::Scratch::Rep {
  hs_scratch_t* hs = nullptr;
  std::uint64_t generation = 0;  // of the scanner that hs was last grown for
  std::string buffer;
  std::vector<std::uint32_t> ends;
  ~Rep() { hs_free_scratch(hs); }
};

LineScanner::Scratch::Scratch() = default;
LineScanner::Scratch::Scratch(Scratch&&) noexcept = default;
LineScanner::Scratch& LineScanner::Scratch::operator=(Scratch&&) noexcept = default;
LineScanner::Scratch::~Scratch() = default;

bool LineScanner::Supports(const Needle& needle) {
  if (needle.literal) return !needle.text.empty();
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_expression_info(needle.text.c_str(), HS_FLAG_MULTILINE, &info, &error) != HS_SUCCESS) {
    hs_free_compile_error(error);
    return false;
  }
  const bool supported = info->min_width > 0;  // an empty match would be reported at every byte
  std::free(info);
  return supported;
}

LineScanner::LineScanner(const std::vector<Needle>& needles) : generation_(next_generation++) {
  if (hs_valid_platform() != HS_SUCCESS) {
    ok_ = false;
    return;
  }
  std::vector<const char*> texts;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  std::vector<std::size_t> sizes;
  for (const bool literal : {true, false}) {
    texts.clear(), flags.clear(), ids.clear(), sizes.clear();
    for (std::size_t i = 0; i < needles.size(); ++i) {
      if (needles[i].literal != literal || needles[i].text.empty()) continue;
      texts.push_back(needles[i].text.c_str());
      sizes.push_back(needles[i].text.size());
      flags.push_back(literal ? 0 : HS_FLAG_MULTILINE);
      ids.push_back(static_cast<unsigned>(i));
    }
    if (texts.empty()) continue;
    auto database = std::make_unique<Database>();
    hs_compile_error_t* error = nullptr;
    const auto count = static_cast<unsigned>(texts.size());
    const hs_error_t result = literal ? hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), sizes.data(),
                                                             count, HS_MODE_BLOCK, nullptr, &database->db, &error)
                                      : hs_compile_multi(texts.data(), flags.data(), ids.data(), count, HS_MODE_BLOCK,
                                                         nullptr, &database->db, &error);
    if (result != HS_SUCCESS) {
      hs_free_compile_error(error);
      ok_ = false;
      return;
    }
    (literal ? literals_ : regexes_) = std::move(database);
  }
}

LineScanner::~LineScanner() = default;

bool LineScanner::Scan(std::span<const std::string_view> texts, Scratch& scratch, std::span<std::uint64_t> rows,
                       std::size_t words) const {
  if (!scratch.rep_) scratch.rep_ = std::make_unique<Scratch::Rep>();
  Scratch::Rep& rep = *scratch.rep_;
  if (rep.generation != generation_) {
    for (const Database* database : {literals_.get(), regexes_.get()}) {
      if (database && hs_alloc_scratch(database->db, &rep.hs) != HS_SUCCESS) return false;
    }
    rep.generation = generation_;
  }
  for (std::size_t first = 0; first < texts.size();) {
    std::size_t size = 0;
    std::size_t last = first;
    do size += texts[last++].size() + 1;
    while (last < texts.size() && size + texts[last].size() < kChunkBytes);
    if (size > UINT32_MAX) return false;
    if (rep.buffer.size() < size) rep.buffer.resize(std::max(size, 2 * kChunkBytes));
    rep.ends.clear();
    char* at = rep.buffer.data();
    for (std::size_t i = first; i < last; ++i) {
      if (!texts[i].empty()) std::memcpy(at, texts[i].data(), texts[i].size());
      at += texts[i].size();
      rep.ends.push_back(static_cast<std::uint32_t>(at++ - rep.buffer.data()));
    }
    // Newlines of texts become NULs, in one sweep over all; then come those that end the lines.
    for (char* c = rep.buffer.data(); c != at; ++c)
      *c = *c == '\n' ? '\0' : *c;  // stores always, so that it is vectorized
    for (const std::uint32_t end : rep.ends) rep.buffer[end] = '\n';
    Found found{rep.ends, rows.data() + first * words, words, 0};
    for (const Database* database : {literals_.get(), regexes_.get()}) {
      if (!database) continue;
      found.line = 0;
      const hs_error_t result =
          hs_scan(database->db, rep.buffer.data(), static_cast<unsigned>(size), 0, rep.hs, OnMatch, &found);
      if (result != HS_SUCCESS) return false;
    }
    first = last;
  }
  return true;
}

}  // namespace vexevt
