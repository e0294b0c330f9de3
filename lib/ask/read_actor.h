// Who does something: someone, root, a process other than rsync, more than 3 users. For lib/ask itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/ask/deed.h"
#include "lib/ask/word_reader.h"

namespace vexevt {

// nullopt: nobody is named here, and nothing is taken. `before`: there is a deed that "the same" can refer to.
std::optional<Actor> ReadActor(WordReader& words, bool before);

// for each user, for each file and host: appends the fields that tell them apart, or takes nothing.
bool ReadEach(WordReader& words, std::vector<std::string>* fields);

// nobody, no one, no process.
std::optional<Actor> ReadNobody(WordReader& words);

}  // namespace vexevt
