#include "lib/capture/generate_objects.h"

#include <fmt/format.h>

#include <bit>
#include <string>

namespace vexevt {
namespace {

// Ranks by Zipf's law with exponent 1: each power of two is as likely as any other, and within it all ranks are alike.
std::uint32_t ZipfRank(unsigned log2_count, Random* random) {
  std::uint64_t bits = random->Next();
  std::uint32_t octave = Random::Scale(static_cast<std::uint32_t>(bits), log2_count);
  return (1U << octave) | (static_cast<std::uint32_t>(bits >> 32) & ((1U << octave) - 1));
}

std::string_view Part(Random* random) {
  return NameParts()[random->Below(static_cast<std::uint32_t>(NameParts().size()))];
}

struct Directory {
  std::string path;
  std::uint8_t tenant;
  std::uint8_t depth;
};

// Directories grow where there are directories already: few are full and near the root, many are deep.
std::vector<Directory> MakeDirectories(const ObjectKind& kind, std::size_t count, Random* random) {
  constexpr std::uint8_t kDeepest = 5;
  std::vector<Directory> directories;
  for (std::size_t i = 0; i < kind.tenants.size(); ++i) {
    directories.push_back({fmt::format("{}/{}", kind.root, kind.tenants[i]), static_cast<std::uint8_t>(i + 1), 1});
  }
  if (directories.empty()) directories.push_back({std::string(kind.root), 0, 1});
  while (directories.size() < count) {
    const Directory& parent = directories[random->Below(static_cast<std::uint32_t>(directories.size()))];
    if (parent.depth == kDeepest) continue;
    auto depth = static_cast<std::uint8_t>(parent.depth + 1);
    // The number keeps siblings apart.
    directories.push_back(
        {fmt::format("{}/{}{}", parent.path, Part(random), directories.size()), parent.tenant, depth});
  }
  return directories;
}

}  // namespace

ObjectPool::ObjectPool(const ObjectKind& kind, unsigned log2_count, Random* random)
    : kind_(&kind), log2_count_(log2_count) {
  std::size_t count = std::size_t{1} << log2_count;
  constexpr std::size_t kObjectsPerDirectory = 12;
  std::vector<Directory> directories = MakeDirectories(kind, 1 + count / kObjectsPerDirectory, random);
  auto directory_octaves = static_cast<unsigned>(std::bit_width(directories.size()) - 1);
  std::vector<std::size_t> starts;
  objects_.reserve(count);
  starts.reserve(count);
  names_.reserve(count * 64);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t rank = directory_octaves == 0 ? 0 : ZipfRank(directory_octaves, random) - 1;
    const Directory& directory = directories[rank];
    std::string_view extension = kind.extensions[random->Below(static_cast<std::uint32_t>(kind.extensions.size()))];
    std::size_t start = names_.size();
    // '-' and the number make the name unlike any directory's and any other object's.
    std::string name = fmt::format("{}/{}-{}{}", directory.path, Part(random), i, extension);
    names_.insert(names_.end(), name.begin(), name.end());
    auto plain_bytes = static_cast<std::uint16_t>(names_.size() - start);
    names_.insert(names_.end(), kind.suffix.begin(), kind.suffix.end());
    auto beside_bytes = static_cast<std::uint16_t>(names_.size() - start);
    starts.push_back(start);
    objects_.push_back({nullptr,
                        plain_bytes,
                        beside_bytes,
                        directory.tenant,
                        kind.present,
                        false,
                        {131'073 + random->Below(1 << 22), random->Next() & 0xffff}});
  }
  for (std::size_t i = 0; i < count; ++i) objects_[i].name = names_.data() + starts[i];
}

Object* ObjectPool::Choose(Random* random) {
  std::uint32_t at = ZipfRank(log2_count_, random) - 1;
  while (objects_[at].busy) at = (at + 1) & ((1U << log2_count_) - 1);
  return &objects_[at];
}

}  // namespace vexevt
