// Whatever bytes the kernel were to give: records lie within them, and reading them ends.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "lib/capture/fanotify_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  const auto* begin = reinterpret_cast<const char*>(data);
  auto within = [&](std::string_view part) {
    if (part.empty() || part == ".") return true;  // "." is the reader's own word for the directory itself
    return part.data() >= begin && part.data() + part.size() <= begin + size;
  };
  FanotifyReader reader(std::as_bytes(std::span(data, size)));
  FanotifyRecord record;
  for (std::size_t records = 0; reader.Next(&record); ++records) {
    if (records > size) std::abort();
    for (std::string_view part :
         {record.object, record.name.directory, record.name.name, record.new_name.directory, record.new_name.name}) {
      if (!within(part)) std::abort();
    }
    if (!record.object.empty()) InodeOf(record.object);
  }
  return 0;
}
