// What a person does to the live view: keys, and what they change. Nothing of this is about the stream: the caller does
// what a command asks for.
//
//   s          sort by the next column            Enter      only events of the selected row
//   Tab        the next table                     /          only events for which an expression holds
//   up down    select a row, as k and j do        Backspace  take the last filter back
//   p Space    hold still, or go on               r          count anew
//   ?          the keys                           q          quit
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/live/snapshot.h"

namespace vexevt {

enum class LiveKeyKind : std::uint8_t {
  kText,  // a character
  kEnter,
  kBackspace,
  kEscape,
  kTab,
  kBackTab,
  kUp,
  kDown,
  kPageUp,
  kPageDown,
  kHome,
  kEnd,
  kEraseLine,  // Ctrl-U
};

struct LiveKey {
  LiveKeyKind kind = LiveKeyKind::kText;
  std::string text;  // of kText, as UTF-8
};

// How one table is shown.
struct LiveOrder {
  std::optional<std::size_t> column;    // by which it is sorted; nullopt: the first result that is a number
  std::optional<std::string> selected;  // key of a row; nullopt: whichever is first
};

struct LivePrompt {
  std::string text;
  std::string error;  // why it was refused; empty: it was not
};

struct LiveUi {
  std::size_t table = 0;          // that keys go to
  std::vector<LiveOrder> orders;  // by table
  std::vector<std::string> filters;
  std::optional<LivePrompt> prompt;  // while a filter is written
  bool paused = false;
  bool help = false;
};

enum class LiveCommand : std::uint8_t { kNone, kQuit, kFilter, kReset };

// `shown`: what is on the screen, a table at least. Filters are compiled before they are taken. kFilter: *ui has other
// filters.
LiveCommand HandleKey(const LiveKey& key, const LiveSnapshot& shown, LiveUi* ui);

// One expression that holds where all of them do; empty where there are none.
std::string JoinedFilter(const LiveUi& ui);

// The rows as `order` says: by a number the largest first, by a text in its order, `other` last; equal ones, and those
// of a table without a number, as they came.
std::vector<const LiveRow*> SortedRows(const LiveTable& table, const LiveOrder& order);
// The place of the selected row among them; 0 where it has gone.
std::size_t SelectedRow(const std::vector<const LiveRow*>& rows, const LiveOrder& order);
// Pages have this many rows where keys go by pages.
inline constexpr std::size_t kLivePage = 10;

}  // namespace vexevt
