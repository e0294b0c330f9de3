#include "cmd/vexevt-stats/merge.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "cmd/vexevt-stats/window_writer.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/pipeline.h"
#include "lib/stats/state_event.h"

namespace vexevt {
namespace {

class MergeStep final : public Step {
 public:
  explicit MergeStep(const StatsOptions& options)
      : options_(options), sum_(options.limits.most_groups, options.frequency_of) {}

  Status Process(std::span<const EventView> batch, EventSink& sink) override {
    for (const EventView& event : batch) {
      if (!TellsOfStream(event.type())) [[likely]] {
        has_events_ = true;
        VEXEVT_TRY(sum_.Add(event));
      } else if (sink.format() != Format::kText) {
        sink.Write(event);
      }
    }
    return {};
  }

  Status Finish(EventSink& sink) override {
    if (sum_.query() == nullptr) {
      return has_events_ ? DataLoss("none of the events is a state, as --partials writes them") : Status();
    }
    std::vector<std::string> notes;
    if (sum_.in_other() > 0) {
      notes.push_back(fmt::format("{} events are in the group 'other': --groups keeps more", sum_.in_other()));
      ReportWarning(notes.back());
    }
    std::optional<Watcher> watcher;
    if (!sum_.query()->watches.empty()) watcher.emplace(*sum_.query(), options_.most_models);
    WindowWriter writer(*sum_.query(), sum_.plan(), options_, watcher ? &*watcher : nullptr);
    sum_.Finish([&](const ToldWindow& window) { writer.Write(window, sink); });
    return writer.Finish(notes, sink);
  }

  bool holds_back() override { return true; }

 private:
  const StatsOptions& options_;
  StateSum sum_;
  bool has_events_ = false;
};

}  // namespace

Result<ExitCode> RunMerge(const StatsOptions& options) {
  VEXEVT_ASSIGN(CommonOptions common, CommonOptionsOf(options));
  if (common.format == Format::kCsv || common.format == Format::kTsv) {
    return InvalidArgument(
        "merge knows its columns only once it has read states: give its events to vexevt-cat --fields attr.…");
  }
  Ledger ledger;
  MergeStep step(options);
  return RunPipeline(kStatsTool, common, step, ledger);
}

}  // namespace vexevt
