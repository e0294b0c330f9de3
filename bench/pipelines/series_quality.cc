// series_quality: how much of what is wrong in labelled rows each detector finds (recall), and how much of what it
// finds is wrong (precision), over 50 rows of 1,500 values a case. 1 where one is below its floor.
#include <cstdio>

#include "lib/series/testing/labelled.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kRows = 50;

struct Floor {
  const std::vector<LabelledCase>& cases;
  std::string_view name;
  DetectorKind kind;
  double recall, precision;
};

// The cases that a method is for: the others, like a spike within a season for a median, say nothing.
const Floor kFloors[] = {
    {SpikeCases(), "spikes", DetectorKind::kMad, 0.99, 0.95},
    {SpikeCases(), "spikes", DetectorKind::kEwma, 0.99, 0.95},
    {SpikeCases(), "spikes", DetectorKind::kSeasonal, 0.99, 0.95},
    {SpikeCases(), "spikes", DetectorKind::kForest, 0.95, 0.75},
    {SpikeCases(), "small spikes", DetectorKind::kMad, 0.95, 0.95},
    {SpikeCases(), "small spikes", DetectorKind::kEwma, 0.95, 0.95},
    {SpikeCases(), "small spikes", DetectorKind::kSeasonal, 0.95, 0.95},
    {SpikeCases(), "on a trend", DetectorKind::kMad, 0.99, 0.95},
    {SpikeCases(), "on a trend", DetectorKind::kEwma, 0.99, 0.95},
    {SpikeCases(), "on a trend", DetectorKind::kSeasonal, 0.99, 0.95},
    {SpikeCases(), "in a season", DetectorKind::kSeasonal, 0.99, 0.95},
    {SpikeCases(), "season and trend", DetectorKind::kSeasonal, 0.99, 0.95},
    {SpikeCases(), "of counts", DetectorKind::kMad, 0.99, 0.8},
    {SpikeCases(), "of counts", DetectorKind::kEwma, 0.99, 0.9},
    {SpikeCases(), "of counts", DetectorKind::kSeasonal, 0.99, 0.95},
    {SpikeCases(), "constant, one jump", DetectorKind::kMad, 1, 0.99},
    {SpikeCases(), "constant, one jump", DetectorKind::kEwma, 1, 0.99},
    {SpikeCases(), "constant, one jump", DetectorKind::kSeasonal, 1, 0.99},
    {SpikeCases(), "a shift", DetectorKind::kMad, 1, 0.95},
    {SpikeCases(), "a shift", DetectorKind::kEwma, 1, 0.95},
    {SpikeCases(), "a shift", DetectorKind::kSeasonal, 1, 0.95},
    {PairCases(), "of two together", DetectorKind::kForest, 0.8, 0.9},
    {ChangeCases(), "shifts up and down", DetectorKind::kPageHinkley, 0.99, 0.95},
    {ChangeCases(), "shifts up and down", DetectorKind::kAdwin, 0.99, 0.95},
    {ChangeCases(), "a drift", DetectorKind::kPageHinkley, 0.99, 0.95},
    {ChangeCases(), "a drift", DetectorKind::kAdwin, 0.99, 0.9},
    {ChangeCases(), "only spikes", DetectorKind::kPageHinkley, 1, 1},
    {ChangeCases(), "only spikes", DetectorKind::kAdwin, 1, 1},
};

int Run() {
  bool reached = true;
  std::printf("%-14s %-20s %8s %8s %10s %8s\n", "method", "case", "recall", "floor", "precision", "floor");
  for (const Floor& floor : kFloors) {
    const auto labelled = std::ranges::find(floor.cases, floor.name, &LabelledCase::name);
    const std::size_t dimensions = labelled->make(1).dimensions;
    const double grain = floor.name == "of counts" ? 1 : 0;
    const Findings findings =
        FindingsOf(*labelled, {.kind = floor.kind, .grains = std::vector<double>(dimensions, grain)}, kRows);
    const bool missed = findings.recall() < floor.recall || findings.precision() < floor.precision;
    std::printf("%-14s %-20s %8.3f %8.2f %10.3f %8.2f%s\n", DetectorName(floor.kind).data(), floor.name.data(),
                findings.recall(), floor.recall, findings.precision(), floor.precision, missed ? " missed" : "");
    reached = reached && !missed;
  }
  return reached ? 0 : 1;
}

}  // namespace
}  // namespace vexevt

int main() { return vexevt::Run(); }
