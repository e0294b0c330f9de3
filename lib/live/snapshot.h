// What the live view shows of a stream at one time, as plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/event/column.h"

namespace vexevt {

struct LiveColumn {
  std::string name;
  bool left = false;  // texts, which begin at its left
};

struct LiveRow {
  std::string key;  // one among the table's rows; of a group, its key
  bool other = false;
  std::vector<std::string> texts;  // by column; escaped
  std::vector<double> numbers;     // by column; NaN where it is no number
};

struct LiveTable {
  std::vector<LiveColumn> columns;
  std::vector<Column> by;  // what the rows are groups by: the first of the columns; empty: they are none
  std::vector<LiveRow> rows;
};

struct LiveSnapshot {
  double rate = 0;              // events a second
  std::vector<double> seconds;  // events in each of the last seconds, the earliest first
  std::uint64_t total = 0;
  std::uint64_t lost = 0;
  bool lost_more = false;       // and some of which the number is not known
  std::uint64_t alerts = 0;     // anomalies, too
  std::uint64_t newest_ns = 0;  // time of the newest event; 0: none came yet
  std::uint64_t lag_ns = 0;     // from then until now
  bool ended = false;           // the stream has
  std::vector<LiveTable> tables;
};

}  // namespace vexevt
