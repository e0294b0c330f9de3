// The command line of vexevt-capture as plain values.
#pragma once

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

enum class Backend : std::uint8_t { kAuto, kFanotify, kInotify };

struct CaptureOptions {
  CommonOptions common;
  std::vector<std::string> paths;
  std::vector<std::string> path_lists;  // files
  std::vector<std::string> command;     // what follows "--"
  Backend backend = Backend::kAuto;
  MarkKind mark = MarkKind::kFilesystem;
  bool bounded_queue = false;
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

extern const Tool kCaptureTool;
void AddCaptureOptions(CLI::App& app, CaptureOptions* options);

}  // namespace vexevt
