// Which of many keys does a text start with (or end with), in one walk: a radix trie whose branches are a double array,
// so that a step is one load. A walk stops where no key goes on, after a few steps for most texts. For lib/match
// itself. Filled by Add, then Build once; immutable after.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vexevt {

enum class TrieDirection : std::uint8_t { kForward, kBackward };  // keys that texts start with, or end with

template <TrieDirection direction>
class AffixTrie {
 public:
  void Add(std::string_view key, std::uint32_t value);
  void Build();

  bool empty() const { return nodes_.empty(); }

  // Calls found(value, rest) for each key that `text` starts (ends) with, shorter keys first; `rest` is what is left of
  // the text.
  template <typename Found>
  void Walk(std::string_view text, Found&& found) const {
    if (nodes_.empty()) return;
    std::uint32_t at = 0;
    for (;;) {
      const Node& node = nodes_[at];
      const std::size_t size = node.label_size;
      if (size > text.size()) return;
      if (size != 0) {
        const char* const start = kForward ? text.data() : text.data() + (text.size() - size);
        const char* const label = labels_.data() + node.label;
        // Most labels that differ do so where the walk comes from: a byte spares the call.
        const std::size_t near = kForward ? 0 : size - 1;
        if (start[near] != label[near] || std::memcmp(start, label, size) != 0) return;
        Drop(text, size);
      }
      for (std::uint32_t i = 0; i < node.value_count; ++i) found(values_[node.values + i], text.size());
      if (text.empty()) return;
      const auto byte = static_cast<unsigned char>(kForward ? text.front() : text.back());
      const Slot& slot = slots_[node.base + byte];
      if (slot.owner != at) return;
      at = slot.child;
      Drop(text, 1);
    }
  }

 private:
  static constexpr bool kForward = direction == TrieDirection::kForward;
  static constexpr std::uint32_t kFree = 0xffffffff;

  struct Node {
    std::uint32_t
        label;  // what all keys below share, past the byte that led here: [label, label + label_size) of labels_
    std::uint32_t label_size;
    std::uint32_t base;  // the child for byte b is slots_[base + b], when its owner is this node
    std::uint32_t values;
    std::uint32_t value_count;
  };
  struct Slot {
    std::uint32_t owner = kFree;
    std::uint32_t child = 0;
  };
  using Key = std::pair<std::string, std::uint32_t>;  // the key in walking order

  static void Drop(std::string_view& text, std::size_t size) {
    if constexpr (kForward) {
      text.remove_prefix(size);
    } else {
      text.remove_suffix(size);
    }
  }

  std::uint32_t BuildNode(std::size_t first, std::size_t last, std::size_t depth);
  std::uint32_t PlaceChildren(const std::vector<unsigned char>& bytes);

  std::vector<Key> keys_;  // until Build
  std::size_t first_free_ = 0;
  std::vector<Node> nodes_;  // the root first
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> values_;
  std::string labels_;  // in text order
};

}  // namespace vexevt
