// Parts of a chart as text that several kinds have. For the sources of chart_text.h alone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lib/plot/chart.h"
#include "lib/plot/chart_text.h"

namespace vexevt {

// As AppendChartText, without title and note. There is a row, and a value that is no NaN.
void AppendBarsText(const Chart& chart, const TextForm& form, std::string* out);
void AppendSparkText(const Chart& chart, const TextForm& form, std::string* out);
void AppendLinesText(const Chart& chart, const TextForm& form, std::string* out);
void AppendHeatMapText(const Chart& chart, const TextForm& form, std::string* out);

// The columns that labels take: of the longest, but no more than a third of the width.
std::size_t LabelColumns(const Chart& chart, const TextForm& form);
// The label in exactly so many columns, and a space between it and what follows.
void AppendLabel(std::string_view label, std::size_t columns, const TextForm& form, std::string* out);

void AppendRight(std::string_view text, std::size_t columns, std::string* out);

// A newline in place of the spaces at the end of *out.
void EndLine(std::string* out);

// `text` in one of 256 colours, where there is colour.
void AppendColored(std::string_view text, unsigned color, const TextForm& form, std::string* out);
unsigned RowColor(std::size_t row);

// Of a chart that goes along something, the columns that `length` values take in so much room, and each value's part of
// them: a value has the same number of columns as the others, or several values have one, which is the largest.
std::size_t ColumnsFor(std::size_t length, std::size_t room);
std::vector<double> InColumns(std::vector<double> values, std::size_t length, std::size_t columns);

// Marks of the chart's time, or what it goes by, below `columns` columns: their places, and a line of what they say.
struct AxisText {
  std::vector<std::size_t> marks;  // columns
  std::string line;
};
AxisText AxisOf(const Chart& chart, std::size_t columns);

}  // namespace vexevt
