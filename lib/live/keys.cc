#include "lib/live/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "lib/base/status.h"
#include "lib/expr/expression.h"
#include "lib/stats/group_filter.h"

namespace vexevt {
namespace {

void EraseCharacter(std::string* text) {
  const auto continues = [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; };
  while (!text->empty() && continues(text->back())) text->pop_back();
  if (!text->empty()) text->pop_back();
}

Status AddFilter(std::string filter, LiveUi* ui) {
  const auto compiled = CompileExpression(filter);
  if (!compiled.ok()) return InvalidArgument(compiled.status().message());
  ui->filters.push_back(std::move(filter));
  return {};
}

LiveCommand HandlePrompt(const LiveKey& key, LiveUi* ui) {
  LivePrompt& prompt = *ui->prompt;
  switch (key.kind) {
    case LiveKeyKind::kText:
      prompt.text += key.text;
      break;
    case LiveKeyKind::kBackspace:
      if (prompt.text.empty()) {
        ui->prompt.reset();
        return LiveCommand::kNone;
      }
      EraseCharacter(&prompt.text);
      break;
    case LiveKeyKind::kEraseLine:
      prompt.text.clear();
      break;
    case LiveKeyKind::kEscape:
      ui->prompt.reset();
      return LiveCommand::kNone;
    case LiveKeyKind::kEnter: {
      if (prompt.text.empty()) {
        ui->prompt.reset();
        return LiveCommand::kNone;
      }
      const Status added = AddFilter(prompt.text, ui);
      prompt.error = added.message();
      if (!added.ok()) return LiveCommand::kNone;
      ui->prompt.reset();
      return LiveCommand::kFilter;
    }
    default:
      return LiveCommand::kNone;
  }
  prompt.error.clear();
  return LiveCommand::kNone;
}

void Select(const std::vector<const LiveRow*>& rows, std::ptrdiff_t by, LiveOrder* order) {
  if (rows.empty()) return;
  const auto last = static_cast<std::ptrdiff_t>(rows.size()) - 1;
  const auto at = std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(SelectedRow(rows, *order)) + by, 0, last);
  order->selected = rows[static_cast<std::size_t>(at)]->key;
  if (at == 0) order->selected.reset();
}

LiveCommand DrillDown(const LiveTable& table, const std::vector<const LiveRow*>& rows, LiveUi* ui) {
  if (rows.empty() || table.by.empty()) return LiveCommand::kNone;
  const LiveRow& row = *rows[SelectedRow(rows, ui->orders[ui->table])];
  if (row.other || !AddFilter(GroupFilter(table.by, row.key), ui).ok()) return LiveCommand::kNone;
  for (LiveOrder& order : ui->orders) order.selected.reset();
  return LiveCommand::kFilter;
}

// The first result that is a number; nullopt: none is.
std::optional<std::size_t> UsualColumn(const LiveTable& table) {
  for (std::size_t i = table.by.size(); i < table.columns.size(); ++i) {
    if (!table.columns[i].left) return i;
  }
  return std::nullopt;
}

void SortByNext(const LiveTable& table, LiveOrder* order) {
  const std::size_t usual = UsualColumn(table).value_or(0);
  const std::size_t next = (order->column.value_or(usual) + 1) % table.columns.size();
  order->column.reset();
  if (next != usual) order->column = next;
}

LiveCommand HandleText(char letter, const LiveTable& table, LiveUi* ui) {
  LiveOrder& order = ui->orders[ui->table];
  switch (letter) {
    case 'q':
      return LiveCommand::kQuit;
    case 'r':
      return LiveCommand::kReset;
    case 's':
      SortByNext(table, &order);
      break;
    case 'p':
    case ' ':
      ui->paused = !ui->paused;
      break;
    case '/':
      ui->prompt.emplace();
      break;
    case '?':
      ui->help = true;
      break;
    case 'j':
      Select(SortedRows(table, order), 1, &order);
      break;
    case 'k':
      Select(SortedRows(table, order), -1, &order);
      break;
    default:
      break;
  }
  return LiveCommand::kNone;
}

}  // namespace

LiveCommand HandleKey(const LiveKey& key, const LiveSnapshot& shown, LiveUi* ui) {
  if (ui->help) {
    ui->help = false;
    return LiveCommand::kNone;
  }
  if (ui->prompt) return HandlePrompt(key, ui);
  const std::size_t tables = shown.tables.size();
  ui->orders.resize(tables);
  const LiveTable& table = shown.tables[ui->table];
  LiveOrder& order = ui->orders[ui->table];
  constexpr auto kPage = static_cast<std::ptrdiff_t>(kLivePage);
  switch (key.kind) {
    case LiveKeyKind::kText:
      return key.text.size() == 1 ? HandleText(key.text[0], table, ui) : LiveCommand::kNone;
    case LiveKeyKind::kEnter:
      return DrillDown(table, SortedRows(table, order), ui);
    case LiveKeyKind::kBackspace:
      if (ui->filters.empty()) return LiveCommand::kNone;
      ui->filters.pop_back();
      return LiveCommand::kFilter;
    case LiveKeyKind::kTab:
      ui->table = (ui->table + 1) % tables;
      break;
    case LiveKeyKind::kBackTab:
      ui->table = (ui->table + tables - 1) % tables;
      break;
    case LiveKeyKind::kUp:
      Select(SortedRows(table, order), -1, &order);
      break;
    case LiveKeyKind::kDown:
      Select(SortedRows(table, order), 1, &order);
      break;
    case LiveKeyKind::kPageUp:
      Select(SortedRows(table, order), -kPage, &order);
      break;
    case LiveKeyKind::kPageDown:
      Select(SortedRows(table, order), kPage, &order);
      break;
    case LiveKeyKind::kHome:
      order.selected.reset();
      break;
    case LiveKeyKind::kEnd:
      Select(SortedRows(table, order), static_cast<std::ptrdiff_t>(table.rows.size()), &order);
      break;
    default:
      break;
  }
  return LiveCommand::kNone;
}

std::string JoinedFilter(const LiveUi& ui) {
  if (ui.filters.size() == 1) return ui.filters[0];
  std::string joined;
  for (const std::string& filter : ui.filters) joined += fmt::format("{}({})", joined.empty() ? "" : " and ", filter);
  return joined;
}

std::vector<const LiveRow*> SortedRows(const LiveTable& table, const LiveOrder& order) {
  std::vector<const LiveRow*> rows;
  for (const LiveRow& row : table.rows) rows.push_back(&row);
  const auto wanted = order.column ? order.column : UsualColumn(table);
  if (!wanted) return rows;
  const std::size_t column = *wanted;
  const bool by_text = table.columns[column].left;
  std::ranges::stable_sort(rows, [&](const LiveRow* a, const LiveRow* b) {
    if (a->other != b->other) return b->other;
    if (by_text) return a->texts[column] < b->texts[column];
    const double x = a->numbers[column], y = b->numbers[column];
    return std::isnan(y) ? !std::isnan(x) : x > y;
  });
  return rows;
}

std::size_t SelectedRow(const std::vector<const LiveRow*>& rows, const LiveOrder& order) {
  if (!order.selected) return 0;
  const auto at =
      std::ranges::find(rows, *order.selected, [](const LiveRow* row) { return std::string_view(row->key); });
  return at == rows.end() ? 0 : static_cast<std::size_t>(at - rows.begin());
}

}  // namespace vexevt
