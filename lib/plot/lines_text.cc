#include <algorithm>
#include <cmath>
#include <vector>

#include "lib/plot/dot_canvas.h"
#include "lib/plot/scale.h"
#include "lib/plot/text_parts.h"
#include "lib/plot/text_width.h"

namespace vexevt {
namespace {

constexpr std::size_t kLinesAMark = 3;

struct AxisMarks {
  std::string_view side, side_mark, corner, bottom, bottom_mark;
};
constexpr AxisMarks kUtf8Marks{"\xe2\x94\x82", "\xe2\x94\xa4", "\xe2\x94\x94", "\xe2\x94\x80", "\xe2\x94\xb4"};
constexpr AxisMarks kAsciiMarks{"|", "+", "+", "-", "+"};

// Dots tell no rows apart: several have colours, or else a letter each.
bool DrawsDots(const Chart& chart, const TextForm& form) { return form.utf8 && (form.color || chart.rows.size() == 1); }

std::string Sign(const Chart& chart, std::size_t row) {
  return chart.rows.size() == 1 ? "*" : std::string(1, static_cast<char>('a' + row % 26));
}

void DrawRow(const ChartRow& row, std::size_t length, const Scale& scale, std::uint8_t owner, DotCanvas* canvas) {
  const auto place = [](double share, std::size_t dots) {
    return static_cast<std::size_t>(std::lround(share * static_cast<double>(dots - 1)));
  };
  bool before = false;
  std::size_t last_x = 0, last_y = 0;
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    const bool there = !std::isnan(row.values[i]);
    if (there) {
      const std::size_t x = i * canvas->dots_across() / length;
      const std::size_t y = place(1 - ShareOf(row.values[i], scale), canvas->dots_down());
      canvas->Draw(before ? last_x : x, before ? last_y : y, x, y, owner);
      last_x = x;
      last_y = y;
    }
    before = there;
  }
}

void AppendCharacter(const DotCanvas& canvas, std::size_t column, std::size_t line, const Chart& chart,
                     const TextForm& form, std::string* out) {
  const std::uint8_t owner = canvas.owner(column, line);
  if (owner == DotCanvas::kNobody) {
    out->push_back(' ');
    return;
  }
  const std::uint8_t dots = canvas.dots(column, line);
  const std::string braille = {'\xe2', static_cast<char>(0xa0 | dots >> 6), static_cast<char>(0x80 | (dots & 0x3f))};
  AppendColored(DrawsDots(chart, form) ? braille : Sign(chart, owner), RowColor(owner), form, out);
}

void AppendLegend(const Chart& chart, const TextForm& form, std::string* out) {
  for (std::size_t i = 0; i < chart.rows.size(); ++i) {
    AppendColored(DrawsDots(chart, form) ? "\xe2\x94\x81\xe2\x94\x81" : Sign(chart, i), RowColor(i), form, out);
    out->push_back(' ');
    AppendFitted(chart.rows[i].label, form.width - 3, form.utf8, out);
    EndLine(out);
  }
}

}  // namespace

void AppendLinesText(const Chart& chart, const TextForm& form, std::string* out) {
  std::vector<double> all;
  for (const ChartRow& row : chart.rows) all.insert(all.end(), row.values.begin(), row.values.end());
  const Scale scale = ScaleOf(all);
  std::vector<std::string> sides(form.height);
  std::size_t side_columns = 0;
  for (const double mark : NiceMarks(scale, std::max<std::size_t>(2, form.height / kLinesAMark), chart.quantity)) {
    const double share = 1 - ShareOf(mark, scale);
    std::string& side = sides[static_cast<std::size_t>(std::lround(share * static_cast<double>(form.height - 1)))];
    side = ShowQuantity(mark, chart.quantity);
    side_columns = std::max(side_columns, side.size());
  }
  const std::size_t width = form.width - std::min(form.width - 2, side_columns + 2);
  DotCanvas canvas(width, form.height, DrawsDots(chart, form));
  const std::size_t length = LengthOf(chart);
  for (std::size_t i = 0; i < chart.rows.size(); ++i) {
    DrawRow(chart.rows[i], length, scale, static_cast<std::uint8_t>(i % DotCanvas::kNobody), &canvas);
  }
  const AxisMarks& marks = form.utf8 ? kUtf8Marks : kAsciiMarks;
  for (std::size_t line = 0; line < form.height; ++line) {
    AppendRight(sides[line], side_columns, out);
    out->push_back(' ');
    out->append(sides[line].empty() ? marks.side : marks.side_mark);
    for (std::size_t column = 0; column < width; ++column) AppendCharacter(canvas, column, line, chart, form, out);
    EndLine(out);
  }
  const AxisText axis = AxisOf(chart, width);
  out->append(side_columns + 1, ' ');
  out->append(marks.corner);
  for (std::size_t column = 0; column < width; ++column) {
    out->append(std::ranges::binary_search(axis.marks, column) ? marks.bottom_mark : marks.bottom);
  }
  EndLine(out);
  out->append(side_columns + 2, ' ');
  *out += axis.line + '\n';
  if (chart.rows.size() > 1 || !chart.rows[0].label.empty()) AppendLegend(chart, form, out);
}

}  // namespace vexevt
