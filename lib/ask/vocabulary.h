// What can be said to have been done, and to what: the verbs of the language and the types of events that they mean.
// For lib/ask itself.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace vexevt {

// What something is done to.
enum class Thing : std::uint8_t {
  kFile,
  kDirectory,
  kAnything,  // that has a path
  kSymlink,
  kHardlink,
  kSpecial,  // a device, socket or pipe
  kFileSystem,
  kVector,
  kNode,
  kEdge,
  kNothing,  // nothing is named: "an agent decides"
};
inline constexpr std::size_t kThings = 11;

// The field that says which one; empty: none does.
std::string_view FieldOf(Thing thing);

struct ThingWord {
  std::string_view one, many;
  Thing thing;
};
std::span<const ThingWord> ThingWords();

struct Verb {
  std::string_view base, third, past, gerund;  // delete, deletes, deleted, deleting; a form may be missing
  std::string_view noun, nouns;                // deletion, deletions
  std::string_view types[kThings];             // by Thing; several separated by spaces; empty: it does not go with that
  bool once = false;                           // happens to a file once: a count of files is one of events
  bool moves = false;                          // the file bears path2 afterwards
};
std::span<const Verb> Verbs();  // phrases stand before the verbs that they begin with

}  // namespace vexevt
