// The generator: a stream of believable events that follow from a seed. Processes of the chosen mix play scripts on a
// pool of objects, several at once: what is created is later written, renamed, deleted, and never deleted twice.
//
// The same mix, seed and rate give the same bytes: ids, times and the host's name are made up too.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lib/capture/generate_mix.h"
#include "lib/capture/source.h"

namespace vexevt {

struct GenerateOptions {
  const Mix* mix = nullptr;
  std::uint64_t seed = 1;
  // Events are given out at this rate, and their times tell it. 0: as fast as they are taken, with times that tell
  // kUnpacedRate.
  std::uint64_t events_per_second = 0;
  std::uint64_t limit = 0;  // then the end; 0: none
  std::string host = "generated";
  std::string tenant;  // of events to which the mix gives none
};

inline constexpr std::uint64_t kUnpacedRate = 100'000;
inline constexpr std::uint64_t kGeneratedStartNs = 1'767'225'600'000'000'000;  // 2026-01-01T00:00:00Z

// Fails only where the kernel refuses a timer, which a rate needs.
Result<std::unique_ptr<Source>> MakeGenerator(const GenerateOptions& options);

}  // namespace vexevt
