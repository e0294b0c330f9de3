#include "cmd/vexevt-stats/alert_queries.h"

#include <algorithm>
#include <utility>

#include "lib/event/encode.h"
#include "lib/rules/compile.h"
#include "lib/stats/group_forecast.h"

namespace vexevt {
namespace {

Result<std::unique_ptr<Rollup>> CompileQuery(const AlertsFile& file, const PlacedText& text,
                                             const RollupLimits& limits) {
  auto query = ParseStatsQuery(text.text);
  if (!query.ok()) return ErrorInExpression(file.document, text, query.status());
  if (query->windows.kind != WindowKind::kTime) {
    return ErrorAt(file.document, text.at, "an alert's query has windows of time: every DURATION [over DURATION]");
  }
  if (const Status status = CheckTargets(*query); !status.ok())
    return ErrorAt(file.document, text.at, status.message());
  auto rollup = Rollup::Compile(std::move(*query), limits);
  if (!rollup.ok()) return ErrorInExpression(file.document, text, rollup.status());
  return rollup;
}

}  // namespace

Result<AlertQueries> AlertQueries::Compile(const AlertsFile& file, const RollupLimits& limits,
                                           std::uint32_t most_models) {
  AlertQueries queries;
  for (const PlacedText& text : file.queries) {
    VEXEVT_ASSIGN(std::unique_ptr<Rollup> rollup, CompileQuery(file, text, limits));
    const StatsQuery& query = rollup->query();
    auto watcher = query.watches.empty() ? nullptr : std::make_unique<Watcher>(query, most_models);
    auto result = std::make_unique<ResultEvent>(query, rollup->plan(), "stats");
    queries.queries_.push_back({std::move(rollup), std::move(watcher), std::move(result)});
  }
  return queries;
}

std::vector<AlertQuery> AlertQueries::Descriptions() const {
  std::vector<AlertQuery> descriptions;
  for (const Query& query : queries_) {
    const StatsQuery& asked = query.rollup->query();
    descriptions.push_back({.attributes = ResultAttributes(asked, query.rollup->plan()),
                            .every_ns = asked.windows.every_ns,
                            .length_ns = asked.windows.length_ns});
  }
  return descriptions;
}

Rollup::TellWindow AlertQueries::Keep(std::size_t query) {
  return [this, query](const ToldWindow& window) {
    Window& kept = windows_.emplace_back();
    Query& of = queries_[query];
    kept.end_ns = window.cut ? of.rollup->newest_ns() : window.end_ns;
    kept.query = query;
    kept.lower_bound = window.cut || window.lower_bound;
    std::vector<ResultRow> rows = ReadRows(of.rollup->plan(), window, ListForm::kJson);
    if (of.watcher != nullptr) of.watcher->See(window, &rows);
    for (const ResultRow& row : rows) AppendFrame(of.result->Make(window, row), &kept.frames);
  };
}

void AlertQueries::See(const EventView& event) {
  for (std::size_t i = 0; i < queries_.size(); ++i) queries_[i].rollup->See({&event, 1}, Keep(i));
}

void AlertQueries::AdvanceTo(std::uint64_t wall_ns) {
  for (std::size_t i = 0; i < queries_.size(); ++i) queries_[i].rollup->AdvanceTo(wall_ns, Keep(i));
}

void AlertQueries::Finish() {
  for (std::size_t i = 0; i < queries_.size(); ++i) queries_[i].rollup->Finish(Keep(i));
}

void AlertQueries::SeeGap(std::uint64_t since_ns, std::uint64_t until_ns) {
  for (const Query& query : queries_) {
    query.rollup->SeeGap(since_ns, until_ns);
    if (query.watcher != nullptr) query.watcher->SeeBreak();
  }
}

void AlertQueries::Give(AlertBoard* board, const AlertBoard::Tell& tell) {
  if (windows_.empty()) return;
  std::ranges::stable_sort(windows_, {}, &Window::end_ns);
  for (const Window& window : windows_) {
    for (std::span<const std::byte> rest = window.frames; !rest.empty();) {
      const auto frame = rest.first(MeasureFrame(rest).bytes);
      rest = rest.subspan(frame.size());
      EventView view;
      if (EventView::Bind(frame, &view)) board->SeeResult(window.query, view, window.end_ns, window.lower_bound, tell);
    }
    board->EndWindow(window.query, window.end_ns, window.lower_bound, tell);
  }
  windows_.clear();
}

std::optional<std::uint64_t> AlertQueries::next_deadline_ns() const {
  std::optional<std::uint64_t> next;
  for (const Query& query : queries_) {
    const auto deadline = query.rollup->next_deadline_ns();
    if (deadline && (!next || *deadline < *next)) next = deadline;
  }
  return next;
}

std::uint64_t AlertQueries::late() const {
  std::uint64_t late = 0;
  for (const Query& query : queries_) late += query.rollup->late();
  return late;
}

std::uint64_t AlertQueries::in_other() const {
  std::uint64_t in_other = 0;
  for (const Query& query : queries_) in_other += query.rollup->in_other();
  return in_other;
}

void AlertQueries::TakeOver(AlertQueries&& before) {
  for (Query& query : queries_) {
    const auto same = std::ranges::find_if(before.queries_, [&](const Query& old) {
      return old.rollup != nullptr && old.rollup->query().text == query.rollup->query().text;
    });
    if (same != before.queries_.end()) query = std::move(*same);
  }
}

void AlertQueries::Save(Packer* packer) const {
  packer->PutCount(queries_.size());
  for (const Query& query : queries_) {
    packer->PutText(query.rollup->query().text);
    const std::size_t state = packer->Leave();
    query.rollup->Save(packer);
    if (query.watcher != nullptr) packer->PutText(query.watcher->Save());
    packer->EndText(state);
  }
}

Status AlertQueries::Load(Unpacker* unpacker) {
  for (std::size_t left = unpacker->GetCount(2 * sizeof(std::uint64_t)); left > 0; --left) {
    const std::string_view text = unpacker->GetText(), state = unpacker->GetText();
    const auto same =
        std::ranges::find_if(queries_, [&](const Query& query) { return query.rollup->query().text == text; });
    if (same != queries_.end() && !LoadQuery(state, *same)) return DataLoss("it is damaged");
  }
  return unpacker->ok() ? Status() : DataLoss("it is damaged");
}

bool AlertQueries::LoadQuery(std::string_view state, const Query& query) {
  Unpacker unpacker(state);
  if (!query.rollup->Load(&unpacker)) return false;
  if (query.watcher != nullptr && !query.watcher->Load(unpacker.GetText()).ok()) return false;
  return unpacker.done();
}

}  // namespace vexevt
