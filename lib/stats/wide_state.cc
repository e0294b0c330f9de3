#include "lib/stats/wide_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

#include "lib/sketch/saturating.h"

namespace vexevt {
namespace {

// Of a bucket of PowerHistogram: the least number that it takes.
std::string BeginOf(std::size_t bucket) { return fmt::format("{:.0f}", PowerHistogram::Begin(bucket)); }

}  // namespace

void Witness::Set(std::uint64_t time_ns, const FieldValue& value) {
  known_ = true;
  time_ns_ = time_ns;
  value_ = value;
  if (const auto* text = std::get_if<std::string_view>(&value)) text_ = *text;
}

void Witness::Save(Packer* packer) const {
  packer->Put(known_);
  if (!known_) return;
  packer->Put(time_ns_);
  packer->Put(static_cast<std::uint8_t>(value_.index()));
  struct {
    Packer* packer;
    void operator()(std::monostate) const {}
    void operator()(std::string_view text) const { packer->PutText(text); }
    void operator()(const Wide& wide) const {
      packer->Put(wide.high);
      packer->Put(wide.low);
    }
    void operator()(bool value) const { packer->Put(value); }
    void operator()(std::uint64_t value) const { packer->Put(value); }
    void operator()(std::int64_t value) const { packer->Put(value); }
    void operator()(double value) const { packer->Put(value); }
  } put{packer};
  std::visit(put, value());
}

bool Witness::Load(Unpacker* unpacker) {
  if (!unpacker->Get<bool>()) return unpacker->ok();
  const auto time_ns = unpacker->Get<std::uint64_t>();
  // In the order of FieldValue's types.
  switch (unpacker->Get<std::uint8_t>()) {
    case 0:
      Set(time_ns, std::monostate());
      break;
    case 1:
      Set(time_ns, unpacker->Get<std::uint64_t>());
      break;
    case 2:
      Set(time_ns, unpacker->Get<std::int64_t>());
      break;
    case 3:
      Set(time_ns, unpacker->Get<double>());
      break;
    case 4:
      Set(time_ns, unpacker->Get<bool>());
      break;
    case 5:
      Set(time_ns, unpacker->GetText());
      break;
    case 6: {
      const auto high = unpacker->Get<std::uint64_t>(), low = unpacker->Get<std::uint64_t>();
      Set(time_ns, Wide{high, low});
      break;
    }
    default:
      return false;
  }
  return unpacker->ok();
}

void PowerHistogram::Count(std::size_t bucket, std::uint64_t count) {
  if (counts_.size() <= bucket) counts_.resize(bucket + 1);
  counts_[bucket] = SaturatingSum(counts_[bucket], count);
}

void PowerHistogram::Add(std::uint64_t value) { Count(1 + static_cast<std::size_t>(std::bit_width(value)), 1); }

void PowerHistogram::Add(std::int64_t value) {
  if (value < 0) return Count(0, 1);
  Add(static_cast<std::uint64_t>(value));
}

void PowerHistogram::Add(double value) {
  if (value < 0) return Count(0, 1);
  if (value < 1) return Count(1, 1);
  Count(
      std::min<std::size_t>(value < 0x1p64 ? 2 + static_cast<std::size_t>(std::ilogb(value)) : kBuckets, kBuckets - 1),
      1);
}

void PowerHistogram::Merge(const PowerHistogram& other) {
  for (std::size_t bucket = other.counts_.size(); bucket-- > 0;) Count(bucket, other.counts_[bucket]);
}

double PowerHistogram::Begin(std::size_t bucket) {
  if (bucket == 0) return -std::numeric_limits<double>::infinity();
  return bucket == 1 ? 0 : std::exp2(static_cast<double>(bucket - 2));
}

std::string PowerHistogram::Json() const {
  std::string json = "[";
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    if (counts_[bucket] == 0) continue;
    const std::string_view quote = bucket == 0 ? "\"" : "";
    fmt::format_to(std::back_inserter(json), "{}[{}{}{},{}]", json.size() > 1 ? "," : "", quote, BeginOf(bucket), quote,
                   counts_[bucket]);
  }
  return json + "]";
}

std::string PowerHistogram::Text() const {
  std::string text;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    if (counts_[bucket] == 0) continue;
    fmt::format_to(std::back_inserter(text), "{}{}:{}", text.empty() ? "" : " ", BeginOf(bucket), counts_[bucket]);
  }
  return text;
}

void PowerHistogram::Save(Packer* packer) const {
  packer->PutCount(counts_.size());
  for (const std::uint64_t count : counts_) packer->Put(count);
}

bool PowerHistogram::Load(Unpacker* unpacker) {
  const std::size_t size = unpacker->GetCount(sizeof(std::uint64_t));
  if (size > kBuckets) return false;
  for (std::size_t bucket = 0; bucket < size; ++bucket) counts_.push_back(unpacker->Get<std::uint64_t>());
  return unpacker->ok();
}

void Distribution::Add(std::uint64_t hash, std::uint64_t count) {
  const auto known = counts_.find(hash);
  if (known != counts_.end()) {
    known->second = SaturatingSum(known->second, count);
  } else if (counts_.size() < kMostValues) {
    counts_.emplace(hash, count);
  } else {
    others_ = SaturatingSum(others_, count);
  }
}

void Distribution::Merge(const Distribution& other) {
  for (const auto& [hash, count] : other.counts_) Add(hash, count);
  others_ = SaturatingSum(others_, other.others_);
}

// H = log2 n - (sum of c log2 c) / n.
double Distribution::Entropy() const {
  std::vector<std::uint64_t> counts;
  counts.reserve(counts_.size() + 1);
  for (const auto& [hash, count] : counts_) counts.push_back(count);
  if (others_ > 0) counts.push_back(others_);
  std::ranges::sort(counts);  // so that the same counts give the same bits
  double all = 0, sum = 0;
  for (const std::uint64_t count : counts) {
    const auto c = static_cast<double>(count);
    all += c;
    sum += c * std::log2(c);
  }
  return all > 0 ? std::max(0.0, std::log2(all) - sum / all) : 0;
}

void Distribution::Save(Packer* packer) const {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> sorted(counts_.begin(), counts_.end());
  std::ranges::sort(sorted);
  packer->PutCount(sorted.size());
  for (const auto& [hash, count] : sorted) {
    packer->Put(hash);
    packer->Put(count);
  }
  packer->Put(others_);
}

bool Distribution::Load(Unpacker* unpacker) {
  const std::size_t size = unpacker->GetCount(2 * sizeof(std::uint64_t));
  if (size > kMostValues) return false;
  for (std::size_t i = 0; i < size; ++i) {
    const auto hash = unpacker->Get<std::uint64_t>();
    const auto count = unpacker->Get<std::uint64_t>();
    if (count == 0 || !counts_.emplace(hash, count).second) return false;
  }
  others_ = unpacker->Get<std::uint64_t>();
  return unpacker->ok();
}

}  // namespace vexevt
