#include "lib/plot/sparkline.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace vexevt {
namespace {

constexpr std::size_t kLevels = 8;
constexpr std::string_view kAsciiLevels = "_.:-=+*#";

// U+2580 and on: blocks of so many eighths of a character's height.
void AppendBlock(std::size_t eighths, std::string* out) {
  out->append({'\xe2', '\x96', static_cast<char>(0x80 + eighths)});
}

}  // namespace

void AppendSparkline(std::span<const double> values, const Scale& scale, bool utf8, std::string* out) {
  for (const double value : values) {
    if (std::isnan(value)) {
      out->push_back(' ');
      continue;
    }
    const auto level = std::min(kLevels - 1, static_cast<std::size_t>(ShareOf(value, scale) * kLevels));
    if (utf8) {
      AppendBlock(level + 1, out);
    } else {
      out->push_back(kAsciiLevels[level]);
    }
  }
}

void AppendBar(double share, std::size_t width, bool utf8, std::string* out) {
  const double part = std::isnan(share) ? 0 : std::clamp(share, 0.0, 1.0);
  const std::size_t parts = utf8 ? 8 : 1;  // of a character
  auto length = static_cast<std::size_t>(std::lround(part * static_cast<double>(width * parts)));
  if (part > 0 && width > 0) length = std::max<std::size_t>(length, 1);
  std::size_t used = length / parts;
  for (std::size_t i = 0; i < used; ++i) out->append(utf8 ? "\xe2\x96\x88" : "#");
  if (const std::size_t eighths = length % parts; eighths > 0) {
    out->append({'\xe2', '\x96', static_cast<char>(0x90 - eighths)});  // U+258F is one eighth, U+2588 all eight
    ++used;
  }
  out->append(width - used, ' ');
}

}  // namespace vexevt
