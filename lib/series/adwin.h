// Adwin: whether the mean of a row has changed, by a window that grows while nothing does (Bifet, Gavalda, "Learning
// from Time-Changing Data with Adaptive Windowing", 2007). Wherever the window can be cut so that the means of both
// sides differ by more than chance explains, the older side is let go. Finds slow drifts that no single value shows.
//
// Up to 155 buckets, 4 KB; a value costs some 100 ns.
#pragma once

#include <cstdint>
#include <vector>

#include "lib/base/packing.h"
#include "lib/series/judgement.h"

namespace vexevt {

class Adwin {
 public:
  explicit Adwin(double grain) : grain_(grain) {}

  // Learns the value and says whether, with it, there has been a change. NaN is a value that is missing.
  Judgement See(double value);

  void Save(Packer* packer) const;
  // Into one that has seen nothing. False: these are no bytes that Save wrote.
  bool Load(Unpacker* unpacker);

 private:
  // So many values one after the other; squares are their squared differences from their mean.
  struct Bucket {
    double count = 0, mean = 0, squares = 0;
  };
  static void AddTo(Bucket* into, const Bucket& bucket);

  void Learn(double value);
  void LetGo(std::size_t oldest);
  double MostUnlike(std::size_t* cut) const;

  double grain_;
  std::vector<Bucket> buckets_;  // the oldest first: counts are powers of two that never grow, at most five of each
  Bucket total_;
};

}  // namespace vexevt
