// Events as CSV: a header line, then a line each, quoted as RFC 4180 says, ended by \n. Values are escaped (escape.h),
// so that an event is always one line, and the file UTF-8, whatever bytes its paths have.
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
  // `fields`: names of field.h or attr.KEY, separated by commas.
  static Result<Csv> Make(std::string_view fields);

  void AppendHeader(std::string* out) const;
  void Append(const EventView& event, std::string* out) const;

 private:
  explicit Csv(std::vector<Column> columns) : columns_(std::move(columns)) {}
  std::vector<Column> columns_;
};

inline constexpr std::string_view kDefaultCsvFields = "time,type,pid,comm,path,path2,size,result";

}  // namespace vexevt
