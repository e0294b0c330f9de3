#include "lib/match/literal_finder.h"

#include <cstring>

#include "lib/match/path_statistics.h"

namespace vexevt {

LiteralFinder::LiteralFinder(std::string_view literal) : literal_(literal) {
  for (std::size_t i = 1; i < literal_.size(); ++i) {
    if (ByteFrequency(literal_[i]) < ByteFrequency(literal_[rare_])) rare_ = i;
  }
}

std::size_t LiteralFinder::Find(std::string_view text, std::size_t from) const {
  if (from > text.size() || text.size() - from < literal_.size()) return kNone;
  if (literal_.empty()) return from;
  const char* at = text.data() + from + rare_;
  const char* const end = text.data() + text.size() - (literal_.size() - 1 - rare_);
  const char byte = literal_[rare_];
  while (at < end) {
    at = static_cast<const char*>(std::memchr(at, byte, static_cast<std::size_t>(end - at)));
    if (at == nullptr) return kNone;
    if (std::memcmp(at - rare_, literal_.data(), literal_.size()) == 0) {
      return static_cast<std::size_t>(at - text.data()) - rare_;
    }
    ++at;
  }
  return kNone;
}

}  // namespace vexevt
