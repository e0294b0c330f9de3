#include "cmd/vexevt-capture/selection_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cmd/vexevt-capture/read_paths.h"
#include "lib/cli/diagnostics.h"
#include "lib/expr/required_folders.h"

namespace vexevt {
namespace {

constexpr std::uint64_t Bit(EventType type) { return std::uint64_t{1} << (type & 0xff); }

// Too many, and of little use to most, to be told unasked.
constexpr std::uint64_t kOnlyIfAsked = Bit(kFsOpen) | Bit(kFsRead) | Bit(kFsClose) | Bit(kFsExec);

// The kernel tells fanotify and inotify of these only as something more general.
constexpr std::uint64_t kToldAsAttrib = Bit(kFsChmod) | Bit(kFsChown) | Bit(kFsSetxattr) | Bit(kFsRemovexattr);
constexpr std::uint64_t kToldAsWrite = Bit(kFsTruncate);
// Of these it tells nothing.
constexpr std::uint64_t kNeverTold = ~(Bit(kFsMknod + 1) - 1);

// Whoever asks for nothing but what never comes is told so, and does not wait for it.
Status RefuseUntold(std::uint64_t fs_types, bool others) {
  if (others || (fs_types & ~(kToldAsAttrib | kToldAsWrite | kNeverTold)) != 0) return Status::Ok();
  for (const TypeInfo& type : AllTypes()) {
    if (FamilyOf(type.code) != Family::kFs || !(fs_types & Bit(type.code))) continue;
    if (Bit(type.code) & kNeverTold)
      return InvalidArgument(fmt::format("fanotify and inotify do not tell {}: vexevt-fuse does", type.name));
    return InvalidArgument(fmt::format("fanotify and inotify do not tell {}: ask for {}", type.name,
                                       Bit(type.code) & kToldAsAttrib ? "fs.attrib" : "fs.write"));
  }
  return InvalidArgument(
      "fanotify and inotify tell types of fs.*, system.mount and system.unmount, and none is asked for");
}

std::uint64_t TypesNamed(const std::vector<std::string>& names) {
  std::uint64_t types = 0;
  for (std::string_view name : names) {
    if (name == "fs.*") types = ~std::uint64_t{0};
    auto type = ParseType(name);
    if (type && FamilyOf(*type) == Family::kFs) types |= Bit(*type);
  }
  return types;
}

std::uint64_t TypesRequired(const RangeSet& required) {
  std::uint64_t types = 0;
  for (EventType i = 0; i < 64; ++i) {
    if (required.Contains(0x0100u + i)) types |= std::uint64_t{1} << i;
  }
  // An expression that admits code 0, which no event has, names no types but at most leaves some out.
  return required.Contains(0) ? types & ~kOnlyIfAsked : types;
}

void AddPids(const std::optional<RangeSet>& required, Selection* selection) {
  constexpr std::size_t kMost = 64;
  if (!required) return;
  std::vector<std::uint32_t> pids;
  for (Range range : required->ranges()) {
    if (range.last - range.first >= kMost || range.last > 0xffffffff) return;
    for (std::uint64_t pid = range.first; pid <= range.last; ++pid) pids.push_back(static_cast<std::uint32_t>(pid));
    if (pids.size() > kMost) return;
  }
  selection->pids = std::move(pids);
}

void AddUids(const std::optional<RangeSet>& required, Selection* selection) {
  if (!required) return;
  for (Range range : required->ranges()) {
    if (range.first > 0xffffffff) continue;
    selection->uids.push_back({static_cast<std::uint32_t>(range.first),
                               static_cast<std::uint32_t>(std::min<std::uint64_t>(range.last, 0xffffffff))});
  }
}

// What a list names may be gone by now; what the command line names may not.
Result<std::vector<std::string>> RootsOf(const CaptureOptions& options) {
  std::vector<std::string> roots;
  for (const std::string& path : options.paths) {
    VEXEVT_ASSIGN(std::string root, RootPath(path));
    roots.push_back(std::move(root));
  }
  for (const std::string& list : options.path_lists) {
    VEXEVT_ASSIGN(std::vector<std::string> paths, ReadPaths(list));
    for (const std::string& path : paths) {
      auto root = RootPath(path);
      if (root.ok()) {
        roots.push_back(std::move(*root));
      } else {
        ReportWarning(root.status().message());
      }
    }
  }
  if (roots.empty() && !options.path_lists.empty()) {
    return Status(StatusCode::kNotFound, "--paths-from: nothing to watch is named");
  }
  return roots;
}

}  // namespace

Result<SelectionPlan> PlanSelection(const CaptureOptions& options) {
  SelectionPlan plan;
  VEXEVT_ASSIGN(plan.selection.roots, RootsOf(options));
  const bool fuse = IsFrom(options, SourceKind::kFuse);
  plan.live = !plan.selection.roots.empty() || !options.command.empty() || fuse || options.bus;
  plan.selection.fs_types = ~kOnlyIfAsked;
  bool others = true;  // than fs.*, of those that a live source tells
  auto tells_others = [](const Expression& expression) {
    const RangeSet& types = expression.requirement().types;
    return types.Contains(kSystemMount) || types.Contains(kSystemUnmount) || types.Contains(kVexevtLost);
  };
  if (!options.where.empty()) {
    auto expression = CompileExpression(options.where);
    if (!expression.ok()) return InvalidArgument(fmt::format("--where:{}", expression.status().message()));
    plan.selection.fs_types = TypesRequired(expression->requirement().types);
    others = tells_others(*expression);
    AddPids(expression->requirement().pids, &plan.selection);
    // The others would have to look it all up first.
    const bool others_watch = IsFrom(options, SourceKind::kFanotify) || IsFrom(options, SourceKind::kInotify);
    if (IsFrom(options, SourceKind::kKernel) && !others_watch) {
      AddUids(expression->requirement().uids, &plan.selection);
      plan.selection.within = FoldersRequired(expression->requirement());
    }
    plan.left = std::move(*expression);
  }
  if (!options.types.empty()) {
    VEXEVT_ASSIGN(plan.types, CompileExpression(fmt::format("type in ({})", fmt::join(options.types, ", "))));
    plan.selection.fs_types = TypesNamed(options.types);
    others = tells_others(*plan.types);
  }
  if (plan.live && !fuse && !options.bus) VEXEVT_TRY(RefuseUntold(plan.selection.fs_types, others));
  return plan;
}

std::string ExplainPlan(const SelectionPlan& plan, std::string_view source) {
  std::string text = fmt::format("source: {}\n", source);
  if (plan.live) {
    std::string types;
    for (const TypeInfo& type : AllTypes()) {
      if (FamilyOf(type.code) == Family::kFs && plan.selection.WantsType(type.code)) {
        types += fmt::format(" {}", type.name);
      }
    }
    text += fmt::format("asked of the source: types{}\n", types.empty() ? " (none of fs)" : types);
    for (const std::string& root : plan.selection.roots)
      text += fmt::format("asked of the source: at and below {}\n", root);
    for (const std::string& folder : plan.selection.within)
      text += fmt::format("asked of the source: within {}\n", folder);
    for (std::uint32_t pid : plan.selection.pids) text += fmt::format("asked of the source: process {}\n", pid);
    for (UserRange uids : plan.selection.uids) {
      text += uids.first == uids.last ? fmt::format("asked of the source: user {}\n", uids.first)
                                      : fmt::format("asked of the source: users {} to {}\n", uids.first, uids.last);
    }
  }
  if (plan.types && !plan.live) text += fmt::format("left to decide here: {}\n", plan.types->Print());
  if (plan.left) text += fmt::format("left to decide here: {}\n", plan.left->Print());
  if (!plan.left && (plan.live || !plan.types)) text += "left to decide here: nothing\n";
  return text;
}

}  // namespace vexevt
