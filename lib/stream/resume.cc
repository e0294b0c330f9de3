#include "lib/stream/resume.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <system_error>

#include "lib/base/clock.h"
#include "lib/io/file_id.h"
#include "lib/stream/endpoint_name.h"
#include "lib/stream/merge.h"
#include "lib/stream/reader.h"

namespace vexevt {
namespace {

struct Target {
  std::string name;  // as it was given
  std::string path;  // absolute
  FileId file;
  std::unique_ptr<StreamReader> reader;  // from its start

  Status Open(InputOptions options) {
    VEXEVT_ASSIGN(reader, OpenFileInput(name, options));
    file = reader->file().value_or(FileId{});
    reader->KeepMarks(path);
    return {};
  }
};

Result<std::vector<Target>> OpenTargets(std::span<const std::string> endpoints, InputOptions options) {
  std::vector<Target> targets;
  for (const std::string& endpoint : endpoints) {
    VEXEVT_ASSIGN(EndpointName name, ParseEndpoint(endpoint));
    Target target{name.rest, {}, {}, nullptr};
    if (name.kind == EndpointKind::kFile) {
      target.path = std::filesystem::absolute(name.rest).lexically_normal();
      VEXEVT_TRY(target.Open(options));
    }
    if (target.file == FileId{}) {
      return InvalidArgument(fmt::format("'{}' is not a file: a checkpoint can't tell where to go on", endpoint));
    }
    if (std::ranges::find(targets, target.file, &Target::file) != targets.end()) {
      return InvalidArgument(fmt::format("'{}' is named twice: a checkpoint can't tell where to go on", endpoint));
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

// The marks that may be of `target`, the likeliest first.
std::vector<const FileMark*> Candidates(const Target& target, const std::vector<FileMark>& marks) {
  std::vector<const FileMark*> candidates;
  for (const FileMark& mark : marks) {
    if (mark.inode == target.file.inode || mark.path == target.path) candidates.push_back(&mark);
  }
  auto likeness = [&](const FileMark* mark) {
    return 2 * (mark->inode == target.file.inode) + (mark->path == target.path);
  };
  std::ranges::stable_sort(candidates, std::greater<>(), likeness);
  return candidates;
}

Status Resume(Target* target, InputOptions options, const std::vector<FileMark>& marks,
              const std::vector<ino_t>& inodes) {
  const FileMark* replaced = nullptr;
  for (const FileMark* mark : Candidates(*target, marks)) {
    if (mark->last) {
      VEXEVT_ASSIGN(bool found, target->reader->GoOnBehind(*mark));
      if (found) return {};
      VEXEVT_TRY(target->Open(options));
    } else if (mark->inode == target->file.inode) {
      return {};
    }
    // Under another name it is a new file, which got the inode of one that was removed; and what was renamed and is
    // among the inputs goes on there.
    bool renamed = mark->inode != target->file.inode && std::ranges::binary_search(inodes, mark->inode);
    if (mark->path == target->path && !renamed) replaced = mark;
  }
  if (replaced != nullptr) {
    target->reader->AddGap(fmt::format("'{}' is not the file that was read before", target->name),
                           replaced->last ? replaced->last->wall_ns : 0);
  }
  return {};
}

}  // namespace

bool NamesFile(std::span<const std::string> endpoints) {
  return std::ranges::any_of(endpoints, [](const std::string& endpoint) {
    const auto name = ParseEndpoint(endpoint);
    std::error_code error;
    return name.ok() && name->kind == EndpointKind::kFile && std::filesystem::is_regular_file(name->rest, error);
  });
}

Result<std::unique_ptr<StreamInput>> ResumeInputs(std::span<const std::string> endpoints, InputOptions options,
                                                  const std::vector<FileMark>& marks) {
  const std::string standard = "-";
  if (endpoints.empty()) endpoints = {&standard, 1};
  VEXEVT_ASSIGN(std::vector<Target> targets, OpenTargets(endpoints, options));
  std::vector<ino_t> inodes;
  for (const Target& target : targets) inodes.push_back(target.file.inode);
  std::ranges::sort(inodes);
  std::vector<std::unique_ptr<StreamInput>> inputs;
  for (Target& target : targets) {
    VEXEVT_TRY(Resume(&target, options, marks, inodes));
    inputs.push_back(std::move(target.reader));
  }
  return Merged(std::move(inputs), SystemClock());
}

}  // namespace vexevt
