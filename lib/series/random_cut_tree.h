// RandomCutTree: points in some dimensions, cut apart at random until each is alone (Guha, Mishra, Roy, Schrijvers:
// "Robust Random Cut Forest Based Anomaly Detection on Streams", ICML 2016). A cut's dimension is drawn by how far the
// points spread there, its place uniformly; a point that lies apart is cut off early, beside many. Points can be added
// and taken away, and the tree is as if it had been cut for just those that it has.
//
// Which of equal trees' nodes stand where in memory decides nothing, so that one that was saved goes on as if it had
// not been.
//
// Holds kMostPoints at most. An operation takes time as the depth, some ten steps. Not for two threads at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lib/base/packing.h"
#include "lib/base/random.h"

namespace vexevt {

class RandomCutTree {
 public:
  static constexpr std::uint32_t kMostPoints = 64;
  static constexpr std::size_t kMostDimensions = 16;
  // A coordinate is at most this, of either sign.
  static constexpr float kMostCoordinate = 1e6F;

  // Where a point would go, as far as it has been looked for.
  struct Place {
    std::uint8_t node;           // beside which it is cut off, or, of `joins`, the leaf of equal points
    std::uint8_t dimension = 0;  // of the cut between them
    float cut = 0;
    bool joins = false;
    // How much the tree would change if the point were added: the most that others would be displaced for each that is
    // displaced with it (the paper's CoDisp), 0 to the number of points.
    float displaced = 0;
  };

  explicit RandomCutTree(std::uint32_t dimensions) : dimensions_(dimensions) {}

  // The search for a point's place goes down by a cut with each step; the last one returns false. Whoever searches many
  // trees takes a step in each by turns, so that their memory is waited for at once.
  Place Begin() const {
    if (root_ != kNone) Prefetch(root_);
    return {.node = root_};
  }
  bool Step(std::span<const float> point, Random* random, Place* place) const;

  // Adds a point whose place has been found; to a full tree, in place of one that is drawn.
  void Add(std::span<const float> point, Place place, Random* random);

  // Its points one after the other, equal ones as often as they came. Their order says nothing.
  void AppendPoints(std::vector<float>* points) const { AppendPoints(root_, points); }

  std::uint32_t points() const { return root_ == kNone ? 0 : nodes_[root_].count; }

  void Save(Packer* packer) const;
  // Into an empty one. False: these are no bytes that Save wrote.
  bool Load(Unpacker* unpacker);

 private:
  static constexpr std::uint8_t kNone = 255;

  struct Node {
    float cut = 0;  // points up to it are on the left
    std::uint8_t dimension = 0;
    std::uint8_t left = kNone, right = kNone, parent = kNone;  // a leaf has no children
    std::uint8_t count = 0;                                    // points; those of a leaf are equal
    std::uint8_t on_left = 0;                                  // of them; not to have to wait for the child's memory
  };
  bool IsLeaf(std::uint8_t node) const { return nodes_[node].left == kNone; }
  // What a node's points span: the lows, then the highs.
  float* Box(std::uint8_t node) { return boxes_.data() + std::size_t{node} * 2 * dimensions_; }
  const float* Box(std::uint8_t node) const { return boxes_.data() + std::size_t{node} * 2 * dimensions_; }
  void Prefetch(std::uint8_t node) const {
    __builtin_prefetch(&nodes_[node]);
    __builtin_prefetch(Box(node));
    __builtin_prefetch(Box(node) + std::size_t{2} * dimensions_ - 1);  // most boxes lie across two lines
  }

  void AppendPoints(std::uint8_t node, std::vector<float>* points) const;
  void TakeOne(Random* random);
  std::uint8_t NewLeaf(std::span<const float> point);
  void Replace(std::uint8_t node, std::uint8_t by);
  // Counts and boxes from the node upwards, from those of its children.
  void SumUp(std::uint8_t node);
  void SaveNode(std::uint8_t node, Packer* packer) const;
  std::uint8_t LoadNode(Unpacker* unpacker);  // kNone: damaged

  std::uint32_t dimensions_;
  std::uint8_t root_ = kNone;
  std::vector<Node> nodes_;
  std::vector<float> boxes_;
  std::vector<std::uint8_t> free_;
};

}  // namespace vexevt
