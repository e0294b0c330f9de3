#include "lib/live/terminal.h"

#include <fmt/format.h>
#define NCURSES_NOMACROS
#include <ncurses.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <clocale>
#include <cstdlib>
#include <cwchar>
#include <string>

namespace vexevt {
namespace {

constexpr const char* kTerminal = "/dev/tty";
constexpr short kAlarmPair = 1;
constexpr wint_t kCtrlL = 0x0c, kCtrlU = 0x15, kEscape = 0x1b, kDelete = 0x7f;

attr_t AttributesOf(LiveStyle style) {
  switch (style) {
    case LiveStyle::kPlain:
      return A_NORMAL;
    case LiveStyle::kStrong:
      return A_BOLD;
    case LiveStyle::kFaint:
      return A_DIM;
    case LiveStyle::kHeading:
      return A_REVERSE | A_BOLD;
    case LiveStyle::kSelected:
      return A_REVERSE;
    case LiveStyle::kAlarm:
      return A_BOLD;
  }
  return A_NORMAL;
}

std::optional<LiveKey> KeyOfCode(wint_t code) {
  switch (code) {
    case KEY_ENTER:
      return LiveKey{LiveKeyKind::kEnter, {}};
    case KEY_BACKSPACE:
      return LiveKey{LiveKeyKind::kBackspace, {}};
    case KEY_BTAB:
      return LiveKey{LiveKeyKind::kBackTab, {}};
    case KEY_UP:
      return LiveKey{LiveKeyKind::kUp, {}};
    case KEY_DOWN:
      return LiveKey{LiveKeyKind::kDown, {}};
    case KEY_PPAGE:
      return LiveKey{LiveKeyKind::kPageUp, {}};
    case KEY_NPAGE:
      return LiveKey{LiveKeyKind::kPageDown, {}};
    case KEY_HOME:
      return LiveKey{LiveKeyKind::kHome, {}};
    case KEY_END:
      return LiveKey{LiveKeyKind::kEnd, {}};
    default:
      return std::nullopt;
  }
}

std::optional<LiveKey> KeyOfCharacter(wint_t character) {
  switch (character) {
    case L'\n':
    case L'\r':
      return LiveKey{LiveKeyKind::kEnter, {}};
    case L'\t':
      return LiveKey{LiveKeyKind::kTab, {}};
    case L'\b':
    case kDelete:
      return LiveKey{LiveKeyKind::kBackspace, {}};
    case kCtrlU:
      return LiveKey{LiveKeyKind::kEraseLine, {}};
    case kEscape:
      return LiveKey{LiveKeyKind::kEscape, {}};
    default:
      break;
  }
  char bytes[MB_LEN_MAX];
  std::mbstate_t state = {};
  const std::size_t size = std::wcrtomb(bytes, static_cast<wchar_t>(character), &state);
  if (character < L' ' || size == static_cast<std::size_t>(-1)) return std::nullopt;
  return LiveKey{LiveKeyKind::kText, std::string(bytes, size)};
}

}  // namespace

Result<std::unique_ptr<LiveTerminal>> LiveTerminal::Open(bool color) {
  File in(std::fopen(kTerminal, "re")), out(std::fopen(kTerminal, "we"));
  if (!in || !out) return ErrnoStatus(fmt::format("cannot open '{}'", kTerminal), errno);
  std::unique_ptr<LiveTerminal> terminal(new LiveTerminal(std::move(in), std::move(out)));
  SCREEN* const screen = ::newterm(nullptr, terminal->out_.get(), terminal->in_.get());
  if (screen == nullptr) {
    const char* const name = std::getenv("TERM");
    return Unsupported(fmt::format("nothing is known of the terminal '{}'", name != nullptr ? name : ""));
  }
  terminal->screen_ = screen;
  ::cbreak();
  ::noecho();
  ::nonl();
  ::curs_set(0);
  ::keypad(stdscr, true);
  ::nodelay(stdscr, true);
  ::set_escdelay(25);  // milliseconds; what a key sends comes at once
  if (color && ::has_colors() && ::start_color() == OK) {
    ::use_default_colors();
    ::init_pair(kAlarmPair, COLOR_RED, -1);
  }
  return terminal;
}

LiveTerminal::~LiveTerminal() {
  if (screen_ == nullptr) return;
  ::endwin();
  ::delscreen(static_cast<SCREEN*>(screen_));
}

LiveSize LiveTerminal::size() const {
  return {static_cast<std::size_t>(::getmaxy(stdscr)), static_cast<std::size_t>(::getmaxx(stdscr))};
}

bool LiveTerminal::resized() const {
  winsize real = {};
  return ::ioctl(fd(), TIOCGWINSZ, &real) == 0 && real.ws_row > 0 && real.ws_col > 0 &&
         ::is_term_resized(real.ws_row, real.ws_col);
}

void LiveTerminal::Show(std::span<const LiveLine> lines) {
  ::werase(stdscr);
  for (std::size_t row = 0; row < lines.size(); ++row) {
    ::wmove(stdscr, static_cast<int>(row), 0);
    for (const LiveSpan& span : lines[row]) {
      const short pair = span.style == LiveStyle::kAlarm ? kAlarmPair : 0;
      ::wattr_set(stdscr, AttributesOf(span.style), pair, nullptr);
      ::waddnstr(stdscr, span.text.data(), static_cast<int>(span.text.size()));
    }
  }
  ::wattr_set(stdscr, A_NORMAL, 0, nullptr);
  ::wrefresh(stdscr);
}

std::optional<LiveKey> LiveTerminal::ReadKey() {
  for (;;) {
    wint_t character = 0;
    const int kind = ::wget_wch(stdscr, &character);
    if (kind == ERR) return std::nullopt;
    if (kind != KEY_CODE_YES && character == kCtrlL) {
      ::clearok(stdscr, true);
      continue;
    }
    // Keys that mean nothing here, and KEY_RESIZE, at which ncurses has taken the new size.
    if (auto key = kind == KEY_CODE_YES ? KeyOfCode(character) : KeyOfCharacter(character)) return key;
  }
}

int LiveTerminal::fd() const { return ::fileno(in_.get()); }

bool LiveTerminal::gone() const {
  pollfd state = {.fd = fd(), .events = 0, .revents = 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

}  // namespace vexevt
