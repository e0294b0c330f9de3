// Numbers, counts, times, sizes and priorities as people say them. Each takes its words or none. For lib/ask itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lib/ask/deed.h"
#include "lib/ask/word_reader.h"

namespace vexevt {

// 20, 10,000, 10k, twenty.
std::optional<std::uint64_t> ReadNumber(WordReader& words);

// more than 20, over 20, at least 20, 20 or more, 20; fewer than 20. Whether it can be counted is not looked at.
std::optional<Count> ReadCounted(WordReader& words);

// 10 seconds, 10s, a minute, half an hour: nanoseconds, more than 0.
std::optional<std::uint64_t> ReadDuration(WordReader& words);

// second, minutes, h: nanoseconds.
std::optional<std::uint64_t> ReadUnit(WordReader& words);

// A unit behind "a", "per", "each" or "every".
std::optional<std::uint64_t> ReadPer(WordReader& words);

// 10 MB, 10M, 4096 bytes: as an expression has it.
std::optional<std::string> ReadSize(WordReader& words);

// 22:00, 9am: as an expression has it.
std::optional<std::string> ReadTimeOfDay(WordReader& words);

// as critical, with priority low: sets *priority, or takes nothing.
bool ReadPriority(WordReader& words, std::string* priority);

}  // namespace vexevt
