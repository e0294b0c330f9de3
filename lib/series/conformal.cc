#include "lib/series/conformal.h"

#include <algorithm>
#include <cmath>

namespace vexevt {
namespace {

constexpr double kAdaption = 0.02;  // Gibbs and Candes' gamma, of forecasts one step ahead

}  // namespace

void Conformal::Update(double value, double forecast) {
  const bool full = promises_.size() == ahead_;
  if (full) Check(promises_[next_promise_], value);
  for (std::size_t i = 0; i < margins_.size(); ++i) margins_[i] = MarginOf(missed_share_[i], 1 - kCoverages[i]);
  const Promise promise{forecast, margins_};
  if (!full) {
    promises_.push_back(promise);
    return;
  }
  promises_[next_promise_] = promise;
  next_promise_ = (next_promise_ + 1) % ahead_;
}

void Conformal::Check(const Promise& promise, double value) {
  const double error = std::abs(value - promise.forecast);
  if (!std::isfinite(error)) return;
  // Answers that come late would make it swing.
  const double adaption = kAdaption / std::sqrt(static_cast<double>(ahead_));
  for (std::size_t i = 0; i < kCoverages.size(); ++i) {
    if (std::isinf(promise.margins[i])) continue;
    const double missed = error > promise.margins[i] ? 1 : 0;
    missed_share_[i] = std::clamp(missed_share_[i] + adaption * (1 - kCoverages[i] - missed), 0.0, 1.0);
  }
  if (errors_.size() < kErrors) {
    errors_.push_back(error);
  } else {
    errors_[next_error_] = error;
    next_error_ = (next_error_ + 1) % kErrors;
  }
}

// The error of rank (1 - missed_share) * (n + 1). Where the share is less than so many errors can tell, the largest
// one; `least_share` they can.
double Conformal::MarginOf(double missed_share, double least_share) const {
  const double n = static_cast<double>(errors_.size());
  constexpr double kRounding = 1e-9;
  if (least_share * (n + 1) < 1 - kRounding) return std::numeric_limits<double>::infinity();
  const double rank = std::clamp(std::ceil((1 - missed_share) * (n + 1) - kRounding), 1.0, n);
  std::array<double, kErrors> sorted;
  const auto end = std::copy(errors_.begin(), errors_.end(), sorted.begin());
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(rank) - 1;
  std::nth_element(sorted.begin(), at, end);
  return *at;
}

void Conformal::Save(Packer* packer) const {
  packer->PutCount(promises_.size());
  for (const Promise& promise : promises_) {
    packer->Put(promise.forecast);
    for (const double margin : promise.margins) packer->Put(margin);
  }
  packer->PutCount(next_promise_);
  packer->PutCount(errors_.size());
  for (const double error : errors_) packer->Put(error);
  packer->PutCount(next_error_);
  for (const double share : missed_share_) packer->Put(share);
  for (const double margin : margins_) packer->Put(margin);
}

bool Conformal::Load(Unpacker* unpacker) {
  Conformal read(ahead_);
  const auto not_negative = [&] {
    const auto number = unpacker->Get<double>();
    if (!(number >= 0)) unpacker->Fail();
    return number;
  };
  const std::size_t promises = unpacker->GetCount(sizeof(Promise));
  if (promises > ahead_) return false;
  for (std::size_t i = 0; i < promises; ++i) {
    Promise& promise = read.promises_.emplace_back();
    promise.forecast = unpacker->Get<double>();
    for (double& margin : promise.margins) margin = not_negative();
  }
  read.next_promise_ = unpacker->Get<std::uint64_t>();
  const std::size_t errors = unpacker->GetCount(sizeof(double));
  if (errors > kErrors || read.next_promise_ >= ahead_) return false;
  for (std::size_t i = 0; i < errors; ++i) read.errors_.push_back(not_negative());
  read.next_error_ = unpacker->Get<std::uint64_t>();
  for (double& share : read.missed_share_) {
    share = not_negative();
    if (share > 1) unpacker->Fail();
  }
  for (double& margin : read.margins_) margin = not_negative();
  if (!unpacker->ok() || read.next_error_ >= kErrors) return false;
  *this = std::move(read);
  return true;
}

}  // namespace vexevt
