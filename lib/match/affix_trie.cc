#include "lib/match/affix_trie.h"

#include <algorithm>

namespace vexevt {

template <TrieDirection direction>
void AffixTrie<direction>::Add(std::string_view key, std::uint32_t value) {
  if constexpr (kForward) {
    keys_.emplace_back(std::string(key), value);
  } else {
    keys_.emplace_back(std::string(key.rbegin(), key.rend()), value);
  }
}

template <TrieDirection direction>
void AffixTrie<direction>::Build() {
  if (keys_.empty()) return;
  std::sort(keys_.begin(), keys_.end());
  std::vector<std::string> texts;
  for (const Key& key : keys_)
    texts.push_back(kForward ? key.first : std::string(key.first.rbegin(), key.first.rend()));
  filter_ = AffixFilter<direction>(std::vector<std::string_view>(texts.begin(), texts.end()));
  nodes_.resize(1);
  nodes_[kRoot].owner = kNone;
  BuildNode(kRoot, 0, keys_.size(), 0);
  nodes_.resize(nodes_.size() + 256);  // so that base + byte is in range, whatever the byte
  keys_ = {};
}

// Makes nodes_[at] the node for keys [first, last), sorted and alike in their first `depth` bytes.
template <TrieDirection direction>
void AffixTrie<direction>::BuildNode(std::uint32_t at, std::size_t first, std::size_t last, std::size_t depth) {
  const std::string& low = keys_[first].first;
  const std::string& high = keys_[last - 1].first;
  std::size_t end = depth;
  while (end < low.size() && end < high.size() && low[end] == high[end]) ++end;

  Node node{.owner = nodes_[at].owner};
  std::string label = low.substr(depth, end - depth);
  node.label_size = static_cast<std::uint32_t>(label.size());
  std::memcpy(&node.label, label.data(), std::min<std::size_t>(label.size(), 8));
  node.more_label = static_cast<std::uint32_t>(labels_.size());
  label.erase(0, 8);
  if constexpr (!kForward) std::reverse(label.begin(), label.end());
  labels_ += label;
  node.values = static_cast<std::uint32_t>(values_.size());
  for (; first < last && keys_[first].first.size() == end; ++first) values_.push_back(keys_[first].second);
  node.value_count = static_cast<std::uint32_t>(values_.size()) - node.values;

  std::vector<unsigned char> bytes;
  std::vector<std::size_t> starts;
  for (std::size_t i = first; i < last; ++i) {
    const auto byte = static_cast<unsigned char>(keys_[i].first[end]);
    if (!bytes.empty() && bytes.back() == byte) continue;
    bytes.push_back(byte);
    starts.push_back(i);
  }
  starts.push_back(last);
  if (!bytes.empty()) node.base = PlaceChildren(bytes);
  nodes_[at] = node;
  for (const unsigned char byte : bytes) nodes_[node.base + byte].owner = at;
  for (std::size_t i = 0; i < bytes.size(); ++i) BuildNode(node.base + bytes[i], starts[i], starts[i + 1], end + 1);
}

// A base whose nodes for `bytes` (sorted) are free.
template <TrieDirection direction>
std::uint32_t AffixTrie<direction>::PlaceChildren(const std::vector<unsigned char>& bytes) {
  while (first_free_ < nodes_.size() && nodes_[first_free_].owner != kFree) ++first_free_;
  const auto base_of = [&](std::size_t first) { return first > bytes.front() ? first - bytes.front() : 0; };
  // Few tries: dense tables cost a little memory, a long search much time.
  std::size_t base = base_of(first_free_);
  for (int tries = 0; tries < 64 && base + bytes.front() < nodes_.size(); ++tries, ++base) {
    const bool fits = std::all_of(bytes.begin(), bytes.end(), [&](unsigned char byte) {
      return base + byte >= nodes_.size() || nodes_[base + byte].owner == kFree;
    });
    if (fits) break;
    if (tries == 63) base = base_of(nodes_.size());
  }
  if (nodes_.size() < base + bytes.back() + 1) nodes_.resize(base + bytes.back() + 1);
  return static_cast<std::uint32_t>(base);
}

template class AffixTrie<TrieDirection::kForward>;
template class AffixTrie<TrieDirection::kBackward>;

}  // namespace vexevt
