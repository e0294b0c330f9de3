// Clauses: what was done, by whom, to what. For lib/ask itself.
#pragma once

#include <optional>

#include "lib/ask/deed.h"
#include "lib/ask/word_reader.h"

namespace vexevt {

// root deletes a file under /etc; a file is deleted by root; pattern burst matches. Behind another deed also: deletes
// it; does not close it; is not renamed. nullopt: no such thing stands here.
std::optional<Deed> ReadClause(WordReader& words, const Deed* before);

// The same as a name: deletes of *.log under /var by root; what root deletes; files created in /srv; fs.create events;
// everything under /etc.
std::optional<Deed> ReadOccasion(WordReader& words, const Deed* before);

// Behind "without": closing it, being closed.
std::optional<Deed> ReadOmission(WordReader& words, const Deed* before);

}  // namespace vexevt
