// Condition: an expression about an event and events that came before it, for patterns. Where a value is expected,
// NAME.FIELD stands for the field of the earlier event that bears the name:
//
//   type = fs.delete and path = read.path and uid != read.uid
//
// A comparison with a field that either event lacks is false, and with `!=` and `not in` true, as for single events.
// Immutable once compiled: several threads may use one. Movable, not copyable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/field.h"
#include "lib/expr/expression.h"

namespace vexevt {

// A field of an earlier event: of `name`, the place of its name among those that may be used.
struct EarlierField {
  std::size_t name = 0;
  const Field* field = nullptr;  // nullptr: the attribute
  std::string attribute;
  bool operator==(const EarlierField&) const = default;
};

// NAME.FIELD with one of `names`; nullopt: it is no such thing. A failure's message has no column.
Result<std::optional<EarlierField>> ParseEarlierField(std::string_view text, std::span<const std::string> names);

// The value of a field, or of an attribute, in an event.
FieldValue ReadEarlierField(const EventView& event, const EarlierField& field);

class Condition {
 public:
  Condition() = default;

  // `own`: the name of the event itself, which may stand before its fields, too. The earlier fields that are used are
  // added to *wanted, where they are not there yet. Failures are as CompileExpression says.
  static Result<Condition> Compile(std::string_view text, std::string_view own, std::span<const std::string> earlier,
                                   const NamedLists& lists, std::vector<EarlierField>* wanted);

  // What can be told from the event alone; where that is false, the condition is.
  bool MayHold(const EventView& event) const { return !alone_ || alone_->Matches(event); }

  // The rest, where there is any. `earlier` has the values of the wanted fields, of those that uses() names at least.
  bool relates() const { return relation_ != nullptr; }
  std::span<const std::uint32_t> uses() const { return uses_; }
  bool Relates(const EventView& event, std::span<const FieldValue> earlier) const;

  const Expression* alone() const { return alone_ ? &*alone_ : nullptr; }

  struct Relation;

 private:
  std::optional<Expression> alone_;
  std::shared_ptr<const Relation> relation_;
  std::vector<std::uint32_t> uses_;
};

}  // namespace vexevt
