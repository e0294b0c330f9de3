// RecentFrames: the newest events of a stream, as many as so many bytes hold, to be seen once more. Forgets the older
// half of them at once when there is no room. An event costs a copy.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lib/event/event_view.h"

namespace vexevt {

class RecentFrames {
 public:
  // Of 0 it keeps nothing.
  explicit RecentFrames(std::size_t bytes) : half_(bytes / 2) {}

  void Add(std::span<const std::byte> frame) {
    if (frame.size() > half_) return;
    if (newer_.size() + frame.size() > half_) {
      older_.swap(newer_);
      newer_.clear();
    }
    newer_.insert(newer_.end(), frame.begin(), frame.end());
  }

  void Clear() {
    older_.clear();
    newer_.clear();
  }

  // Calls see(event) for each, in the order in which they came.
  template <typename See>
  void ForEach(See see) const {
    for (std::span<const std::byte> rest : {std::span(older_), std::span(newer_)}) {
      EventView event;
      while (!rest.empty()) {
        const std::size_t size = MeasureFrame(rest).bytes;
        if (EventView::Bind(rest.first(size), &event)) see(event);  // each was bound before
        rest = rest.subspan(size);
      }
    }
  }

 private:
  std::size_t half_;
  std::vector<std::byte> older_, newer_;  // frames back to back
};

}  // namespace vexevt
