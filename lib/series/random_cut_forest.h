// RandomCutForest: whether several values at once are like those before them, also where each alone is: much written
// and little deleted, where both go together. Trees of random cuts say how far a point lies apart (RandomCutTree); how
// far is unusual the scores so far say (RobustZ).
//
// The first 32 points say in which units each dimension is measured. Each tree keeps 64 points of the past, of which
// newer ones are likelier, as far back as some hundred (biased reservoir sampling: Aggarwal, VLDB 2006). What is drawn
// follows from how many points there were. Some 60 KB at two dimensions; a point costs some microseconds.
//
// Why a point is out of the ordinary its values say one by one: what is expected of each are the values of those points
// that are nearest to this one in all others. The odd one is that without which they are nearest; of two values that
// don't go together either may be wrong.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lib/base/packing.h"
#include "lib/series/judgement.h"
#include "lib/series/random_cut_tree.h"

namespace vexevt {

class RandomCutForest {
 public:
  // `grains`: of each dimension, as JudgeByDeviation has it.
  explicit RandomCutForest(std::span<const double> grains);

  // Judges the point, then learns it. One with a NaN is missing.
  Judgement See(std::span<const double> values);

  // Each value of a point that was not seen yet by those of its nearest points, as JudgeByDeviation does; none is known
  // where the point is missing, or points are too few. These scores are not the forest's, which sees values together:
  // it may find what none of them is beyond its edge for. Costs 4 us of two values, 9 of four.
  EachJudgement JudgeEach(std::span<const double> values) const;

  void Save(Packer* packer) const;
  // Into one that has seen nothing. False: these are no bytes that Save wrote.
  bool Load(Unpacker* unpacker);

 private:
  struct Unit {
    double middle = 0, length = 0;
  };

  bool measured() const { return !units_.empty(); }
  void Measure();
  float Coordinate(std::size_t dimension, double value) const;
  double Displaced(std::span<const double> values);

  std::vector<double> grains_;
  std::vector<double> first_;  // points one after the other, until there are enough to measure by
  std::vector<Unit> units_;    // of each dimension
  std::vector<RandomCutTree> trees_;
  std::vector<float> point_;
  double usual_ = 0;  // what few scores exceed
  std::uint64_t seen_ = 0;
};

}  // namespace vexevt
