// How common bytes and literals are in paths, roughly: so that what is searched for is rare. For lib/match itself.
#pragma once

#include <cstdint>
#include <string_view>

namespace vexevt {

// The share of `byte` among all bytes.
double ByteFrequency(char byte);

// Of the places in paths, the share at which `bytes` stand, were bytes independent of each other.
double BytesFrequency(std::string_view bytes);

enum class LiteralPlace : std::uint8_t { kWhole, kStart, kEnd, kInside };  // of a text; kInside: anywhere in it

// The share of paths that hold `literal` there, words and leading directories taken for likely: whoever names them has
// such paths.
double LiteralFrequency(std::string_view literal, LiteralPlace place);

}  // namespace vexevt
