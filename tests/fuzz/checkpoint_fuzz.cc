// ParseMarks over any text: what it takes is written and read again as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/stream/checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto marks = vexevt::ParseMarks({reinterpret_cast<const char*>(data), size});
  if (!marks.ok()) return 0;
  auto again = vexevt::ParseMarks(vexevt::PrintMarks(*marks));
  if (!again.ok() || *again != *marks) std::abort();
  return 0;
}
