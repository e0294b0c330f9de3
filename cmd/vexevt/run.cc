#include "cmd/vexevt/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/clock.h"
#include "lib/base/nearest_name.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/help.h"
#include "lib/doctor/examine.h"
#include "lib/event/field.h"
#include "lib/io/full.h"
#include "lib/status/pipelines.h"
#include "lib/status/running.h"
#include "lib/status/show.h"

namespace vexevt {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "vexevt-";

// Where tools are: beside this program first, so that a build or an unpacked archive uses its own, then PATH.
std::vector<std::string> ToolFolders() {
  std::vector<std::string> folders;
  std::error_code error;
  fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (!error) folders.push_back(self.parent_path().string());
  const char* path = std::getenv("PATH");
  for (std::string_view rest = path == nullptr ? "" : path; !rest.empty();) {
    std::size_t end = rest.find(':');
    if (end != 0) folders.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return folders;
}

// The names that may follow `vexevt`, sorted.
std::vector<std::string> ToolNames() {
  std::vector<std::string> names;
  for (const std::string& folder : ToolFolders()) {
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
      std::string name = entry.path().filename().string();
      if (name.starts_with(kPrefix) && ::access(entry.path().c_str(), X_OK) == 0 && entry.is_regular_file(error)) {
        names.push_back(name.substr(kPrefix.size()));
      }
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Status UnknownCommand(const std::string& name) {
  std::vector<std::string> names = ToolNames();
  names.insert(names.end(), {"doctor", "help", "status"});
  std::vector<std::string_view> views(names.begin(), names.end());
  std::string_view nearest = NearestName(name, views);
  std::string hint = nearest.empty() ? " (see 'vexevt --list')" : DidYouMean(nearest);
  return InvalidArgument("unknown command '" + name + "'" + hint);
}

Status OpenManual(const std::string& topic) {
  bool own = topic.empty() || topic == "doctor" || topic == "status" || topic == "help";
  std::string page = own ? "vexevt" : std::string(kPrefix) + topic;
  std::vector<std::string> names = ToolNames();
  if (!own && std::find(names.begin(), names.end(), topic) == names.end()) return UnknownCommand(topic);
  ::execlp("man", "man", page.c_str(), nullptr);
  if (errno != ENOENT) return ErrnoStatus("cannot run 'man'", errno);
  // No man(1) here, as in many containers: the tool's own text says the most.
  std::string help = "--help";
  char* arguments[] = {const_cast<char*>(topic.c_str()), help.data(), nullptr};
  if (!own) return ExecTool(arguments);
  ::execl("/proc/self/exe", "vexevt", "--help", nullptr);
  return ErrnoStatus("cannot run 'vexevt --help'", errno);
}

Result<ExitCode> ShowStatus(const VexevtOptions& options) {
  VEXEVT_ASSIGN(RunningTools running, FindRunningTools());
  const Instant now = SystemClock().Now();
  std::vector<Pipeline> pipelines = FormPipelines(std::move(running.tools), now);
  const bool well = std::ranges::all_of(pipelines, &Pipeline::well);
  if (options.check) std::erase_if(pipelines, [](const Pipeline& pipeline) { return pipeline.well(); });
  std::string text = options.json ? StatusJson(pipelines, running.hidden) : StatusText(pipelines, now);
  VEXEVT_TRY(WriteAll(STDOUT_FILENO, AsBytes(text), "standard output"));
  if (running.hidden > 0 && !options.json) {
    ReportNotice(fmt::format("{} tools of other users are not shown", running.hidden));
  }
  return options.check && !well ? ExitCode::kNegative : ExitCode::kDone;
}

}  // namespace

Status ExecTool(char** argv) {
  std::string name = std::string(kPrefix) + argv[0];
  std::string command(argv[0]);
  if (command.find('/') != std::string::npos) return UnknownCommand(command);
  argv[0] = name.data();
  for (const std::string& folder : ToolFolders()) {
    std::string path = folder + "/" + name;
    ::execv(path.c_str(), argv);
    if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) return ErrnoStatus("cannot run '" + path + "'", errno);
  }
  return UnknownCommand(command);
}

Result<ExitCode> RunVexevt(const VexevtOptions& options) {
  if (options.list) {
    std::string names;
    for (const std::string& name : ToolNames()) names += name + "\n";
    VEXEVT_TRY(WriteAll(STDOUT_FILENO, AsBytes(names), "standard output"));
    return ExitCode::kDone;
  }
  if (options.help) return OpenManual(options.help_topic);
  if (options.status) return ShowStatus(options);
  if (options.doctor) {
    Diagnosis diagnosis = Examine();
    for (Finding& finding : diagnosis.findings) {  // mount points may hold any byte
      finding.topic = Scrub(finding.topic);
      finding.remedy = Scrub(finding.remedy);
    }
    std::string text = options.json ? DiagnosisJson(diagnosis)
                                    : DiagnosisText(diagnosis, WantsColor(options.common.color, STDOUT_FILENO));
    VEXEVT_TRY(WriteAll(STDOUT_FILENO, AsBytes(text), "standard output"));
    return diagnosis.can_capture ? ExitCode::kDone : ExitCode::kNegative;
  }
  return InvalidArgument("missing command (see 'vexevt --help')");
}

}  // namespace vexevt
