// The control file, .vexevt/control at the root of the mount: what applications tell of themselves. It is not listed,
// and gives way to a .vexevt of the source. A write(2) to it is whole lines, each one of:
//
//   begin NAME     what this process and its descendants do from now on is of transaction NAME
//   end            until here
//   {"type":…}     an event of the families graph, vector, agent, semantic or observability (json_read.h), with this
//                  process as its process
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuse/teller.h"
#include "lib/base/status.h"

namespace vexevt {

inline constexpr std::string_view kControlDirectory = ".vexevt", kControlFile = "control";
inline constexpr std::size_t kMaxTransactionName = 255, kMaxControlBytes = std::size_t{32} << 10;

struct ControlLine {
  enum class Kind : std::uint8_t { kBlank, kBegin, kEnd, kEvent };
  Kind kind = Kind::kBlank;
  std::string name;              // of kBegin
  std::vector<std::byte> frame;  // of kEvent
};

// kInvalidArgument or kDataLoss: it is none.
Result<ControlLine> ParseControlLine(std::string_view line);

// Carries out what `who` wrote. 0, or the errno to answer with: EINVAL for what is none of the above, EBUSY for a
// transaction within one, EMSGSIZE for more than kMaxControlBytes. The lines before a bad one count.
int TakeControl(Teller& teller, const Who& who, std::string_view text);

}  // namespace vexevt
