// DotCanvas: a field of characters, each some dots wide and high, on which lines are drawn. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vexevt {

class DotCanvas {
 public:
  static constexpr std::uint8_t kNobody = 0xff;

  // In characters, neither 0; `dense`: 2 by 4 dots a character, as Braille has them, else one.
  DotCanvas(std::size_t width, std::size_t height, bool dense)
      : width_(width), height_(height), dense_(dense), dots_(width * height), owners_(width * height, kNobody) {}

  std::size_t dots_across() const { return width_ * (dense_ ? 2 : 1); }
  std::size_t dots_down() const { return height_ * (dense_ ? 4 : 1); }

  // A line of the owner's between two dots; x from the left, y from the top, both on the canvas. What lies above it in
  // a character is the last one's.
  void Draw(std::size_t x0, std::size_t y0, std::size_t x1, std::size_t y1, std::uint8_t owner);

  // Of a character: who drew there last, and which dots, as U+2800 + dots is the Braille character.
  std::uint8_t owner(std::size_t column, std::size_t line) const { return owners_[line * width_ + column]; }
  std::uint8_t dots(std::size_t column, std::size_t line) const { return dots_[line * width_ + column]; }

 private:
  void Set(std::size_t x, std::size_t y, std::uint8_t owner);

  std::size_t width_, height_;
  bool dense_;
  std::vector<std::uint8_t> dots_, owners_;
};

}  // namespace vexevt
