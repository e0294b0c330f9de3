#include "lib/base/base64.h"

#include <array>
#include <cstdint>

namespace vexevt {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> kValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}();

}  // namespace

char* WriteBase64(std::string_view bytes, char* out) {
  for (; !bytes.empty(); bytes.remove_prefix(bytes.size() < 3 ? bytes.size() : 3)) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      *out++ = i <= bytes.size() ? kAlphabet[group >> (18 - 6 * i) & 63] : '=';
    }
  }
  return out;
}

bool AppendFromBase64(std::string_view text, std::string* out) {
  if (text.size() % 4 != 0) return false;
  const std::size_t start = out->size();
  for (; !text.empty(); text.remove_prefix(4)) {
    std::size_t padding = text.size() > 4 ? 0 : text[2] == '=' && text[3] == '=' ? 2 : text[3] == '=' ? 1 : 0;
    std::uint32_t group = 0;
    bool valid = true;
    for (std::size_t i = 0; i < 4; ++i) {
      int value = i < 4 - padding ? kValues[static_cast<unsigned char>(text[i])] : 0;
      valid = valid && value >= 0;
      group = group << 6 | static_cast<std::uint32_t>(value & 63);
    }
    // The bits that padding leaves over are 0: each sequence of bytes has one text.
    if (!valid || (group & ((1u << (8 * padding)) - 1)) != 0) {
      out->resize(start);
      return false;
    }
    for (std::size_t i = 0; i < 3 - padding; ++i) out->push_back(static_cast<char>(group >> (16 - 8 * i)));
  }
  return true;
}

}  // namespace vexevt
