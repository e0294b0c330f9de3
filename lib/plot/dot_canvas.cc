#include "lib/plot/dot_canvas.h"

#include <cstdlib>

namespace vexevt {
namespace {

// Braille numbers its dots down the left column and down the right one, and the lowest two last.
constexpr std::uint8_t kBrailleBits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

}  // namespace

void DotCanvas::Set(std::size_t x, std::size_t y, std::uint8_t owner) {
  const std::size_t at = dense_ ? y / 4 * width_ + x / 2 : y * width_ + x;
  const int dot = dense_ ? kBrailleBits[y % 4][x % 2] : 1;
  dots_[at] = static_cast<std::uint8_t>(dots_[at] | dot);
  owners_[at] = owner;
}

// Bresenham's.
void DotCanvas::Draw(std::size_t x0, std::size_t y0, std::size_t x1, std::size_t y1, std::uint8_t owner) {
  auto x = static_cast<std::ptrdiff_t>(x0), y = static_cast<std::ptrdiff_t>(y0);
  const auto to_x = static_cast<std::ptrdiff_t>(x1), to_y = static_cast<std::ptrdiff_t>(y1);
  const std::ptrdiff_t across = std::abs(to_x - x), down = -std::abs(to_y - y);
  const std::ptrdiff_t step_x = x < to_x ? 1 : -1, step_y = y < to_y ? 1 : -1;
  for (std::ptrdiff_t error = across + down;;) {
    Set(static_cast<std::size_t>(x), static_cast<std::size_t>(y), owner);
    if (x == to_x && y == to_y) return;
    const std::ptrdiff_t twice = 2 * error;
    if (twice >= down) {
      error += down;
      x += step_x;
    }
    if (twice <= across) {
      error += across;
      y += step_y;
    }
  }
}

}  // namespace vexevt
