#include "lib/rules/admission.h"

#include <algorithm>
#include <cmath>

namespace vexevt {

std::vector<std::string> FieldNames(const std::vector<PlacedText>& fields) {
  std::vector<std::string> names;
  for (const PlacedText& field : fields) names.push_back(field.text);
  return names;
}

RateLimiter::RateLimiter(const Limit& limit)
    : key_(FieldNames(limit.by)),
      tokens_per_ns_(static_cast<double>(limit.rate.count) / static_cast<double>(limit.rate.per_ns)),
      burst_(static_cast<double>(limit.burst)),
      shared_(limit.by.empty()),
      buckets_(limit.keys) {}

bool RateLimiter::Admit(const EventView& event) {
  Bucket& bucket = buckets_.At(shared_ ? 1 : key_.Hash(event));
  std::uint64_t now = event.wall_ns();
  if (bucket.time_ns == 0) {
    bucket = {now, burst_};
  } else if (now > bucket.time_ns) {  // a clock that went back fills nothing
    bucket.tokens = std::min(burst_, bucket.tokens + static_cast<double>(now - bucket.time_ns) * tokens_per_ns_);
    bucket.time_ns = now;
  }
  // Sums of rates in floating point: a bucket that should be whole may lack a hair.
  if (bucket.tokens < 1 - 1e-9) return false;
  bucket.tokens -= 1;
  return true;
}

Sampler::Sampler(const Sample& sample)
    : key_(FieldNames(sample.by)),
      threshold_(sample.rate >= 1 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(std::ldexp(sample.rate, 64))),
      none_(sample.rate <= 0) {}

void MarkSample(const EventView& event, double rate, FrameEditor* editor) {
  constexpr std::string_view kKey = "sample.rate";
  for (std::size_t i = 0, count = event.attribute_count(); i < count; ++i) {
    const Attribute attribute = event.attribute(i);
    const auto* before = std::get_if<double>(&attribute.value);
    if (attribute.key == kKey && before != nullptr && *before > 0 && *before < 1) rate *= *before;
  }
  editor->SetAttribute({kKey, rate});
}

Deduplicator::Deduplicator(const Dedupe& dedupe)
    : key_(FieldNames(dedupe.by)), window_ns_(dedupe.window_ns), seen_(dedupe.keys) {}

bool Deduplicator::Admit(const EventView& event) {
  Seen& seen = seen_.At(key_.Hash(event));
  std::uint64_t now = event.wall_ns();
  if (seen.time_ns != 0 && now < seen.time_ns + window_ns_) return false;
  seen.time_ns = now;
  return true;
}

Admission::Admission(const Rule& rule) {
  if (rule.dedupe) dedupe.emplace(*rule.dedupe);
  if (rule.sample) sample.emplace(*rule.sample);
  if (rule.limit) limit.emplace(*rule.limit);
}

}  // namespace vexevt
