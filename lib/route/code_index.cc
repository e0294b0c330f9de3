#include "lib/route/code_index.h"

#include <algorithm>
#include <map>

namespace vexevt {

CodeIndex::CodeIndex(std::span<const RangeSet* const> rules) : words_((rules.size() + 63) / 64), class_of_(0x10000) {
  // Rules change only at the ends of their ranges: between two such cuts one row serves.
  struct Cut {
    std::uint64_t code;
    std::uint32_t rule;
    bool operator<(const Cut& other) const { return code < other.code; }
  };
  std::vector<Cut> cuts;
  for (std::uint32_t rule = 0; rule < rules.size(); ++rule) {
    for (const Range& range : rules[rule]->ranges()) {
      cuts.push_back({range.first, rule});
      cuts.push_back({range.last + 1, rule});
    }
  }
  std::sort(cuts.begin(), cuts.end());
  std::map<std::vector<std::uint64_t>, std::uint16_t> known;
  std::vector<std::uint64_t> row(words_);
  std::size_t next = 0;
  for (std::uint64_t code = 0; code < class_of_.size();) {
    for (; next < cuts.size() && cuts[next].code == code; ++next) {
      row[cuts[next].rule / 64] ^= std::uint64_t{1} << (cuts[next].rule % 64);
    }
    const auto [at, is_new] = known.try_emplace(row, static_cast<std::uint16_t>(known.size()));
    if (is_new) rows_.insert(rows_.end(), row.begin(), row.end());
    const std::uint64_t end =
        next < cuts.size() ? std::min<std::uint64_t>(cuts[next].code, class_of_.size()) : class_of_.size();
    std::fill(class_of_.begin() + static_cast<std::ptrdiff_t>(code),
              class_of_.begin() + static_cast<std::ptrdiff_t>(end), at->second);
    code = end;
  }
}

}  // namespace vexevt
