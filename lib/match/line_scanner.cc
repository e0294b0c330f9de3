#include "lib/match/line_scanner.h"

#include <hs/hs.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>

namespace vexevt {
namespace {

// Enough lines to spread the cost of a scan's start, few enough to stay in the first-level cache.
constexpr std::size_t kLineChunkBytes = 16 * 1024;

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

bool LineScanner::Supports(const std::string& regex) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_expression_info(regex.c_str(), HS_FLAG_MULTILINE, &info, &error) != HS_SUCCESS) {
    hs_free_compile_error(error);
    return false;
  }
  const bool supported = info->min_width > 0;  // an empty match would be reported at every byte
  std::free(info);
  return supported;
}

LineScanner::LineScanner(const std::vector<std::string>& regexes)
    : database_(std::make_unique<Database>()), generation_(next_generation++) {
  std::vector<const char*> texts;
  std::vector<unsigned> ids;
  for (std::size_t i = 0; i < regexes.size(); ++i) {
    if (regexes[i].empty()) continue;
    texts.push_back(regexes[i].c_str());
    ids.push_back(static_cast<unsigned>(i));
  }
  if (texts.empty()) return;
  const std::vector<unsigned> flags(texts.size(), HS_FLAG_MULTILINE);
  hs_compile_error_t* error = nullptr;
  ok_ = hs_valid_platform() == HS_SUCCESS &&
        hs_compile_multi(texts.data(), flags.data(), ids.data(), static_cast<unsigned>(texts.size()), HS_MODE_BLOCK,
                         nullptr, &database_->db, &error) == HS_SUCCESS;
  hs_free_compile_error(error);
}

LineScanner::~LineScanner() = default;

bool LineScanner::Scan(std::span<const std::string_view> texts, Scratch& scratch, std::span<std::uint64_t> rows,
                       std::size_t words) const {
  if (database_->db == nullptr) return true;  // no regex
  if (!scratch.rep_) scratch.rep_ = std::make_unique<Scratch::Rep>();
  Scratch::Rep& rep = *scratch.rep_;
  if (rep.generation != generation_) {
    if (hs_alloc_scratch(database_->db, &rep.hs) != HS_SUCCESS) return false;
    rep.generation = generation_;
  }
  for (std::size_t first = 0; first < texts.size();) {
    std::size_t size = 0;
    std::size_t last = first;
    do size += texts[last++].size() + 1;
    while (last < texts.size() && size + texts[last].size() < kLineChunkBytes);
    if (size > UINT32_MAX) return false;
    if (rep.buffer.size() < size) rep.buffer.resize(std::max(size, 2 * kLineChunkBytes));
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
    if (hs_scan(database_->db, rep.buffer.data(), static_cast<unsigned>(size), 0, rep.hs, OnMatch, &found) !=
        HS_SUCCESS)
      return false;
    first = last;
  }
  return true;
}

}  // namespace vexevt
