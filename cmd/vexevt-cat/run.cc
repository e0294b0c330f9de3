#include "cmd/vexevt-cat/run.h"

#include <cstdio>

#include "lib/cli/pipeline.h"
#include "lib/stream/summary.h"

namespace vexevt {
namespace {

class ShowStep final : public Step {
 public:
  Status Process(std::span<const EventView> batch, EventSink& sink) override {
    for (const EventView& event : batch) sink.Write(event);
    return {};
  }
};

class CountStep final : public Step {
 public:
  // `count`: of events, after which it is done.
  explicit CountStep(std::optional<std::uint64_t> count) : left_(count.value_or(UINT64_MAX)) {}

  Status Process(std::span<const EventView> batch, EventSink&) override {
    for (const EventView& event : batch) {
      if (left_ == 0) break;
      summary_.Add(event);
      --left_;
    }
    return {};
  }
  bool done() const override { return left_ == 0; }
  const Summary& summary() const { return summary_; }

 private:
  Summary summary_;
  std::uint64_t left_;
};

Result<ExitCode> ShowSummary(const CatOptions& options) {
  CommonOptions common = options.common;
  bool json = common.format == Format::kJson;
  if (!json && common.format != Format::kText) {
    return InvalidArgument("--stat writes text or JSON: leave out --template, --fields and other formats");
  }
  if (common.output != "-") return InvalidArgument("--stat writes to standard output: leave out --output");
  common.format = Format::kText;
  CountStep step(common.count);
  Ledger ledger;
  Result<ExitCode> result = RunPipeline(kCatTool, common, step, ledger);
  // Before an error in the data is told, what was before it.
  if (result.ok() || result.status().code() == StatusCode::kDataLoss) {
    std::string text = json ? step.summary().Json() : step.summary().Text();
    std::fwrite(text.data(), 1, text.size(), stdout);
  }
  return result;
}

}  // namespace

Result<ExitCode> RunCat(const CatOptions& options) {
  const CommonOptions& common = options.common;
  if (!common.line_template.empty() && common.format != Format::kTemplate) {
    return InvalidArgument("--template is a format of its own: leave out --format and --fields");
  }
  if (!common.fields.empty() && common.format != Format::kCsv) {
    return InvalidArgument("--fields are the columns of CSV: leave out other formats");
  }
  if (options.stat) return ShowSummary(options);
  ShowStep step;
  Ledger ledger;
  return RunPipeline(kCatTool, common, step, ledger);
}

}  // namespace vexevt
