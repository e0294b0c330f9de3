// LiveTerminal: the terminal as the live view needs it: lines onto it, keys from it. By ncurses, which knows terminals
// and their keys, writes what has changed only, and gives the terminal back while the process is stopped (SIGTSTP).
//
// Keys come from the controlling terminal, since standard input may be the stream. As it was before, again, when this
// is destroyed. One for the process; for one thread.
#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <span>

#include "lib/base/status.h"
#include "lib/live/keys.h"
#include "lib/live/view.h"

namespace vexevt {

class LiveTerminal {
 public:
  // After the process's own signal handlers: ncurses takes those that are left, SIGTSTP and SIGWINCH among them.
  // kUnsupported where nothing is known of the terminal ($TERM).
  static Result<std::unique_ptr<LiveTerminal>> Open(bool color);
  ~LiveTerminal();
  LiveTerminal(const LiveTerminal&) = delete;
  LiveTerminal& operator=(const LiveTerminal&) = delete;

  LiveSize size() const;
  // Whether it has another size than size() says; that is so until ReadKey has been called.
  bool resized() const;
  void Show(std::span<const LiveLine> lines);

  // nullopt: none waits. Ctrl-L is dealt with here: the next Show draws all anew.
  std::optional<LiveKey> ReadKey();
  int fd() const;     // readable when a key waits
  bool gone() const;  // whether the terminal has hung up

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, CloseFile>;

  LiveTerminal(File in, File out) : in_(std::move(in)), out_(std::move(out)) {}

  File in_, out_;
  void* screen_ = nullptr;  // a SCREEN
};

}  // namespace vexevt
