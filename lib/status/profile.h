// Where the time of running tools goes, and which of them sets the pace of its pipeline: from two looks at them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "lib/base/clock.h"
#include "lib/status/running.h"

namespace vexevt {

// Of a tool's own thread, as shares of the time between the looks. They add up to 1.
struct StageTime {
  double input = 0;   // it waited for input
  double work = 0;    // it ran
  double queued = 0;  // it could have run, but no processor was free
  double output = 0;  // it slept otherwise: its output was full, or it waited for a disk
};

struct StageProfile {
  RunningTool tool;  // as it was at the second look
  double seconds = 0;
  StageTime time;
  double processors = 0;                                // that all its threads kept busy
  double in = 0, out = 0, bytes_in = 0, bytes_out = 0;  // a second
  // What lies between the tool before it and this one: in the pipe, and read but not dealt with. None: nothing is
  // before it.
  std::optional<std::int64_t> queued_events, queued_bytes;
};

enum class PaceSetter : std::uint8_t {
  kSource,  // what the first tool reads
  kStage,
  kReader,  // what takes the output of the last one
};

// The slowest place has those before it wait for output, and those behind it for input. `share`: of the tools' time
// that goes by that, 0 to 1.
struct Bottleneck {
  PaceSetter where = PaceSetter::kSource;
  std::size_t stage = 0;  // kStage: which one
  double share = 0;
};
Bottleneck FindBottleneck(const std::vector<StageTime>& stages);

struct PipelineProfile {
  std::vector<StageProfile> stages;  // in the order of the stream
  Bottleneck bottleneck;
};

// Of pipelines as FormPipelines makes them, those whose tools are all in both looks.
std::vector<PipelineProfile> ProfilePipelines(const std::vector<RunningTool>& before, std::vector<RunningTool> after,
                                              const Instant& now);

}  // namespace vexevt
