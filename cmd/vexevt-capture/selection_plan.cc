#include "cmd/vexevt-capture/selection_plan.h"

#include <fmt/format.h>

#include <algorithm>

namespace vexevt {
namespace {

constexpr std::uint64_t Bit(EventType type) { return std::uint64_t{1} << (type & 0xff); }

// Too many, and of little use to most, to be told unasked.
constexpr std::uint64_t kOnlyIfAsked = Bit(kFsOpen) | Bit(kFsRead) | Bit(kFsClose) | Bit(kFsExec);

// The kernel tells fanotify and inotify of these only as something more general.
constexpr std::uint64_t kToldAsAttrib = Bit(kFsChmod) | Bit(kFsChown) | Bit(kFsSetxattr) | Bit(kFsRemovexattr);
constexpr std::uint64_t kToldAsWrite = Bit(kFsTruncate);

// Whoever asks for nothing but what never comes is told so, and does not wait for it.
Status RefuseUntold(std::uint64_t fs_types) {
  for (const TypeInfo& type : AllTypes()) {
    if (FamilyOf(type.code) != Family::kFs || !(fs_types & Bit(type.code))) continue;
    if (fs_types & ~(kToldAsAttrib | kToldAsWrite)) return Status::Ok();
    return InvalidArgument(fmt::format("fanotify and inotify do not tell {}: ask for {}", type.name,
                                       Bit(type.code) & kToldAsAttrib ? "fs.attrib" : "fs.write"));
  }
  return Status::Ok();
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

}  // namespace

Result<SelectionPlan> PlanSelection(const CaptureOptions& options) {
  SelectionPlan plan;
  for (const std::string& path : options.paths) {
    VEXEVT_ASSIGN(std::string root, RootPath(path));
    plan.selection.roots.push_back(std::move(root));
  }
  plan.selection.fs_types = ~kOnlyIfAsked;
  if (!options.where.empty()) {
    auto expression = CompileExpression(options.where);
    if (!expression.ok()) return InvalidArgument(fmt::format("--where:{}", expression.status().message()));
    plan.selection.fs_types = TypesRequired(expression->requirement().types);
    AddPids(expression->requirement().pids, &plan.selection);
    plan.left = std::move(*expression);
  }
  if (!options.types.empty()) plan.selection.fs_types = TypesNamed(options.types);
  VEXEVT_TRY(RefuseUntold(plan.selection.fs_types));
  return plan;
}

std::string ExplainPlan(const SelectionPlan& plan, std::string_view backend) {
  std::string text = fmt::format("source: {}\n", backend);
  std::string types;
  for (const TypeInfo& type : AllTypes()) {
    if (FamilyOf(type.code) == Family::kFs && plan.selection.WantsType(type.code)) {
      types += fmt::format(" {}", type.name);
    }
  }
  text += fmt::format("asked of the source: types{}\n", types.empty() ? " (none of fs)" : types);
  for (const std::string& root : plan.selection.roots)
    text += fmt::format("asked of the source: at and below {}\n", root);
  for (std::uint32_t pid : plan.selection.pids) text += fmt::format("asked of the source: process {}\n", pid);
  if (!plan.left) {
    text += "left to decide here: nothing\n";
  } else {
    text += fmt::format("left to decide here: {}\n", plan.left->Print());
  }
  return text;
}

}  // namespace vexevt
