// Expression: a predicate over events, written in the language of vexevt-expr(7), compiled once to a flat program.
//
//   type = fs.create and path glob "/home/**/*.py" and not comm in (rsync, cp) and size > 10M
//
// Compiling allocates; matching does not, and reads nothing but the event, so that a replay decides as the live stream
// did. An Expression is immutable: several threads may match with one. Movable, not copyable.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "lib/base/status.h"
#include "lib/event/event_view.h"
#include "lib/expr/named_lists.h"
#include "lib/expr/requirement.h"

namespace vexevt {

inline constexpr std::size_t kMaxExpressionBytes = std::size_t{1} << 20;

class Expression {
 public:
  struct Compiled;

  explicit Expression(std::unique_ptr<const Compiled> compiled);
  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;
  ~Expression();

  bool Matches(const EventView& event) const;

  const Requirement& requirement() const;

  // The canonical text: one spelling of operators, no needless parentheses or quotes. Compiles to the same expression.
  std::string Print() const;

  // For people: each comparison on a line, indented as nested, with the event's value and whether it holds.
  std::string Explain(const EventView& event) const;

 private:
  std::unique_ptr<const Compiled> compiled_;
};

// A failure's message is "COLUMN: what is wrong", the column in bytes from 1: "8: unknown field 'pth' (did you mean
// 'path'?)". The code is kInvalidArgument.
Result<Expression> CompileExpression(std::string_view text, const NamedLists& lists = {});

// The expressions joined by `or`, and the whole negated where `inverted`. Each is read by itself; a failure's column is
// in the one that is wrong.
Result<Expression> CompileAny(std::span<const std::string> texts, bool inverted, const NamedLists& lists = {});

}  // namespace vexevt
