#include "lib/series/random_cut_forest.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>
#include <limits>

#include "lib/series/held_value.h"
#include "lib/series/spread.h"

namespace vexevt {
namespace {

constexpr std::uint32_t kTrees = 16;
constexpr std::uint32_t kMeasured = 2 * kWarmUp;
// One point in so many goes into a full tree, in place of one that is drawn.
constexpr std::uint32_t kOneIn = 8;
// What is usual is the score that one in a hundred exceeds. What is beyond it moves it up by a tenth, what is not down
// by so much less that both are even where it stands right.
constexpr double kUp = 0.3, kExceed = 0.01, kDown = kUp * kExceed / (1 - kExceed);
constexpr double kForestEdge = 1.6;                                                 // of the usual score
constexpr double kLeastUsual = 1.0 / RandomCutTree::kMostPoints, kMostUsual = 0.5;  // a score is 1 at most

// Values are judged one by one by the points of so many trees, as 16 are as many as a deviation can be told from.
constexpr std::size_t kAsked = 4;
constexpr std::size_t kNearest = kWarmUp;

bool IsMissing(std::span<const double> values) {
  return std::ranges::any_of(values, [](double value) { return std::isnan(value); });
}

struct Near {
  std::vector<double> values;  // in rising order
  float distance = 0;          // of the farthest: the most by which it differs in another dimension
};

// The values in one dimension of the points that are nearest in all others, and of those that are as near. `points`:
// one after the other.
Near NearestIn(std::span<const float> point, std::size_t dimension, std::span<const float> points) {
  const std::size_t dimensions = point.size();
  std::vector<float> distances;
  for (std::size_t at = 0; at < points.size(); at += dimensions) {
    float distance = 0;
    for (std::size_t d = 0; d < dimensions; ++d) {
      if (d != dimension) distance = std::max(distance, std::abs(points[at + d] - point[d]));
    }
    distances.push_back(distance);
  }
  std::vector<float> order = distances;
  const auto last = order.begin() + static_cast<std::ptrdiff_t>(std::min(kNearest, order.size()) - 1);
  std::ranges::nth_element(order, last);
  Near near{.values = {}, .distance = *last};
  for (std::size_t i = 0; i < distances.size(); ++i) {
    if (distances[i] <= near.distance) near.values.push_back(points[i * dimensions + dimension]);
  }
  std::ranges::sort(near.values);
  return near;
}

}  // namespace

RandomCutForest::RandomCutForest(std::span<const double> grains)
    : grains_(grains.begin(), grains.end()),
      trees_(kTrees, RandomCutTree(static_cast<std::uint32_t>(grains.size()))),
      point_(grains.size()) {}

Judgement RandomCutForest::See(std::span<const double> values) {
  if (IsMissing(values)) return {};
  if (!measured()) {
    for (const double value : values) first_.push_back(HeldValue(value));
    if (first_.size() < kMeasured * grains_.size()) return {};
    Measure();
    for (std::size_t i = 0; i < kMeasured; ++i) {
      const double displaced = Displaced(std::span(first_).subspan(i * grains_.size(), grains_.size()));
      if (i >= kWarmUp) usual_ = std::max(usual_, displaced);
    }
    first_ = {};
    return {};
  }
  const double displaced = Displaced(values);
  const Judgement judgement{.known = true, .score = displaced / (kForestEdge * usual_)};
  usual_ = std::clamp(usual_ * (displaced > usual_ ? 1 + kUp : 1 - kDown), kLeastUsual, kMostUsual);
  return judgement;
}

EachJudgement RandomCutForest::JudgeEach(std::span<const double> values) const {
  EachJudgement each{.values = std::vector<Judgement>(values.size())};
  if (!measured() || IsMissing(values)) return each;
  std::vector<float> point, points;
  for (std::size_t d = 0; d < values.size(); ++d) point.push_back(Coordinate(d, values[d]));
  for (const RandomCutTree& tree : std::span(trees_).first(kAsked)) tree.AppendPoints(&points);
  float nearest = std::numeric_limits<float>::infinity();
  for (std::size_t d = 0; d < values.size(); ++d) {
    const Near near = NearestIn(point, d, points);
    if (near.distance < nearest) each.odd = d;
    nearest = std::min(nearest, near.distance);
    const Spread spread = SpreadOf(near.values);
    const double middle = HeldValue(units_[d].middle + spread.middle * units_[d].length);
    each.values[d] =
        JudgeByDeviation(HeldValue(values[d]), middle, HeldValue(spread.deviation * units_[d].length), grains_[d]);
  }
  return each;
}

void RandomCutForest::Measure() {
  const std::size_t dimensions = grains_.size();
  for (std::size_t d = 0; d < dimensions; ++d) {
    std::vector<double> sorted;
    for (std::size_t i = d; i < first_.size(); i += dimensions) sorted.push_back(first_[i]);
    std::ranges::sort(sorted);
    const Spread spread = SpreadOf(sorted);
    units_.push_back({spread.middle, LeastDeviation(spread.middle, spread.deviation, grains_[d])});
  }
}

float RandomCutForest::Coordinate(std::size_t dimension, double value) const {
  constexpr float kMost = RandomCutTree::kMostCoordinate;
  const Unit& unit = units_[dimension];
  return std::clamp(static_cast<float>((HeldValue(value) - unit.middle) / unit.length), -kMost, kMost);
}

// By which part of a tree's points, the mean over the trees.
double RandomCutForest::Displaced(std::span<const double> values) {
  for (std::size_t d = 0; d < values.size(); ++d) point_[d] = Coordinate(d, values[d]);
  Random random(++seen_);
  std::array<RandomCutTree::Place, kTrees> places;
  for (std::size_t i = 0; i < kTrees; ++i) places[i] = trees_[i].Begin();
  std::bitset<kTrees> found;
  while (!found.all()) {
    for (std::size_t i = 0; i < kTrees; ++i) {
      if (!found[i]) found[i] = !trees_[i].Step(point_, &random, &places[i]);
    }
  }
  double sum = 0;
  for (std::size_t i = 0; i < kTrees; ++i) {
    const std::uint32_t points = trees_[i].points();
    sum += double{places[i].displaced} / std::max(points, 1U);
    if (points < RandomCutTree::kMostPoints || random.Below(kOneIn) == 0) trees_[i].Add(point_, places[i], &random);
  }
  return sum / kTrees;
}

void RandomCutForest::Save(Packer* packer) const {
  packer->Put(seen_);
  packer->Put(measured());
  if (!measured()) {
    packer->PutCount(first_.size());
    for (const double value : first_) packer->Put(value);
    return;
  }
  for (const Unit& unit : units_) {
    packer->Put(unit.middle);
    packer->Put(unit.length);
  }
  packer->Put(usual_);
  for (const RandomCutTree& tree : trees_) tree.Save(packer);
}

bool RandomCutForest::Load(Unpacker* unpacker) {
  seen_ = unpacker->Get<std::uint64_t>();
  if (!unpacker->Get<bool>()) {
    const std::size_t count = unpacker->GetCount(sizeof(double));
    if (count % grains_.size() != 0 || count >= kMeasured * grains_.size()) return false;
    for (std::size_t i = 0; i < count; ++i) first_.push_back(unpacker->Get<double>());
    return unpacker->ok() && std::ranges::all_of(first_, IsHeldValue);
  }
  for (std::size_t d = 0; d < grains_.size(); ++d) {
    Unit unit{.middle = unpacker->Get<double>(), .length = unpacker->Get<double>()};
    if (!IsHeldValue(unit.middle) || !(unit.length > 0 && std::isfinite(unit.length))) return false;
    units_.push_back(unit);
  }
  usual_ = unpacker->Get<double>();
  if (!(usual_ > 0 && usual_ <= 1)) return false;
  return std::ranges::all_of(trees_, [&](RandomCutTree& tree) { return tree.Load(unpacker) && tree.points() > 0; });
}

}  // namespace vexevt
