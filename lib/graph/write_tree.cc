#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <deque>
#include <utility>

#include "lib/base/clock.h"
#include "lib/graph/edges_by_node.h"
#include "lib/graph/node_name.h"
#include "lib/graph/text_chunks.h"
#include "lib/graph/write.h"

namespace vexevt {
namespace {

constexpr std::size_t kMostLevels = 20;

std::string_view VerbOf(EdgeKind kind, Direction direction) {
  struct Verb {
    std::string_view of_source, of_target;  // how a target's line names its source, and the other way round
  };
  static constexpr Verb kVerbs[] = {
      {"read", "read by"},                // kRead
      {"executed", "executed by"},        // kExec
      {"written by", "wrote"},            // kWrite
      {"created by", "created"},          // kCreate
      {"deleted by", "deleted"},          // kDelete
      {"renamed by", "renamed"},          // kRename
      {"linked by", "linked"},            // kLink
      {"changed by", "changed"},          // kChange
      {"forked by", "forked"},            // kFork
      {"run by", "ran"},                  // kRuns
      {"acted for", "acted through"},     // kActsFor
      {"has as a part", "is a part of"},  // kPart
      {"caused by", "caused"},            // kCauses
  };
  const Verb& verb = kVerbs[static_cast<std::size_t>(kind)];
  return direction == Direction::kAncestors ? verb.of_source : verb.of_target;
}

std::string LocalTime(std::uint64_t wall_ns) {
  const auto seconds = static_cast<std::time_t>(wall_ns / kNsPerSecond);
  std::tm local = {};
  localtime_r(&seconds, &local);
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local)) +
         fmt::format(".{:03}", wall_ns / kNsPerMs % 1000);
}

// All edges of a node that lead to one other.
struct Branch {
  NodeId node = 0;
  std::string verbs;
  std::uint64_t first_ns = ~std::uint64_t{0}, last_ns = 0, count = 0;
  std::uint64_t step = 0;  // of the newest
  bool opens = false;      // what is below the other node is shown here
};

class Tree {
 public:
  Tree(const Graph& graph, const Answer& answer, const TextOut& out)
      : graph_(graph),
        answer_(answer),
        back_(answer.direction == Direction::kAncestors),
        edges_(graph, answer.edges, back_ ? &Edge::to : &Edge::from),
        titles_(graph),
        chunks_(out),
        opened_(graph.nodes().size()) {}

  Status Write(const std::vector<std::string>& caveats) {
    waiting_.assign(answer_.roots.begin(), answer_.roots.end());
    while (!waiting_.empty()) VEXEVT_TRY(WriteNext());
    // What is not reached in the order of time: of a whole graph alone.
    for (NodeId node = 0; node < graph_.nodes().size(); ++node) {
      if (opened_[node] || edges_.of(node).empty()) continue;
      waiting_.push_back(node);
      while (!waiting_.empty()) VEXEVT_TRY(WriteNext());
    }
    for (const std::string& caveat : caveats) chunks_.text += fmt::format("({})\n", caveat);
    return chunks_.Finish();
  }

 private:
  struct Level {
    std::vector<Branch> branches;
    std::size_t next = 0;
  };

  Status WriteNext() {
    const NodeId root = waiting_.front();
    waiting_.pop_front();
    const bool elsewhere = opened_[root] && !edges_.of(root).empty();
    chunks_.text += titles_.Of(root) + (elsewhere ? " ...\n" : "\n");
    if (opened_[root]) return {};
    std::vector<Level> levels;
    levels.push_back(Open(root));
    while (!levels.empty()) {
      Level& level = levels.back();
      if (level.next == level.branches.size()) {
        levels.pop_back();
        continue;
      }
      const Branch& branch = level.branches[level.next++];
      bool opens = branch.opens && !opened_[branch.node];
      const bool has_more = !edges_.of(branch.node).empty();
      if (opens && has_more && levels.size() == kMostLevels) {
        waiting_.push_back(branch.node);
        opens = false;
      }
      WriteLine(branch, levels.size(), has_more && !opens);
      VEXEVT_TRY(chunks_.Pass());
      if (opens && has_more) levels.push_back(Open(branch.node));
    }
    return {};
  }

  void WriteLine(const Branch& branch, std::size_t level, bool elsewhere) {
    chunks_.text +=
        fmt::format("{}{:{}}{} {}", LocalTime(branch.first_ns), "", 2 * level, branch.verbs, titles_.Of(branch.node));
    if (branch.count > 1) {
      const std::string first = LocalTime(branch.first_ns), last = LocalTime(branch.last_ns);
      constexpr std::size_t kDate = sizeof "2026-11-23";
      const bool same_day = first.compare(0, kDate, last, 0, kDate) == 0;
      chunks_.text += fmt::format(" ({} times", branch.count);
      if (last != first) chunks_.text += ", until " + (same_day ? last.substr(kDate) : last);
      chunks_.text += ')';
    }
    chunks_.text += elsewhere ? " ...\n" : "\n";
  }

  // The branches of a node: going back the newest first, going on the oldest.
  Level Open(NodeId node) {
    opened_[node] = true;
    const auto other = [&](EdgeId edge) { return back_ ? graph_.edges()[edge].from : graph_.edges()[edge].to; };
    const auto of_node = edges_.of(node);
    std::vector<EdgeId> edges(of_node.begin(), of_node.end());
    std::ranges::stable_sort(edges, {}, other);
    Level level;
    for (const EdgeId id : edges) {
      const Edge& edge = graph_.edges()[id];
      if (level.branches.empty() || level.branches.back().node != other(id)) {
        level.branches.push_back({.node = other(id)});
      }
      Branch& branch = level.branches.back();
      const std::string_view verb = VerbOf(edge.kind, answer_.direction);
      AddVerb(verb, &branch.verbs);
      branch.first_ns = std::min(branch.first_ns, edge.first_ns);
      branch.last_ns = std::max(branch.last_ns, edge.last_ns);
      branch.count += edge.count;
      branch.step = std::max(branch.step, edge.last);
      branch.opens |= answer_.ways[branch.node] == id;
    }
    std::ranges::stable_sort(
        level.branches, [&](const Branch& a, const Branch& b) { return back_ ? a.step > b.step : a.step < b.step; });
    return level;
  }

  // "created, written by": what all of them end with stands once.
  static void AddVerb(std::string_view verb, std::string* verbs) {
    constexpr std::string_view kBy = " by";
    std::string_view known = *verbs;
    while (!known.empty()) {
      const std::size_t comma = std::min(known.find(", "), known.size());
      std::string_view word = known.substr(0, comma), asked = verb;
      if (word.ends_with(kBy)) word.remove_suffix(kBy.size());
      if (asked.ends_with(kBy)) asked.remove_suffix(kBy.size());
      if (word == asked) return;
      known.remove_prefix(std::min(known.size(), comma + 2));
    }
    if (verb.ends_with(kBy) && verbs->ends_with(kBy)) verbs->resize(verbs->size() - kBy.size());
    if (!verbs->empty()) *verbs += ", ";
    *verbs += verb;
  }

  const Graph& graph_;
  const Answer& answer_;
  const bool back_;
  EdgesByNode edges_;
  NodeTitles titles_;
  TextChunks chunks_;
  std::vector<bool> opened_;
  std::deque<NodeId> waiting_;  // to be shown at the left
};

}  // namespace

Status WriteTree(const Graph& graph, const Answer& answer, const std::vector<std::string>& caveats,
                 const TextOut& out) {
  return Tree(graph, answer, out).Write(caveats);
}

}  // namespace vexevt
