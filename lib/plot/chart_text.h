// Charts as lines of text, for a terminal or a mail. Thread-safe.
#pragma once

#include <cstddef>
#include <string>

#include "lib/plot/chart.h"

namespace vexevt {

struct TextForm {
  std::size_t width = 80;   // columns; taken for 40 where it is less
  std::size_t height = 12;  // lines of what kLine draws, between 2 and 100
  bool utf8 = true;         // else ASCII alone
  bool color = false;       // of 256, as escape sequences
};

// The title, the picture, its axis and the note, each line ended. Labels are escaped, and cut where they take too much
// room. A chart without a value says so.
void AppendChartText(const Chart& chart, const TextForm& form, std::string* out);

}  // namespace vexevt
