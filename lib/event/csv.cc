#include "lib/event/csv.h"

#include <algorithm>

#include "lib/base/escape.h"

namespace vexevt {
namespace {

// Quotes what was appended to `out` from `start` on, where it has to be.
void QuoteFrom(std::size_t start, std::string* out) {
  if (out->find_first_of(",\"", start) == std::string::npos) return;
  std::string value = out->substr(start);
  out->resize(start);
  out->push_back('"');
  for (char c : value) out->append(c == '"' ? 2 : 1, c);
  out->push_back('"');
}

}  // namespace

Result<Csv> Csv::Make(std::string_view fields, char separator) {
  std::vector<Column> columns;
  while (true) {
    std::size_t end = std::min(fields.find(','), fields.size());
    VEXEVT_ASSIGN(Column column, ParseColumn(fields.substr(0, end)));
    columns.push_back(std::move(column));
    if (end == fields.size()) return Csv(std::move(columns), separator);
    fields.remove_prefix(end + 1);
  }
}

void Csv::AppendHeader(std::string* out) const {
  for (const Column& column : columns_) {
    if (&column != columns_.data()) out->push_back(separator_);
    std::size_t start = out->size();
    AppendEscaped(column.name, out);
    if (separator_ == ',') QuoteFrom(start, out);
  }
  out->push_back('\n');
}

void Csv::Append(const EventView& event, std::string* out) const {
  for (const Column& column : columns_) {
    if (&column != columns_.data()) out->push_back(separator_);
    std::size_t start = out->size();
    AppendValue(event, column, ValueForm::kEscaped, out);
    if (separator_ == ',') QuoteFrom(start, out);
  }
  out->push_back('\n');
}

}  // namespace vexevt
