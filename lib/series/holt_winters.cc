#include "lib/series/holt_winters.h"

#include <algorithm>
#include <cmath>

namespace vexevt {
namespace {

constexpr std::uint32_t kErrorsRemembered = 100;

}  // namespace

void HoltWinters::Update(double value) {
  const bool counts = begun_ && !std::isnan(value);
  const double error = Learn(value);
  if (!counts) return;
  seen_ = std::min(seen_ + 1, kErrorsRemembered);
  mean_square_ += (error * error - mean_square_) / seen_;
}

double HoltWinters::Learn(double value) {
  const bool missing = std::isnan(value);
  if (!begun_) {
    if (missing) return 0;
    level_ = HeldValue(value);
    begun_ = true;
    return 0;
  }
  const auto& [alpha, beta, gamma, phi] = weights_;
  const double line = level_ + phi * trend_;
  const double error = missing ? 0 : HeldValue(value) - HeldValue(line + SeasonAt(1));
  level_ = HeldValue(line + alpha * error);
  trend_ = HeldValue(phi * trend_ + beta * error);
  if (!season_.empty()) {
    season_[now_] = HeldValue(season_[now_] + gamma * error);
    now_ = now_ + 1 == season_.size() ? 0 : now_ + 1;
  }
  return error;
}

double HoltWinters::Predict(std::uint32_t ahead) const {
  const double phi = weights_.phi, steps = ahead;
  // The trend's sum over the steps: phi + phi^2 + … + phi^ahead.
  const double growth = phi == 1 ? steps : phi * (1 - std::pow(phi, steps)) / (1 - phi);
  return HeldValue(level_ + growth * trend_ + SeasonAt(ahead));
}

double HoltWinters::ErrorScale() const { return std::sqrt(mean_square_); }

void HoltWinters::Save(Packer* packer) const {
  for (const double number :
       {weights_.alpha, weights_.beta, weights_.gamma, weights_.phi, level_, trend_, mean_square_}) {
    packer->Put(number);
  }
  packer->Put(begun_);
  packer->Put(seen_);
  packer->Put(now_);
  packer->PutCount(season_.size());
  for (const double number : season_) packer->Put(number);
}

bool HoltWinters::Load(Unpacker* unpacker) {
  HoltWinters read;
  auto& [alpha, beta, gamma, phi] = read.weights_;
  for (double* weight : {&alpha, &beta, &gamma, &phi}) {
    *weight = unpacker->Get<double>();
    if (!(*weight >= 0 && *weight <= 1)) return false;
  }
  const auto number = [&](double least) {
    const auto value = unpacker->Get<double>();
    if (!(value >= least && std::isfinite(value))) unpacker->Fail();
    return value;
  };
  read.level_ = number(-kMostValue);
  read.trend_ = number(-kMostValue);
  read.mean_square_ = number(0);
  read.begun_ = unpacker->Get<bool>();
  read.seen_ = unpacker->Get<std::uint32_t>();
  read.now_ = unpacker->Get<std::uint32_t>();
  const std::size_t season = unpacker->GetCount(sizeof(double));
  if (season > kMostSeason || read.now_ >= std::max<std::size_t>(season, 1)) return false;
  for (std::size_t i = 0; i < season; ++i) read.season_.push_back(number(-kMostValue));
  if (!unpacker->ok() || read.seen_ > kErrorsRemembered) return false;
  *this = std::move(read);
  return true;
}

}  // namespace vexevt
