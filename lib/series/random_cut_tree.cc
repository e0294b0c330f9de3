#include "lib/series/random_cut_tree.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace vexevt {

// The paper's InsertPoint: at each node a cut is drawn for its points and this one. One that separates this from them
// is where it goes; else the node's own cut stands, and the search goes on below it.
bool RandomCutTree::Step(std::span<const float> point, Random* random, Place* place) const {
  if (place->node == kNone) return false;
  const Node& node = nodes_[place->node];
  const float* const low = Box(place->node);
  const float* const high = low + dimensions_;
  std::array<float, kMostDimensions> lengths;
  float all = 0;
  for (std::size_t d = 0; d < dimensions_; ++d) {
    lengths[d] = std::max(high[d], point[d]) - std::min(low[d], point[d]);
    all += lengths[d];
  }
  place->joins = all == 0;
  if (place->joins) return false;  // a leaf of equal points
  float at = static_cast<float>(random->Next() >> 40) * 0x1p-24F * all;
  std::size_t drawn = 0;
  for (std::size_t d = 0; d < dimensions_; ++d) {
    if (lengths[d] == 0) continue;
    drawn = d;
    if (at < lengths[d]) break;
    at -= lengths[d];
  }
  const float x = point[drawn], least = std::min(low[drawn], x);
  place->dimension = static_cast<std::uint8_t>(drawn);
  place->cut = least + at;
  if (!(place->cut < std::max(high[drawn], x))) place->cut = least;  // rounded
  if (x <= place->cut ? place->cut < low[drawn] : high[drawn] <= place->cut) {
    place->displaced = std::max(place->displaced, static_cast<float>(node.count));
    return false;
  }
  const bool left = point[node.dimension] <= node.cut;
  const int count = left ? node.on_left : node.count - node.on_left;
  place->node = left ? node.left : node.right;
  place->displaced = std::max(place->displaced, static_cast<float>(node.count - count) / static_cast<float>(count + 1));
  Prefetch(place->node);
  return true;
}

void RandomCutTree::Add(std::span<const float> point, Place place, Random* random) {
  if (points() == kMostPoints) {
    TakeOne(random);  // which may be what lies beside the place
    place = Begin();
    while (Step(point, random, &place)) {
    }
  }
  if (place.joins) {
    ++nodes_[place.node].count;
    return SumUp(nodes_[place.node].parent);
  }
  const std::uint8_t leaf = NewLeaf(point);
  if (place.node == kNone) {
    root_ = leaf;
    return;
  }
  const std::uint8_t joint = NewLeaf(point);
  Replace(place.node, joint);
  const bool left = point[place.dimension] <= place.cut;
  nodes_[joint].dimension = place.dimension;
  nodes_[joint].cut = place.cut;
  nodes_[joint].left = left ? leaf : place.node;
  nodes_[joint].right = left ? place.node : leaf;
  nodes_[leaf].parent = nodes_[place.node].parent = joint;
  SumUp(joint);
}

void RandomCutTree::AppendPoints(std::uint8_t node, std::vector<float>* points) const {
  if (node == kNone) return;
  const Node& at = nodes_[node];
  if (IsLeaf(node)) {
    for (std::uint8_t i = 0; i < at.count; ++i) points->insert(points->end(), Box(node), Box(node) + dimensions_);
    return;
  }
  AppendPoints(at.left, points);
  AppendPoints(at.right, points);
}

// Each point is as likely as any other: at a node the side is drawn by how many it has.
void RandomCutTree::TakeOne(Random* random) {
  std::uint8_t leaf = root_;
  while (!IsLeaf(leaf)) {
    const Node& node = nodes_[leaf];
    leaf = random->Below(node.count) < node.on_left ? node.left : node.right;
  }
  const std::uint8_t joint = nodes_[leaf].parent;
  if (--nodes_[leaf].count > 0) return SumUp(joint);
  free_.push_back(leaf);
  if (joint == kNone) {
    root_ = kNone;
    return;
  }
  free_.push_back(joint);
  const std::uint8_t beside = nodes_[joint].left == leaf ? nodes_[joint].right : nodes_[joint].left;
  Replace(joint, beside);
  SumUp(nodes_[beside].parent);
}

