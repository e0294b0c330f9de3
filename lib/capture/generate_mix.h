// What the generator imitates, as data: kinds of objects, the scripts that processes follow on them, and the mixes that
// people choose by name.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "lib/event/event.h"

namespace vexevt {

// The two names of an object: where it lives, and beside it (its name and a suffix), where it is made or moved to.
enum class Name : std::uint8_t { kPlain, kBeside, kBesideToPlain, kPlainToBeside };

struct MixStep {
  EventType type;
  Name name = Name::kPlain;
  std::uint8_t most = 1;  // once to so many times
};

// One process at work on one object, from beginning to end.
struct Script {
  std::string_view comm, exe;
  std::uint32_t uid;
  std::uint32_t pid;  // 0: a new process each time
  std::uint32_t weight;
  std::span<const MixStep> steps;
};

// A kind of objects. Those that are absent are made; of what is there one of the other scripts is played. A script
// leaves its object absent when its last step on the plain name removes it.
struct ObjectKind {
  std::string_view root;    // where the tree of their directories begins; other families: the collection, graph, …
  std::string_view suffix;  // of the name beside
  std::span<const std::string_view> extensions;
  std::span<const std::string_view> tenants;  // the first directory below root, and the tenant; empty: none
  std::uint32_t weight;
  std::uint16_t mode;
  bool present;  // from the beginning
  Boundary boundary;
  Family family;
  Script make;
  std::span<const Script> others;
};

// nullptr: no mix has that name.
struct Mix {
  std::string_view name;
  std::string_view meaning;
  std::span<const ObjectKind* const> kinds;
};
std::span<const Mix> AllMixes();
const Mix* FindMix(std::string_view name);

// Common parts of file and directory names.
std::span<const std::string_view> NameParts();

}  // namespace vexevt
