// Of an expression that asks for more than the event says, the part that the event alone decides: it is tried first,
// and tells which types of events come into question. For lib/expr itself.
#pragma once

#include <optional>
#include <utility>

#include "lib/expr/ast.h"

namespace vexevt {

// The whole is `alone` and `rest`; one of them at least is there.
struct SplitSyntax {
  std::optional<ExprNode> alone, rest;
};

// `refers`: whether a node asks for more than the event says.
template <typename Refers>
SplitSyntax SplitConjunction(ExprNode syntax, Refers refers) {
  SplitSyntax split;
  if (syntax.kind != NodeKind::kAnd) {
    const bool rest = refers(syntax);
    (rest ? split.rest : split.alone) = std::move(syntax);
    return split;
  }
  for (ExprNode& child : syntax.children) {
    std::optional<ExprNode>& part = refers(child) ? split.rest : split.alone;
    if (!part) {
      part = std::move(child);
      continue;
    }
    if (part->kind != NodeKind::kAnd) {
      ExprNode both{NodeKind::kAnd, {}, {}};
      both.children.push_back(std::move(*part));
      part = std::move(both);
    }
    part->children.push_back(std::move(child));
  }
  return split;
}

}  // namespace vexevt
