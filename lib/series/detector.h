// Detector: one of the ways to tell that a value is not like those before it, behind one face.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/base/packing.h"
#include "lib/series/adwin.h"
#include "lib/series/ewma_chart.h"
#include "lib/series/judgement.h"
#include "lib/series/page_hinkley.h"
#include "lib/series/random_cut_forest.h"
#include "lib/series/robust_z.h"
#include "lib/series/seasonal_residual.h"

namespace vexevt {

// In the order of Detector's variant.
enum class DetectorKind : std::uint8_t { kMad, kEwma, kSeasonal, kForest, kPageHinkley, kAdwin };

std::string_view DetectorName(DetectorKind kind);  // "mad", "page-hinkley"

struct DetectorShape {
  DetectorKind kind = DetectorKind::kMad;
  std::uint32_t period = 0;    // kSeasonal: values; 0: it is looked for
  std::vector<double> grains;  // of each value, as JudgeByDeviation has it: one, but for kForest
};

class Detector {
 public:
  explicit Detector(const DetectorShape& shape);

  // Judges the values that came at one time, then learns them. As many as the shape has grains.
  Judgement See(std::span<const double> values);

  // What was expected of each of the values of a point that was not seen yet, where the judgement of them together says
  // nothing of it: of kForest. Of other kinds empty.
  EachJudgement JudgeEach(std::span<const double> values) const;

  void Save(Packer* packer) const;
  // Into one of the same shape that has seen nothing. False: these are no bytes that Save wrote.
  bool Load(Unpacker* unpacker);

 private:
  using Model = std::variant<RobustZ, EwmaChart, SeasonalResidual, RandomCutForest, PageHinkley, Adwin>;
  static Model MakeModel(const DetectorShape& shape);

  Model model_;
};

}  // namespace vexevt
