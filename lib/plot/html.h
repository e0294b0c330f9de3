// A report as one HTML page, for a browser or a mail: no script, and nothing that it would fetch. Thread-safe.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/plot/chart.h"

namespace vexevt {

struct ReportTable {
  std::string title, note;  // any bytes; the note stands below, and is empty where there is nothing to be said
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;  // texts as AppendEscaped makes them, as many as names
  std::vector<bool> left;                      // by column: aligned so; else they are numbers
};

struct ReportPage {
  std::string title;                                       // any bytes, as all texts are that follow
  std::vector<std::pair<std::string, std::string>> facts;  // what, and its value
  std::vector<std::string> notes;                          // what has to be known before all; as AppendEscaped makes
  std::vector<Chart> charts;
  std::vector<ReportTable> tables;
};

std::string HtmlOf(const ReportPage& page);

}  // namespace vexevt
