// What something is done to, and what else is said of it: a file called x, /etc/shadow, under /etc, larger than 10 MB,
// between 22:00 and 06:00. For lib/ask itself.
#pragma once

#include "lib/ask/deed.h"
#include "lib/ask/vocabulary.h"
#include "lib/ask/word_reader.h"

namespace vexevt {

struct ObjectPhrase {
  Thing thing = Thing::kFile;
  bool none = false;  // "no file", "nothing"
  Relation relation = Relation::kNone;
  std::optional<Count> count;
  std::string volume;  // "> 1GB"
  std::vector<std::string> conditions;
};

// nullopt: nothing is named here, and nothing is taken. `before`: there is a deed that "it" can refer to.
std::optional<ObjectPhrase> ReadObject(WordReader& words, bool before);

// What is said behind the verb and the object: all that there is. `before` as above. False: what was begun is not
// understood.
bool ReadFilters(WordReader& words, bool before, Deed* deed);

}  // namespace vexevt
