// Downstream: which processes read what we write, directly or behind others, as in `vexevt-capture … | vexevt-filter …
// | vexevt-route …`. What they do to watched files is told no more than what we do ourselves: each event would make
// another.
//
// Followed are pipes and FIFOs from standard output to standard input, and children that a process downstream feeds by
// a pipe. Not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace vexevt {

class Downstream {
 public:
  // Nobody reads.
  Downstream() = default;
  // `output` is what the events are written to. All processes that there are are looked at, if it is a pipe.
  explicit Downstream(int output);

  // Whether the process reads it, and so what it writes belongs to it. `directory` is a descriptor of its /proc/PID;
  // `parent_holds`: its parent is one of them.
  bool Holds(int directory, bool parent_holds);

  // Grows when who was not one of them may be now.
  std::size_t ends() const { return ends_.size(); }

 private:
  bool IsEnd(const std::string& link) const;
  bool Follow(const std::string& in, std::string out);
  void Scan();

  std::vector<std::string> ends_;  // what they read, as links of /proc/PID/fd tell: "pipe:[123]"
};

}  // namespace vexevt
