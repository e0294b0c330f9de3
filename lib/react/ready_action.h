// ReadyAction: an action with all of its texts filled in, as plain words: what will be done, to the letter. The undo of
// a step is kept in this form from before the step begins, so that it undoes what was done, whatever happens to the
// rules meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/react/filled_text.h"
#include "lib/react/workflow.h"

namespace vexevt {

struct ReadyAction {
  enum class Kind : char { kRun = 'r', kEmit = 'e', kHttp = 'h', kWrite = 'w', kSet = 's' };

  Kind kind = Kind::kRun;
  bool event_on_stdin = false;  // kRun
  // kRun: the arguments. kEmit: TYPE, then FIELD=VALUE. kHttp: method, URL, body, then "NAME: VALUE". kWrite: the
  // endpoint. kSet: MACHINE=STATE. None has a NUL in it.
  std::vector<std::string> words;

  bool operator==(const ReadyAction&) const = default;
};

// kInvalidArgument where the event lacks a value that is asked for.
Result<ReadyAction> MakeReady(const Action& action, const Filling& with);

// As one line: "kill -STOP 17", "emit vexevt.alert severity=high", "POST https://host/".
std::string Describe(const ReadyAction& action);

// For the store. Decode is kDataLoss for what Encode did not write.
std::string Encode(const ReadyAction& action);
Result<ReadyAction> Decode(std::string_view encoded);

}  // namespace vexevt
