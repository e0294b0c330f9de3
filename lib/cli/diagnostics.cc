#include "lib/cli/diagnostics.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "lib/io/held_up.h"

namespace vexevt {
namespace {

// syslog(3)'s levels, as sd-daemon(3) writes them.
enum class Level : char { kError = '3', kWarning = '4', kNotice = '5', kInfo = '6' };

struct Settings {
  std::string tool = "vexevt";
  Verbosity verbosity = Verbosity::kNormal;
  bool color = WantsColor(ColorWhen::kAuto, STDERR_FILENO);
};

Settings& Current() {
  static Settings settings;
  return settings;
}

std::mutex output_mutex;
bool progress_shown = false;  // under output_mutex

// systemd.exec(5): JOURNAL_STREAM holds device:inode of the journal's socket; it is inherited by what redirects stderr
// elsewhere, hence the comparison.
bool StderrIsJournal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat file;
  if (stream == nullptr || ::fstat(STDERR_FILENO, &file) != 0) return false;
  return fmt::format("{}:{}", file.st_dev, file.st_ino) == stream;
}

void WriteLine(Level level, std::string_view before, std::string_view message) {
  static const bool kJournal = StderrIsJournal();
  std::lock_guard lock(output_mutex);
  std::string line;
  if (progress_shown) line += "\r\x1b[K";
  progress_shown = false;
  if (kJournal) line.append({'<', static_cast<char>(level), '>'});
  line += before;
  line += Scrub(message);
  line += '\n';
  HeldUp held_up;
  [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

void WriteMessage(Level level, std::string_view kind, std::string_view message) {
  const Settings& settings = Current();
  bool color = settings.color && level <= Level::kWarning;
  std::string before;
  if (color) before += level == Level::kError ? "\x1b[31m" : "\x1b[33m";
  before += settings.tool;
  before += ": ";
  before += kind;
  if (color) before += "\x1b[m";
  WriteLine(level, before, message);
}

// The length of the UTF-8 sequence at the start of `text` that may be shown as it is; 0: its first byte may not.
std::size_t ShowableLength(std::string_view text) {
  auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  auto continues = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  // 0xc2 0x80 to 0xc2 0x9f are the C1 controls, which terminals obey.
  if (first >= 0xc2 && first <= 0xdf) return continues(1) && (first > 0xc2 || byte(1) >= 0xa0) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    bool overlong = first == 0xe0 && byte(1) < 0xa0;
    bool surrogate = first == 0xed && byte(1) >= 0xa0;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    bool out_of_range = (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) >= 0x90);
    return continues(1) && continues(2) && continues(3) && !out_of_range ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string Scrub(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::size_t length = ShowableLength(text);
    if (length > 0) {
      out += text.substr(0, length);
      text.remove_prefix(length);
      continue;
    }
    auto byte = static_cast<unsigned char>(text.front());
    out += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    text.remove_prefix(1);
  }
  return out;
}

bool StderrIsTerminal() {
  static const bool kTerminal = ::isatty(STDERR_FILENO) == 1;
  return kTerminal;
}

bool WantsColor(ColorWhen when, int fd) {
  if (when != ColorWhen::kAuto) return when == ColorWhen::kAlways;
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org
  const char* term = std::getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') && term != nullptr && std::string_view(term) != "dumb" &&
         ::isatty(fd) == 1;
}

void SetToolName(std::string_view name) { Current().tool = name; }
void SetVerbosity(Verbosity verbosity) { Current().verbosity = verbosity; }
void SetMessageColor(ColorWhen when) { Current().color = WantsColor(when, STDERR_FILENO); }

void ReportError(std::string_view message) { WriteMessage(Level::kError, "", message); }
void ReportError(const Status& failure) { ReportError(failure.message()); }
void ReportWarning(std::string_view message) { WriteMessage(Level::kWarning, "warning: ", message); }
void ReportNotice(std::string_view message) {
  if (Current().verbosity >= Verbosity::kNormal) WriteMessage(Level::kNotice, "", message);
}
void ReportDetail(std::string_view message) {
  if (Current().verbosity >= Verbosity::kVerbose) WriteMessage(Level::kInfo, "", message);
}
void ReportHint(std::string_view message) { WriteLine(Level::kError, "", message); }
void WriteStateLine(std::string_view json) { WriteLine(Level::kInfo, "", json); }

void WriteReport(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    WriteLine(Level::kInfo, "", lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

void ShowProgressLine(std::string_view line) {
  if (!StderrIsTerminal()) return;
  std::lock_guard lock(output_mutex);
  std::string text = fmt::format("\r{}\x1b[K", Scrub(line));
  progress_shown = ::write(STDERR_FILENO, text.data(), text.size()) > 0;
}

void ClearProgressLine() {
  std::lock_guard lock(output_mutex);
  if (!progress_shown) return;
  progress_shown = false;
  [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, "\r\x1b[K", 4);
}

}  // namespace vexevt
