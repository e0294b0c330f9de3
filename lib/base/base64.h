// Base64 with the alphabet and padding of RFC 4648, section 4.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vexevt {

inline std::size_t Base64Size(std::size_t bytes) { return (bytes + 2) / 3 * 4; }

// Writes Base64Size(bytes.size()) characters; returns the end.
char* WriteBase64(std::string_view bytes, char* out);

// Appends what `text` stands for. False, and nothing appended, unless it is what WriteBase64 would have written.
bool AppendFromBase64(std::string_view text, std::string* out);

}  // namespace vexevt
