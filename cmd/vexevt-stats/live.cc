#include "cmd/vexevt-stats/live.h"

#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include "cmd/vexevt-stats/live_screen.h"
#include "lib/base/clock.h"
#include "lib/cli/diagnostics.h"
#include "lib/cli/pipeline.h"
#include "lib/cli/terminal.h"
#include "lib/live/model.h"
#include "lib/live/view.h"
#include "lib/stream/endpoint_name.h"

namespace vexevt {
namespace {

constexpr std::size_t kKeptBytes = std::size_t{32} << 20;  // of newest events, for filters

// What the locale is by its name, and ncurses then writes in. Any locale of UTF-8 serves for one that is not installed.
bool TakeUtf8Locale() {
  const bool installed = std::setlocale(LC_CTYPE, "") != nullptr;
  return LocaleIsUtf8() && (installed || std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr);
}

bool CanDraw(const StatsOptions& options) {
  const char* const name = std::getenv("TERM");
  return !options.once && options.common.output == "-" && ::isatty(STDOUT_FILENO) == 1 && name != nullptr &&
         std::string_view(name) != "dumb";
}

// Where nothing can be drawn: the tables as text, every so often and at the end.
class LivePrint final : public Step {
 public:
  // `interval_ns`: kNever is at the end alone.
  LivePrint(std::unique_ptr<LiveModel> model, std::uint64_t interval_ns, bool utf8)
      : model_(std::move(model)), interval_ns_(interval_ns), utf8_(utf8) {
    Printed();
  }

  Status Process(std::span<const EventView> batch, EventSink& sink) override {
    model_->See(batch);
    const std::uint64_t now = SystemClock().Now().mono_ns;
    model_->SeenAt(now);
    return now < next_ns_ ? Status() : Tick(sink);
  }

  std::uint64_t next_tick_ns() const override { return next_ns_; }

  Status Tick(EventSink& sink) override {
    if (!sink.full()) sink.WriteText(PrintLive(model_->Look(SystemClock().Now()), utf8_) + "\n");
    Printed();
    return {};
  }

  Status Finish(EventSink& sink) override {
    model_->End();
    if (!sink.full()) sink.WriteText(PrintLive(model_->Look(SystemClock().Now()), utf8_));
    return {};
  }

  bool holds_back() override { return true; }

 private:
  void Printed() { next_ns_ = interval_ns_ == kNever ? kNever : SystemClock().Now().mono_ns + interval_ns_; }

  const std::unique_ptr<LiveModel> model_;
  const std::uint64_t interval_ns_;
  const bool utf8_;
  std::uint64_t next_ns_ = kNever;
};

bool NamesInput(const std::string& operand) {
  const auto endpoint = ParseEndpoint(operand);
  return endpoint.ok() && (endpoint->kind != EndpointKind::kFile || ::access(endpoint->rest.c_str(), F_OK) == 0);
}

}  // namespace

Result<ExitCode> RunLive(const StatsOptions& options, const std::string& query_text) {
  CommonOptions common = options.common;
  if (common.format != Format::kAuto && common.format != Format::kText) {
    return InvalidArgument("--live shows tables: --format text is the only one");
  }
  if (options.states || options.partial_ns > 0 || options.draws() || !options.model.empty()) {
    return InvalidArgument("--live excludes --partial, --partials, --plot, --svg, --html and --model");
  }
  std::optional<StatsQuery> query;
  if (!query_text.empty()) {
    auto parsed = ParseStatsQuery(query_text);
    if (parsed.ok()) {
      query = std::move(*parsed);
    } else if (query_text == options.query && NamesInput(query_text)) {
      common.inputs.insert(common.inputs.begin(), query_text);
    } else {
      return InvalidArgument("query:" + parsed.status().message());
    }
  }
  if (query && !query->watches.empty()) {
    return InvalidArgument("--live shows anomalies and changes that are in the stream: a run before it finds them");
  }
  const bool draws = CanDraw(options), utf8 = TakeUtf8Locale();
  auto model = LiveModel::Compile(query, options.limits, draws ? kKeptBytes : 0);
  if (!model.ok()) return InvalidArgument("query:" + model.status().message());
  if (options.check) return ExitCode::kDone;
  common.format = Format::kText;
  common.no_progress = true;
  std::unique_ptr<Step> step;
  if (draws) {
    const bool color = WantsColor(common.color, STDOUT_FILENO);
    step = std::make_unique<LiveScreen>(std::move(*model), LiveScreen::Look{options.interval_ns, color, utf8});
  } else {
    step = std::make_unique<LivePrint>(std::move(*model), options.once ? kNever : options.interval_ns, utf8);
  }
  Ledger ledger;
  return RunPipeline(kStatsTool, common, *step, ledger);
}

}  // namespace vexevt
