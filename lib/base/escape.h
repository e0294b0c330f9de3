// Bytes from outside as text that can do no harm: on a terminal, and in a shell's command line. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vexevt {

// Appends `bytes` as valid UTF-8 that a terminal only shows: \n, \t, \r, \\ and, for all other control characters, for
// those that reorder text, and for what is not UTF-8, \xNN a byte. Reversible.
void AppendEscaped(std::string_view bytes, std::string* out);
std::string Escaped(std::string_view bytes);

// The bytes that AppendEscaped made `text` of; nullopt where there is a backslash that it would not write.
std::optional<std::string> Unescape(std::string_view text);

// Appends `bytes`, escaped so, as text of XML or HTML, between tags or in an attribute's double quotes: XML has no way
// to write most control characters. Nor U+FFFE and U+FFFF, which are characters elsewhere; they are \xNN, too.
void AppendXml(std::string_view bytes, std::string* out);
// The same of a text that AppendEscaped made.
void AppendXmlOfEscaped(std::string_view escaped, std::string* out);

// Appends `bytes` as one word of a POSIX shell that stands for exactly them. Plain words stay as they are; others stand
// in '…', and where that would let control characters or bad UTF-8 through, in $'…' (POSIX.1-2024, and every shell).
void AppendShellQuoted(std::string_view bytes, std::string* out);

}  // namespace vexevt
