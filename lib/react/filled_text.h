// FilledText: a text with places that are filled from the event that set off a run:
//
//   {path}          the value of a field of field.h, as its bytes are; numbers are whole, times RFC 3339
//   {attr.NAME}     of an attribute: what a match tells of its events is among these (attr.pid, attr.read.path)
//   {path:json}     the same as JSON, quotes included, for the body of a request
//   {run} {step}    the run's id and the step's name
//   {key}           the values of the workflow's key, joined by commas
//   {count}         how many events a debounced run stands for
//   {{ }}           a brace
//
// What is filled in is never looked at again: it stays part of the one argument, whatever bytes it has. In a URL it is
// percent-encoded. Immutable once compiled; safe to use from several threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/column.h"
#include "lib/event/event_view.h"

namespace vexevt {

// Borrows all of it.
struct Filling {
  EventView event;
  std::string_view run, step, key;
  std::uint64_t count = 1;
};

// What the text is for.
enum class FilledAs : std::uint8_t { kBytes, kUrl, kHeader };

class FilledText {
 public:
  FilledText() = default;

  // A failure's message is "COLUMN: what is wrong", in bytes from 1.
  static Result<FilledText> Compile(std::string_view text, FilledAs as = FilledAs::kBytes);
  // Without places, braces or not.
  static FilledText Plain(std::string text);

  const std::string& source() const { return source_; }  // as it was written
  bool has_places() const { return !places_.empty(); }
  // Of the text up to its first place; of the whole where it has none.
  std::string_view fixed_start() const { return places_.empty() ? end_ : places_.front().before; }
  std::vector<const Field*> fields() const;  // that it asks of the event, attributes aside

  // Appends the text. kInvalidArgument, and *out as it was, where the event lacks a value that is asked for: "the event
  // has no 'path'". What would go on without it might do something else than was meant (rm -r {dir}/x).
  // So too for a value with a NUL, which no argument can hold, and for one with a line's end in a header.
  Status Append(const Filling& with, std::string* out) const;

 private:
  enum class Kind : std::uint8_t { kField, kRun, kStep, kKey, kCount };
  struct Place {
    std::string before;  // literal
    Kind kind = Kind::kField;
    Column column;
    ValueForm form = ValueForm::kRaw;
  };

  static Result<Place> PlaceOf(std::string_view name);

  std::string source_;
  FilledAs as_ = FilledAs::kBytes;
  std::vector<Place> places_;
  std::string end_;  // literal behind the last place
};

}  // namespace vexevt
