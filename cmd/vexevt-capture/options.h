// The command line of vexevt-capture as plain values.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/units.h"
#include "lib/capture/fanotify.h"
#include "lib/cli/options.h"
#include "lib/cli/tool.h"

namespace vexevt {

enum class SourceKind : std::uint8_t { kKernel, kFanotify, kInotify, kFuse };

struct SourceChoice {
  SourceKind kind;
  std::string endpoint;  // of kFuse
};
inline constexpr char kFuseEndpoint[] = "ring:/run/vexevt/fuse.ring";  // of "fuse" alone

struct CaptureOptions {
  CommonOptions common;
  std::vector<std::string> paths;
  std::vector<std::string> path_lists;  // files
  std::vector<std::string> command;     // what follows "--"
  std::vector<SourceChoice> from;       // none: fanotify where it may be had, and else inotify
  MarkKind mark = MarkKind::kFilesystem;
  bool bounded_queue = false;
  bool bus = false;
  std::string where;
  std::vector<std::string> types;           // names and families, as typed
  std::string host, tenant;                 // host empty: this one
  std::optional<std::uint64_t> hash_bytes;  // files of so many bytes at most are hashed
  bool auid = false;
  bool explain = false;
  bool generate = false;
  std::string mix = "mixed";
  std::uint64_t seed = 1;
  Rate rate{0, 1};                         // 0: as fast as it goes
  std::vector<std::string> imports;        // of JSON
  std::vector<std::string> audit_imports;  // of audit logs
  std::string control;                     // where to listen for --barrier; empty: nowhere
  std::string barrier;                     // the control socket of the capture to ask; empty: this is one
  std::uint64_t timeout_ns = 10 * kNsPerSecond;
  bool emit = false;
  std::string emit_type;
  std::vector<std::string> emit_words;
};

inline bool IsFrom(const CaptureOptions& options, SourceKind kind) {
  return std::ranges::any_of(options.from, [&](const SourceChoice& choice) { return choice.kind == kind; });
}

// All but what others capture.
inline bool Watches(const SourceChoice& choice) { return choice.kind != SourceKind::kFuse; }

extern const Tool kCaptureTool;
void AddCaptureOptions(CLI::App& app, CaptureOptions* options);

}  // namespace vexevt
