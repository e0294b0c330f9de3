#include "lib/stats/model_file.h"

#include <fmt/format.h>

#include <utility>

#include "lib/io/atomic_file.h"
#include "lib/io/full.h"
#include "lib/match/sealed.h"

namespace vexevt {
namespace {

constexpr SealKind kModels{"vexevt stats models", "1", "a file of models of vexevt-stats"};
constexpr std::size_t kMaxBytes = std::size_t{8} << 30;

}  // namespace

Status LoadModels(const std::string& path, Watcher* watcher) {
  auto sealed = ReadFile(path, kMaxBytes);
  if (sealed.status().code() == StatusCode::kNotFound) return {};
  if (!sealed.ok()) return std::move(sealed).status();
  auto bytes = Unseal(kModels, *sealed);
  const Status loaded = bytes.ok() ? watcher->Load(*bytes) : std::move(bytes).status();
  watcher->SeeBreak();
  if (loaded.ok()) return {};
  return Status(loaded.code(), fmt::format("cannot go on from '{}': {}", path, loaded.message()));
}

Status SaveModels(const std::string& path, const Watcher& watcher) {
  return ReplaceFile(path, Seal(kModels, watcher.Save()), 0600);
}

}  // namespace vexevt
