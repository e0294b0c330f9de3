#include "lib/series/detector.h"

#include <type_traits>

namespace vexevt {

std::string_view DetectorName(DetectorKind kind) {
  switch (kind) {
    case DetectorKind::kMad:
      return "mad";
    case DetectorKind::kEwma:
      return "ewma";
    case DetectorKind::kSeasonal:
      return "seasonal";
    case DetectorKind::kForest:
      return "forest";
    case DetectorKind::kPageHinkley:
      return "page-hinkley";
    case DetectorKind::kAdwin:
      return "adwin";
  }
  return "";
}

Detector::Detector(const DetectorShape& shape) : model_(MakeModel(shape)) {}

Detector::Model Detector::MakeModel(const DetectorShape& shape) {
  const double grain = shape.grains.front();
  switch (shape.kind) {
    case DetectorKind::kEwma:
      return EwmaChart(grain);
    case DetectorKind::kSeasonal:
      return SeasonalResidual(grain, shape.period);
    case DetectorKind::kForest:
      return RandomCutForest(shape.grains);
    case DetectorKind::kPageHinkley:
      return PageHinkley(grain);
    case DetectorKind::kAdwin:
      return Adwin(grain);
    default:
      return RobustZ(grain);
  }
}

Judgement Detector::See(std::span<const double> values) {
  return std::visit(
      [&](auto& model) {
        if constexpr (std::is_same_v<std::decay_t<decltype(model)>, RandomCutForest>) {
          return model.See(values);
        } else {
          return model.See(values.front());
        }
      },
      model_);
}

EachJudgement Detector::JudgeEach(std::span<const double> values) const {
  const auto* const forest = std::get_if<RandomCutForest>(&model_);
  return forest != nullptr ? forest->JudgeEach(values) : EachJudgement();
}

void Detector::Save(Packer* packer) const {
  std::visit([&](const auto& model) { model.Save(packer); }, model_);
}

bool Detector::Load(Unpacker* unpacker) {
  return std::visit([&](auto& model) { return model.Load(unpacker); }, model_);
}

}  // namespace vexevt
