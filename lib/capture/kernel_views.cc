#include "lib/capture/kernel_views.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "lib/base/path.h"

namespace vexevt {
namespace {

// A path that is to be watched, and the mount on which it lies.
struct Place {
  std::string path;
  const Mount* mount;
};

// `path`, which is `from` or below it, moved to `to`.
std::string Moved(std::string_view path, std::string_view from, std::string_view to) {
  std::string_view rest = from == "/" ? path : path.substr(from.size());
  if (rest == "/") rest = {};
  if (to == "/") return rest.empty() ? "/" : std::string(rest);
  return std::string(to) + std::string(rest);
}

std::vector<Place> PlacesOf(const std::vector<Mount>& mounts, const std::vector<std::string>& roots) {
  std::vector<Place> places;
  for (const std::string& root : roots) {
    if (const Mount* mount = MountOf(root, mounts); mount != nullptr) places.push_back({root, mount});
  }
  for (const Mount& mount : mounts) {
    bool below = roots.empty() || std::ranges::any_of(roots, [&](const std::string& root) {
                   return mount.point != root && IsWithin(mount.point, root);
                 });
    if (below && !IsPseudo(mount) && MountOf(mount.point, mounts) == &mount) places.push_back({mount.point, &mount});
  }
  return places;
}

bool Holds(const std::vector<std::string>& folders, std::string_view folder) {
  return std::ranges::find(folders, folder) != folders.end();
}

bool Has(const std::vector<Mount>& mounts, const Mount& mount) {
  return std::ranges::find(mounts, mount.id, &Mount::id) != mounts.end();
}

}  // namespace

KernelViews PlanKernelViews(const std::vector<Mount>& mounts, const std::vector<std::string>& roots,
                            const std::vector<Mount>& kept) {
  KernelViews plan;
  std::vector<Place> places = PlacesOf(mounts, roots);
  for (const Place& place : places) {
    auto view = std::ranges::find(plan.views, place.mount->device, &Mount::device);
    if (view == plan.views.end()) {
      plan.views.push_back(*place.mount);
    } else if (!Has(kept, *view) && (Has(kept, *place.mount) || place.mount->root.size() < view->root.size())) {
      *view = *place.mount;
    }
  }
  for (const Place& place : places) {
    const Mount& view = *std::ranges::find(plan.views, place.mount->device, &Mount::device);
    std::string within = Moved(place.path, place.mount->point, place.mount->root);
    if (IsWithin(within, view.root)) {
      plan.folders.push_back(Moved(within, view.root, view.point));
    } else {
      plan.unseen.push_back(place.path);
    }
  }
  // "/" and nothing are the same, and what lies in another one need not be named.
  if (roots.empty() || Holds(plan.folders, "/")) plan.folders.clear();
  std::ranges::sort(plan.folders);  // so that it stands behind that
  std::vector<std::string> lower = std::move(plan.folders);
  plan.folders.clear();
  for (std::string& folder : lower) {
    bool named = std::ranges::any_of(plan.folders, [&](const std::string& other) { return IsWithin(folder, other); });
    if (!named) plan.folders.push_back(std::move(folder));
  }
  return plan;
}

}  // namespace vexevt
