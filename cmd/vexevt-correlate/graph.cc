#include "cmd/vexevt-correlate/graph.h"

#include <fmt/format.h>
#include <unistd.h>

#include "lib/base/bytes.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/pipeline.h"
#include "lib/graph/write.h"
#include "lib/io/full.h"

namespace vexevt {
namespace {

Status WriteAnswer(GraphFormat format, const Graph& graph, const Answer& answer,
                   const std::vector<std::string>& caveats) {
  const TextOut out = [](std::string_view text) { return WriteAll(STDOUT_FILENO, AsBytes(text), "standard output"); };
  switch (format) {
    case GraphFormat::kText:
      return WriteTree(graph, answer, caveats, out);
    case GraphFormat::kDot:
      return WriteDot(graph, answer, caveats, out);
    case GraphFormat::kGraphml:
      return WriteGraphml(graph, answer, caveats, out);
    case GraphFormat::kJson:
      return WriteNdjson(graph, answer, caveats, out);
  }
  return {};
}

class GraphStep final : public Step {
 public:
  explicit GraphStep(const GraphOptions& options) : options_(options), recorder_(options.most_nodes) {}

  Status Process(std::span<const EventView> batch, EventSink&) override {
    for (const EventView& event : batch) recorder_.Take(event);
    return {};
  }

  Status Finish(EventSink&) override {
    const Graph& graph = recorder_.graph();
    const Question& question = options_.question;
    for (const NodeName& name : question.names) {
      if (NodesNamed(graph, name).empty()) ReportWarning(fmt::format("no event tells of '{}'", PrintNodeName(name)));
    }
    const std::vector<std::string> caveats = Caveats(recorder_.unknown());
    for (const std::string& caveat : caveats) ReportWarning(caveat);
    ReportDetail(fmt::format("{} nodes, {} edges", graph.nodes().size(), graph.edges().size()));
    return WriteAnswer(options_.format, graph, AnswerTo(question, graph), caveats);
  }

  bool holds_back() override { return true; }  // the answer

 private:
  const GraphOptions& options_;
  Recorder recorder_;
};

}  // namespace

Result<ExitCode> RunGraph(const CorrelateOptions& options) {
  const Question& question = options.graph.question;
  if (question.asked == Asked::kBetween && question.names.size() < 2) {
    return InvalidArgument("--between takes FROM and TO");
  }
  CommonOptions common = options.common;
  common.format = Format::kText;  // no event is written: the stream ends here
  Ledger ledger;
  GraphStep step(options.graph);
  return RunPipeline(kCorrelateTool, common, step, ledger);
}

}  // namespace vexevt
