// Events as CSV or TSV: a header line, then a line each, ended by \n. Values are escaped (escape.h), so that an event
// is always one line, and the file UTF-8, whatever bytes its paths have. In CSV they are quoted besides, as RFC 4180
// says; in TSV they need no quotes, as a tab in them is \t.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/column.h"
#include "lib/event/event_view.h"

namespace vexevt {

class Csv {
 public:
  // `fields`: names of field.h or attr.KEY, separated by commas. `separator` is ',' or '\t'.
  static Result<Csv> Make(std::string_view fields, char separator = ',');

  void AppendHeader(std::string* out) const;
  void Append(const EventView& event, std::string* out) const;

 private:
  Csv(std::vector<Column> columns, char separator) : columns_(std::move(columns)), separator_(separator) {}

  std::vector<Column> columns_;
  char separator_;
};

inline constexpr std::string_view kDefaultCsvFields = "time,type,pid,comm,path,path2,size,result";

}  // namespace vexevt
