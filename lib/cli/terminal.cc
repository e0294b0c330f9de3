#include "lib/cli/terminal.h"

#include <strings.h>
#include <sys/ioctl.h>

#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace vexevt {
namespace {

constexpr std::size_t kUsualColumns = 80;

}  // namespace

// By its name: locales that are not installed, as in containers, are of no help, but their terminal shows UTF-8.
bool LocaleIsUtf8() {
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* const locale = std::getenv(name);
    if (locale == nullptr || *locale == '\0') continue;
    const char* const codeset = ::strchrnul(locale, '.');
    return ::strncasecmp(codeset, ".utf-8", 6) == 0 || ::strncasecmp(codeset, ".utf8", 5) == 0;
  }
  return false;
}

std::size_t TerminalColumns(int fd) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsualColumns;
}

}  // namespace vexevt
