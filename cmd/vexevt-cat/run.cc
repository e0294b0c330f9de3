#include "cmd/vexevt-cat/run.h"

#include <unistd.h>

#include "lib/base/bytes.h"
#include "lib/cli/pipeline.h"
#include "lib/io/full.h"
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
  CountStep(std::optional<std::uint64_t> count, bool json) : left_(count.value_or(kNever)), json_(json) {}

  Status Process(std::span<const EventView> batch, EventSink&) override {
    for (const EventView& event : batch) summary_.Add(event);
    if (left_ != kNever) left_ -= batch.size();
    return {};
  }
  std::uint64_t wants() const override { return left_; }
  bool holds_back() override { return true; }  // the answer
  Status Finish(EventSink&) override {
    return WriteAll(STDOUT_FILENO, AsBytes(json_ ? summary_.Json() : summary_.Text()), "standard output");
  }

 private:
  Summary summary_;
  std::uint64_t left_;
  bool json_;
};

Result<ExitCode> ShowSummary(const CatOptions& options) {
  CommonOptions common = options.common;
  bool json = common.format == Format::kJson;
  if (!json && common.format != Format::kText) {
    return InvalidArgument("--stat writes text or JSON: leave out --template, --fields and other formats");
  }
  if (common.output != "-") return InvalidArgument("--stat writes to standard output: leave out --output");
  common.format = Format::kText;
  CountStep step(common.count, json);
  Ledger ledger;
  return RunPipeline(kCatTool, common, step, ledger);
}

}  // namespace

Result<ExitCode> RunCat(const CatOptions& options) {
  const CommonOptions& common = options.common;
  if (!common.line_template.empty() && common.format != Format::kTemplate) {
    return InvalidArgument("--template is a format of its own: leave out --format and --fields");
  }
  if (!common.fields.empty() && common.format != Format::kCsv && common.format != Format::kTsv) {
    return InvalidArgument("--fields are the columns of CSV and TSV: leave out other formats");
  }
  if (common.null && common.line_template.empty()) return InvalidArgument("--null is for --template");
  if (common.resync && (common.follow || common.json_input || !common.checkpoint.empty())) {
    return InvalidArgument("--resync reads frames to their end: leave out --follow, --input-format and --checkpoint");
  }
  if (options.stat) return ShowSummary(options);
  ShowStep step;
  Ledger ledger;
  return RunPipeline(kCatTool, common, step, ledger);
}

}  // namespace vexevt
