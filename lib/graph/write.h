// An answer as text. Every writer gives pieces of some kilobytes at a time to `out`, whose first failure ends it. Names
// are bytes of others: no byte of them can end what it stands in, reach a terminal as a control, or make the output
// other than UTF-8.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/graph/answer.h"
#include "lib/graph/recorder.h"

namespace vexevt {

using TextOut = std::function<Status(std::string_view)>;

// What the answer may lack, as sentences: one for gaps in the stream, one where the graph was full.
std::vector<std::string> Caveats(const Unknown& unknown);

// For people: a tree below each root, times in local time. What has been shown is named again, but not what is below.
// Under 20 levels a branch is shown by itself.
Status WriteTree(const Graph& graph, const Answer& answer, const std::vector<std::string>& caveats, const TextOut& out);

// For Graphviz: https://graphviz.org/doc/info/lang.html
Status WriteDot(const Graph& graph, const Answer& answer, const std::vector<std::string>& caveats, const TextOut& out);

// http://graphml.graphdrawing.org
Status WriteGraphml(const Graph& graph, const Answer& answer, const std::vector<std::string>& caveats,
                    const TextOut& out);

// Lines of JSON: nodes, then edges, then caveats, told apart by "type". Bytes that are not UTF-8 as vexevt-event(5) has
// them: KEY_b64 is exact.
Status WriteNdjson(const Graph& graph, const Answer& answer, const std::vector<std::string>& caveats,
                   const TextOut& out);

}  // namespace vexevt