std::uint8_t RandomCutTree::NewLeaf(std::span<const float> point) {
  std::uint8_t node = 0;
  if (free_.empty()) {
    node = static_cast<std::uint8_t>(nodes_.size());
    nodes_.emplace_back();
    boxes_.resize(boxes_.size() + std::size_t{2} * dimensions_);
  } else {
    node = free_.back();
    free_.pop_back();
    nodes_[node] = {};
  }
  nodes_[node].count = 1;
  std::ranges::copy(point, Box(node));
  std::ranges::copy(point, Box(node) + dimensions_);
  return node;
}

void RandomCutTree::Replace(std::uint8_t node, std::uint8_t by) {
  const std::uint8_t parent = nodes_[node].parent;
  nodes_[by].parent = parent;
  if (parent == kNone) {
    root_ = by;
  } else {
    (nodes_[parent].left == node ? nodes_[parent].left : nodes_[parent].right) = by;
  }
}

void RandomCutTree::SumUp(std::uint8_t node) {
  for (; node != kNone; node = nodes_[node].parent) {
    const auto [left, right] = std::pair(nodes_[node].left, nodes_[node].right);
    nodes_[node].on_left = nodes_[left].count;
    nodes_[node].count = static_cast<std::uint8_t>(nodes_[left].count + nodes_[right].count);
    for (std::size_t d = 0; d < dimensions_; ++d) {
      Box(node)[d] = std::min(Box(left)[d], Box(right)[d]);
      Box(node)[dimensions_ + d] = std::max(Box(left)[dimensions_ + d], Box(right)[dimensions_ + d]);
    }
  }
}

void RandomCutTree::Save(Packer* packer) const {
  packer->Put(points() > 0);
  if (points() > 0) SaveNode(root_, packer);
}

void RandomCutTree::SaveNode(std::uint8_t node, Packer* packer) const {
  packer->Put(IsLeaf(node));
  if (IsLeaf(node)) {
    packer->Put(nodes_[node].count);
    for (std::size_t d = 0; d < dimensions_; ++d) packer->Put(Box(node)[d]);
    return;
  }
  packer->Put(nodes_[node].dimension);
  packer->Put(nodes_[node].cut);
  SaveNode(nodes_[node].left, packer);
  SaveNode(nodes_[node].right, packer);
}

bool RandomCutTree::Load(Unpacker* unpacker) {
  if (!unpacker->Get<bool>()) return unpacker->ok();
  root_ = LoadNode(unpacker);
  return root_ != kNone && unpacker->ok();
}

std::uint8_t RandomCutTree::LoadNode(Unpacker* unpacker) {
  if (nodes_.size() == 2 * kMostPoints - 1) return kNone;
  std::vector<float> point(dimensions_);
  const bool is_leaf = unpacker->Get<bool>();
  const auto node = NewLeaf(point);
  if (is_leaf) {
    nodes_[node].count = unpacker->Get<std::uint8_t>();
    for (float& number : point) {
      number = unpacker->Get<float>();
      if (!(std::abs(number) <= kMostCoordinate)) return kNone;
    }
    std::ranges::copy(point, Box(node));
    std::ranges::copy(point, Box(node) + dimensions_);
    return nodes_[node].count >= 1 && nodes_[node].count <= kMostPoints ? node : kNone;
  }
  const auto dimension = unpacker->Get<std::uint8_t>();
  const auto cut = unpacker->Get<float>();
  const std::uint8_t left = LoadNode(unpacker);
  const std::uint8_t right = left == kNone ? kNone : LoadNode(unpacker);
  if (right == kNone || dimension >= dimensions_ || nodes_[left].count + nodes_[right].count > int{kMostPoints} ||
      !(Box(left)[dimensions_ + dimension] <= cut && cut < Box(right)[dimension])) {
    return kNone;
  }
  nodes_[node].dimension = dimension;
  nodes_[node].cut = cut;
  nodes_[node].left = left;
  nodes_[node].right = right;
  nodes_[left].parent = nodes_[right].parent = node;
  SumUp(node);
  return node;
}

}  // namespace vexevt
