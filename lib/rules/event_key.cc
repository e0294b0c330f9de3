#include "lib/rules/event_key.h"

#include <xxhash.h>

#include <bit>

namespace vexevt {
namespace {

std::uint64_t HashBytes(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::uint64_t HashWords(std::uint64_t a, std::uint64_t b, std::uint64_t seed) {
  const std::uint64_t words[] = {a, b};
  return XXH3_64bits_withSeed(words, sizeof words, seed);
}

// Kinds are told apart, so that an absent value, 0 and "" differ.
struct ValueHash {
  std::uint64_t seed;
  std::uint64_t operator()(std::monostate) const { return HashWords(0, 0, seed); }
  std::uint64_t operator()(std::uint64_t value) const { return HashWords(1, value, seed); }
  std::uint64_t operator()(std::int64_t value) const { return HashWords(2, static_cast<std::uint64_t>(value), seed); }
  std::uint64_t operator()(double value) const { return HashWords(3, std::bit_cast<std::uint64_t>(value), seed); }
  std::uint64_t operator()(bool value) const { return HashWords(4, value, seed); }
  std::uint64_t operator()(std::string_view value) const { return HashBytes(value, seed); }
  std::uint64_t operator()(const Wide& value) const { return HashWords(value.high, value.low, seed); }
  std::uint64_t operator()(const AttributeText& text) const { return HashBytes(text.value, seed); }
  std::uint64_t operator()(const AttributeBytes& bytes) const { return HashBytes(bytes.value, seed); }
};

std::uint64_t HashAttribute(const EventView& event, std::string_view name, std::uint64_t seed) {
  for (std::size_t i = 0, count = event.attribute_count(); i < count; ++i) {
    Attribute attribute = event.attribute(i);
    if (attribute.key == name) return std::visit(ValueHash{seed}, attribute.value);
  }
  return ValueHash{seed}(std::monostate{});
}

}  // namespace

EventKey::EventKey(const std::vector<std::string>& fields) {
  for (const std::string& name : fields) {
    if (name.starts_with("attr.")) {
      parts_.push_back({nullptr, name.substr(5)});
    } else {
      parts_.push_back({FindField(name), {}});
    }
  }
}

std::uint64_t EventKey::Hash(const EventView& event) const {
  if (parts_.empty()) return HashWords(event.id().source, event.id().sequence, 0);
  std::uint64_t hash = 0;
  for (const Part& part : parts_) {
    hash = part.field ? std::visit(ValueHash{hash}, ReadField(event, *part.field))
                      : HashAttribute(event, part.attribute, hash);
  }
  return hash;
}

}  // namespace vexevt
