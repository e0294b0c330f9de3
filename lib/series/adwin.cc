#include "lib/series/adwin.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "lib/series/held_value.h"

namespace vexevt {
namespace {

constexpr std::size_t kMostOfOneSize = 5;
constexpr double kMostInBucket = 0x1p30;
// The chance that a cut is found where there is no change, for each value: the paper's delta.
constexpr double kDelta = 1e-4;
// The paper's values are 0 to 1. Of others the range is taken to be that of two levels, in deviations.
constexpr double kRange = 2;
constexpr double kLeastOfSide = 5;     // values
constexpr double kLeastUnlike = 1e-3;  // of the mean

}  // namespace

// Chan, Golub, LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979.
void Adwin::AddTo(Bucket* into, const Bucket& bucket) {
  const double count = into->count + bucket.count, difference = bucket.mean - into->mean;
  into->mean += difference * (bucket.count / count);
  into->squares += bucket.squares + difference * difference * (into->count / count) * bucket.count;
  into->count = count;
}

Judgement Adwin::See(double value) {
  if (std::isnan(value)) return {};
  value = HeldValue(value);
  if (total_.count < kWarmUp) {
    Learn(value);
    return {};
  }
  Judgement judgement = JudgeByDeviation(value, total_.mean, std::sqrt(total_.squares / total_.count), grain_);
  Learn(std::clamp(value, judgement.low, judgement.high));
  std::size_t cut = 0;
  judgement.score = MostUnlike(&cut);
  for (double score = judgement.score; score > 1; score = MostUnlike(&cut)) LetGo(cut);
  return judgement;
}

void Adwin::LetGo(std::size_t oldest) {
  buckets_.erase(buckets_.begin(), buckets_.begin() + static_cast<std::ptrdiff_t>(oldest));
  total_ = {};
  for (const Bucket& bucket : buckets_) AddTo(&total_, bucket);
}

void Adwin::Learn(double value) {
  const Bucket one{.count = 1, .mean = value};
  AddTo(&total_, one);
  buckets_.push_back(one);
  // Of six of one size the two oldest become one, which may make six of the next size.
  for (std::size_t end = buckets_.size(); end > kMostOfOneSize;) {
    const double size = buckets_[end - 1].count;
    const std::size_t oldest = end - kMostOfOneSize - 1;
    if (buckets_[oldest].count != size) return;
    if (size == kMostInBucket) return LetGo(1);
    AddTo(&buckets_[oldest], buckets_[oldest + 1]);
    buckets_.erase(buckets_.begin() + static_cast<std::ptrdiff_t>(oldest + 1));
    end = oldest + 1;
  }
}

// The largest difference of the means on both sides of a cut, against what the paper's equation for epsilon-cut allows;
// *cut: the buckets in front of it.
double Adwin::MostUnlike(std::size_t* cut) const {
  const double variance = total_.squares / total_.count, deviation = std::sqrt(variance);
  const double log = std::log(2 * std::log(total_.count) / kDelta);
  double most = 0;
  Bucket older;
  for (std::size_t i = 0; i + 1 < buckets_.size(); ++i) {
    AddTo(&older, buckets_[i]);
    const double newer = total_.count - older.count;
    if (older.count < kLeastOfSide) continue;
    if (newer < kLeastOfSide) break;
    const double newer_mean = total_.mean + (total_.mean - older.mean) * (older.count / newer);
    const double inverse = 1 / older.count + 1 / newer;  // 1 / m of the paper
    const double allowed = (std::sqrt(2 * inverse * log) + 2.0 / 3 * inverse * log * kRange) * deviation +
                           kLeastUnlike * std::abs(total_.mean);
    const double unlike = std::abs(older.mean - newer_mean);
    const double score = unlike > 0 ? unlike / allowed : 0;
    if (score <= most) continue;
    most = score;
    *cut = i + 1;
  }
  return most;
}

void Adwin::Save(Packer* packer) const {
  packer->Put(total_.mean);
  packer->Put(total_.squares);
  packer->PutCount(buckets_.size());
  for (const Bucket& bucket : buckets_) {
    packer->Put(bucket.count);
    packer->Put(bucket.mean);
    packer->Put(bucket.squares);
  }
}

bool Adwin::Load(Unpacker* unpacker) {
  const auto read_values = [&](Bucket* bucket) {
    bucket->mean = unpacker->Get<double>();
    bucket->squares = unpacker->Get<double>();
    return IsHeldValue(bucket->mean) && bucket->squares >= 0 && std::isfinite(bucket->squares);
  };
  if (!read_values(&total_)) return false;
  const std::size_t count = unpacker->GetCount(sizeof(Bucket));
  double last = kMostInBucket;
  std::size_t of_one_size = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Bucket bucket{.count = unpacker->Get<double>()};
    of_one_size = bucket.count == last ? of_one_size + 1 : 1;
    if (!read_values(&bucket) || !(bucket.count >= 1 && bucket.count <= last) || of_one_size > kMostOfOneSize ||
        !std::has_single_bit(static_cast<std::uint64_t>(bucket.count)) || bucket.count != std::floor(bucket.count)) {
      return false;
    }
    last = bucket.count;
    total_.count += bucket.count;
    buckets_.push_back(bucket);
  }
  return unpacker->ok();
}

}  // namespace vexevt
