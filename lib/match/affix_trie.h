// Which of many keys does a text start with (or end with), in one walk: a radix trie whose branches are a double array,
// each node in half a cache line, so that a step is one load. A walk stops where no key goes on, after a few steps for
// most texts. For lib/match itself. Filled by Add, then Build once; immutable after.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/match/affix_filter.h"

namespace vexevt {

template <TrieDirection direction>
class AffixTrie {
 public:
  void Add(std::string_view key, std::uint32_t value);
  void Build();

  // Calls found(value, rest) for each key that `text` starts (ends) with, shorter keys first; `rest` is what is left of
  // the text.
  template <typename Found>
  void Walk(std::string_view text, Found&& found) const {
    if (!filter_.Admits(text)) return;
    const std::size_t whole = text.size();
    std::uint32_t at = kRoot;
    for (;;) {
      const Node& node = nodes_[at];
      const std::size_t size = node.label_size;
      const std::uint64_t next = NextBytes(text, whole);
      if (size > text.size() || ((next ^ node.label) & kMasks[std::min<std::size_t>(size, 8)]) != 0) return;
      if (size > 8 && std::memcmp(Skipping(text, 8, size - 8), labels_.data() + node.more_label, size - 8) != 0) return;
      Drop(text, size);
      for (std::uint32_t i = 0; i < node.value_count; ++i) found(values_[node.values + i], text.size());
      if (text.empty()) return;
      const std::uint32_t child = node.base + static_cast<unsigned char>(kForward ? text.front() : text.back());
      if (nodes_[child].owner != at) return;
      at = child;
      Drop(text, 1);
    }
  }

 private:
  static constexpr bool kForward = direction == TrieDirection::kForward;
  static constexpr std::uint32_t kRoot = 0;
  static constexpr std::uint32_t kFree = 0xffffffff;  // owner of a node that is not in use,
  static constexpr std::uint32_t kNone = 0xfffffffe;  // and of the root
  static constexpr std::uint64_t kMasks[] = {
      0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff, 0xffffffffffffffff};

  struct alignas(32) Node {
    std::uint64_t label = 0;  // what all keys below share past the byte that led here: the first 8 bytes of it, from
                              // the lowest, in walking order;
    std::uint32_t more_label = 0;  // the others are at labels_[more_label], as in the text
    std::uint32_t label_size = 0;
    std::uint32_t owner = kFree;  // the node that this is a child of
    std::uint32_t base = 0;       // the child for byte b is nodes_[base + b], when its owner is this node
    std::uint32_t values = 0;
    std::uint32_t value_count = 0;
  };
  static_assert(sizeof(Node) == 32);
  using Key = std::pair<std::string, std::uint32_t>;  // the key in walking order

  static void Drop(std::string_view& text, std::size_t size) {
    if constexpr (kForward) {
      text.remove_prefix(size);
    } else {
      text.remove_suffix(size);
    }
  }
  // The `size` bytes that follow the next `skipped` ones.
  static const char* Skipping(std::string_view text, std::size_t skipped, std::size_t size) {
    return kForward ? text.data() + skipped : text.data() + text.size() - skipped - size;
  }
  // The next up to 8 bytes, the first lowest; what is above those of `text`, the rest of `whole` bytes, is any.
  static std::uint64_t NextBytes(std::string_view text, std::size_t whole) {
    const std::size_t size = text.size();
    std::uint64_t bytes = 0;
    if (size >= 8) {
      bytes = Load<std::uint64_t>(kForward ? text.data() : text.data() + size - 8);
    } else if (size != 0 && whole >= 8) {  // together with bytes already walked
      bytes = kForward ? Load<std::uint64_t>(text.data() + size - 8) >> (64 - 8 * size)
                       : Load<std::uint64_t>(text.data()) << (64 - 8 * size);
    } else if (size != 0) {
      char* const to = reinterpret_cast<char*>(&bytes);
      std::memcpy(kForward ? to : to + 8 - size, text.data(), size);
    }
    return kForward ? bytes : __builtin_bswap64(bytes);
  }

  void BuildNode(std::uint32_t at, std::size_t first, std::size_t last, std::size_t depth);
  std::uint32_t PlaceChildren(const std::vector<unsigned char>& bytes);

  std::vector<Key> keys_;  // until Build
  AffixFilter<direction> filter_;
  std::size_t first_free_ = 0;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> values_;
  std::string labels_;
};

}  // namespace vexevt
