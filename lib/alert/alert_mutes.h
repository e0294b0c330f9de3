// AlertMutes: the inhibitions and silences of a rules file, which keep alerts from being told. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lib/alert/alert.h"
#include "lib/alert/alert_event.h"
#include "lib/alert/alerts_file.h"
#include "lib/expr/result_condition.h"

namespace vexevt {

class AlertMutes {
 public:
  // What the rules say of one alert: by inhibition and by silence. It goes by what stays as it is while it fires.
  struct Marks {
    struct Side {
      bool source = false, target = false;
      std::string equal;  // the values of the labels that have to be equal
    };
    std::vector<Side> sides;
    std::vector<bool> silences;
  };

  // `labels`: what expressions may name without `attr.`. Failures are told at their place in the file.
  static Result<AlertMutes> Compile(const AlertsFile& file, const NamedLists& lists,
                                    std::span<const std::string> labels);

  Marks Of(const Alert& alert) const;

  // An alert fires from here on, or no more. True: others may have become muted by it, or free.
  bool Add(const Marks& marks) { return Count(marks, +1); }
  bool Remove(const Marks& marks) { return Count(marks, -1); }

  bool Muted(const Marks& marks, std::uint64_t at_ns) const;
  // The next time after `at_ns` at which a silence begins or ends; all ones: none.
  std::uint64_t NextChange(std::uint64_t at_ns) const;

 private:
  struct Inhibition {
    ResultCondition source, target;
    std::vector<std::string> equal;
    // Of alerts that fire, by their `equal`: sources, and those of them that are targets as well.
    std::map<std::string, std::pair<int, int>> sources;
  };
  struct Silence {
    ResultCondition when;
    std::uint64_t from_ns, until_ns;
  };

  bool Count(const Marks& marks, int change);

  std::vector<Inhibition> inhibitions_;
  std::vector<Silence> silences_;
};

}  // namespace vexevt
