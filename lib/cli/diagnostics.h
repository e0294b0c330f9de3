// Diagnostics: the only writer to standard error. One message is one line, "vexevt-filter: cannot open 'x': Permission
// denied", written with one write(2), so that the tools of a pipeline do not mix theirs. Control characters and bytes
// that are not UTF-8 are shown as \xHH: a file name cannot draw on the terminal or forge a line. Where standard error
// is the journal, each line starts with its priority, "<3>". Colour only on a terminal.
//
// Thread-safe, except that the Set functions come before the first message. A failed write is ignored: there is nowhere
// left to say so.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/status.h"

namespace vexevt {

enum class ColorWhen : std::uint8_t { kAuto, kAlways, kNever };
enum class Verbosity : std::uint8_t { kQuiet, kNormal, kVerbose };

void SetToolName(std::string_view name);
void SetVerbosity(Verbosity verbosity);
void SetMessageColor(ColorWhen when);

void ReportError(std::string_view message);
void ReportError(const Status& failure);
void ReportWarning(std::string_view message);  // also when quiet: something was not as asked
void ReportNotice(std::string_view message);   // not when quiet
void ReportDetail(std::string_view message);   // only when verbose

// "try 'vexevt-filter --help'", after a usage error.
void ReportHint(std::string_view message);

// One line for a program, without the tool's name: the state that SIGUSR1 asks for.
void WriteStateLine(std::string_view json);

// Several lines for people, without the tool's name: a report that was asked for.
void WriteReport(std::string_view lines);

// The last line of the terminal, rewritten in place; messages appear above it. Nothing where stderr is no terminal.
void ShowProgressLine(std::string_view line);
void ClearProgressLine();

bool StderrIsTerminal();
// Whether to colour what goes to `fd`: kAuto asks for a terminal, TERM other than "dumb", and no NO_COLOR.
bool WantsColor(ColorWhen when, int fd);

// `text` with control characters, and bytes that are not UTF-8, as \xHH.
std::string Scrub(std::string_view text);

}  // namespace vexevt
