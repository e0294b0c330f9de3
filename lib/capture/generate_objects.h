// The objects on which the generator's scripts are played: a tree of directories and names for each kind, made from
// the seed, in the order of how often they are used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "lib/base/random.h"
#include "lib/capture/generate_mix.h"

namespace vexevt {

struct File {
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
};

struct Object {
  const char* name;  // the plain name, then the suffix that makes the name beside it
  std::uint16_t plain_bytes;
  std::uint16_t beside_bytes;
  std::uint8_t tenant;  // index into the kind's, from 1; 0: none
  bool present;
  bool busy;  // a script is being played on it
  File file;  // what the plain name names

  std::string_view plain() const { return {name, plain_bytes}; }
  std::string_view beside() const { return {name, beside_bytes}; }
};

class ObjectPool {
 public:
  // 2^log2_count objects. Names differ from each other, and from every name beside.
  ObjectPool(const ObjectKind& kind, unsigned log2_count, Random* random);

  const ObjectKind& kind() const { return *kind_; }

  // One that is not busy, by Zipf's law: the k-th is chosen about 1/k as often as the first. Fewer than all may be
  // busy.
  Object* Choose(Random* random);

 private:
  const ObjectKind* kind_;
  unsigned log2_count_;
  std::vector<char> names_;
  std::vector<Object> objects_;
};

}  // namespace vexevt
