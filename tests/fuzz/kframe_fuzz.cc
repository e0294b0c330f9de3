// The kernel's check of injected frames (kmod/frame_check.c): it reads nothing outside, takes nothing that a reader of
// ours refuses, and marking a frame leaves it sound.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "lib/event/event_view.h"
#include "tests/kmod/kframe.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint64_t> words(size / 8);
  if (words.empty()) return 0;
  std::memcpy(words.data(), data, words.size() * 8);
  vexevt_frame_head head;
  if (!vexevt_frame_check(words.data(), words.size() * 8, &head)) return 0;
  vexevt::EventView view;
  if (!vexevt::EventView::Bind(std::as_bytes(std::span(words)), &view)) std::abort();
  if (view.type() != head.type || view.flags() != head.flags) std::abort();
  vexevt_frame_set_origin(words.data(), head.flags | VEXEVT_FLAG_INJECTED, VEXEVT_LAYOUT_BOUNDARY_USER);
  if (vexevt_frame_check(words.data(), words.size() * 8, &head) && (head.flags & VEXEVT_FLAG_INJECTED) == 0)
    std::abort();
  return 0;
}
