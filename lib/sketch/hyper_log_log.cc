#include "lib/sketch/hyper_log_log.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace vexevt {
namespace {

constexpr std::uint8_t kHyperLogLogForm = 1;

// Ertl's sigma and tau: what registers at the least and the greatest value stand for.
double Sigma(double x) {
  if (x == 1) return HUGE_VAL;
  double y = 1, z = x, last;
  do {
    x *= x;
    last = z;
    z += x * y;
    y += y;
  } while (z != last);
  return z;
}

double Tau(double x) {
  if (x == 0 || x == 1) return 0;
  double y = 1, z = 1 - x, last;
  do {
    x = std::sqrt(x);
    last = z;
    y /= 2;
    z -= (1 - x) * (1 - x) * y;
  } while (z != last);
  return z / 3;
}

}  // namespace

double HyperLogLog::StandardError() const { return 1.04 / std::sqrt(static_cast<double>(registers())); }

double HyperLogLog::Estimate() const {
  if (dense_.empty()) {
    constexpr double kParts = 1 << kSparsePrecision;
    return -kParts * std::log1p(-static_cast<double>(sparse_size_) / kParts);
  }
  std::array<std::uint32_t, 66> of_rank = {};
  for (const std::uint8_t rank : dense_) ++of_rank[rank];
  const auto m = static_cast<double>(registers());
  const auto most = static_cast<std::size_t>(64 - precision_);
  double z = m * Tau(1 - of_rank[most + 1] / m);
  for (std::size_t rank = most; rank > 0; --rank) z = (z + of_rank[rank]) / 2;
  z += m * Sigma(of_rank[0] / m);
  return m * m / (2 * std::numbers::ln2 * z);
}

std::uint32_t* HyperLogLog::PlaceOf(std::uint32_t value) {
  const std::size_t mask = sparse_.size() - 1;
  std::size_t at = (value >> kRankBits) & mask;
  while (sparse_[at] != 0 && sparse_[at] >> kRankBits != value >> kRankBits) at = (at + 1) & mask;
  return &sparse_[at];
}

void HyperLogLog::AddSparse(std::uint32_t value) {
  if (sparse_.empty()) sparse_.resize(8);
  std::uint32_t* place = PlaceOf(value);
  if (*place != 0) {
    *place = std::max(*place, value);
    return;
  }
  if (sparse_size_ == sparse_limit()) {
    BecomeDense();
    RaiseBySparse(value);
    return;
  }
  if ((sparse_size_ + 1) * 4 > sparse_.size() * 3) {
    GrowSparse();
    place = PlaceOf(value);
  }
  *place = value;
  ++sparse_size_;
}

void HyperLogLog::GrowSparse() {
  std::vector<std::uint32_t> old(sparse_.size() * 2);
  old.swap(sparse_);
  for (const std::uint32_t value : old) {
    if (value != 0) *PlaceOf(value) = value;
  }
}

// The first `precision_` of the 26 bits name the register, the others go before the zeros that were counted.
void HyperLogLog::RaiseBySparse(std::uint32_t value) {
  const int between = kSparsePrecision - precision_;
  const std::uint32_t index = value >> kRankBits;
  const std::uint32_t others = index & ((std::uint32_t{1} << between) - 1);
  const int rank = others != 0 ? between + 1 - static_cast<int>(std::bit_width(others))
                               : between + static_cast<int>(value & ((std::uint32_t{1} << kRankBits) - 1));
  Raise(index >> between, static_cast<std::uint8_t>(rank));
}

void HyperLogLog::BecomeDense() {
  dense_.resize(registers());
  for (const std::uint32_t value : sparse_) {
    if (value != 0) RaiseBySparse(value);
  }
  sparse_ = std::vector<std::uint32_t>();
  sparse_size_ = 0;
}

void HyperLogLog::Merge(const HyperLogLog& other) {
  if (other.dense_.empty()) {
    for (const std::uint32_t value : other.sparse_) {
      if (value == 0) continue;
      if (dense_.empty()) {
        AddSparse(value);
      } else {
        RaiseBySparse(value);
      }
    }
    return;
  }
  if (dense_.empty()) BecomeDense();
  for (std::size_t at = 0; at < dense_.size(); ++at) dense_[at] = std::max(dense_[at], other.dense_[at]);
}

void HyperLogLog::Clear() {
  std::fill(sparse_.begin(), sparse_.end(), 0);
  sparse_size_ = 0;
  dense_.clear();
}

void HyperLogLog::Save(Packer* packer) const {
  packer->Put(kHyperLogLogForm);
  packer->Put(static_cast<std::uint8_t>(precision_));
  packer->Put(!dense_.empty());
  if (!dense_.empty()) {
    for (std::size_t at = 0; at < dense_.size(); at += 8) packer->Put(vexevt::Load<std::uint64_t>(&dense_[at]));
    return;
  }
  std::vector<std::uint32_t> values;
  values.reserve(sparse_size_);
  std::copy_if(sparse_.begin(), sparse_.end(), std::back_inserter(values),
               [](std::uint32_t value) { return value != 0; });
  std::sort(values.begin(), values.end());
  packer->PutVarint(values.size());
  for (const std::uint32_t value : values) packer->Put(value);
}

bool HyperLogLog::Load(Unpacker* unpacker) {
  Clear();
  if (unpacker->Get<std::uint8_t>() == kHyperLogLogForm && unpacker->Get<std::uint8_t>() == precision_) {
    const auto form = unpacker->Get<std::uint8_t>();
    if (form == 0 && LoadSparse(unpacker)) return true;
    if (form == 1 && LoadDense(unpacker)) return true;
  }
  Clear();
  return false;
}

bool HyperLogLog::LoadSparse(Unpacker* unpacker) {
  const std::uint64_t count = unpacker->GetVarint();
  if (count > sparse_limit()) return false;
  std::uint32_t last = 0;
  for (std::uint64_t at = 0; at < count; ++at) {
    const auto value = unpacker->Get<std::uint32_t>();
    const std::uint32_t rank = value & ((std::uint32_t{1} << kRankBits) - 1);
    if (rank == 0 || rank > 64 - kSparsePrecision + 1) return false;
    if (at > 0 && value >> kRankBits <= last >> kRankBits) return false;
    AddSparse(value);
    last = value;
  }
  return unpacker->ok();
}

bool HyperLogLog::LoadDense(Unpacker* unpacker) {
  sparse_ = std::vector<std::uint32_t>();
  dense_.resize(registers());
  for (std::uint8_t& rank : dense_) {
    rank = unpacker->Get<std::uint8_t>();
    if (rank > 64 - precision_ + 1) return false;
  }
  return unpacker->ok();
}

}  // namespace vexevt
