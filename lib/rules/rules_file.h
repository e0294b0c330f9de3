// The rules of vexevt-filter and vexevt-route, as their file says them (vexevt-rules(5)). Plain values: parsed and
// checked for shape, expressions not yet compiled.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "lib/base/units.h"
#include "lib/event/event.h"
#include "lib/rules/document.h"
#include "lib/rules/table_reader.h"

namespace vexevt {

// How many values of their fields `by` limits and duplicates remember, where the rule does not say.
inline constexpr std::uint64_t kDefaultKeys = 65'536;

// At most `rate` events on average for each value of the fields `by`, and `burst` at once.
struct Limit {
  Rate rate;
  std::uint64_t burst = 1;
  std::vector<PlacedText> by;
  std::uint64_t keys = kDefaultKeys;
};

// One event in `1/rate`, chosen by a hash of the fields `by` (of the event's id where none are named).
struct Sample {
  double rate = 1;  // 0 to 1
  std::vector<PlacedText> by;
  bool mark = false;  // what is kept says the rate, see MarkSample
};

// Of events alike in the fields `by` only the first within `window_ns`.
struct Dedupe {
  std::uint64_t window_ns = 0;
  std::vector<PlacedText> by;
  std::uint64_t keys = kDefaultKeys;
};

enum class RedactWith : std::uint8_t { kRemove, kMask, kHash };

struct Redaction {
  PlacedText field;
  RedactWith with = RedactWith::kRemove;
};

// Text fields and attributes can be taken out of an event; what else it has can't.
Status CheckRedactable(std::string_view field);

// 10%, or a number from 0 to 1.
Result<double> ParseShare(std::string_view text);

using AttributeValue = std::variant<std::string, std::int64_t, double, bool>;

struct Rule {
  std::string name;
  Position at;
  PlacedText when;   // empty text: always
  int priority = 0;  // higher goes first; equals in the order of the file
  bool drop = false;
  std::optional<Limit> limit;
  std::optional<Sample> sample;
  std::optional<Dedupe> dedupe;
  std::uint64_t delay_ns = 0;
  std::vector<Redaction> redact;
  // Route only.
  std::vector<PlacedText> to;
  std::vector<std::pair<std::string, AttributeValue>> set;  // attributes added
  std::optional<Priority> boost;
};

// Of the least urgent events the newest go with kDrop, the oldest with kDropOld.
enum class OnFull : std::uint8_t { kBlock, kDrop, kDropOld, kSpill };
enum class Balance : std::uint8_t { kBroadcast, kRoundRobin, kWeighted, kHash, kFailover };

struct Member {
  PlacedText to;  // an endpoint as -o takes it
  unsigned weight = 1;
};

// Where events go: one member, or several among which `balance` chooses.
struct EndpointRule {
  std::string name;
  Position at;
  std::vector<Member> members;
  Balance balance = Balance::kBroadcast;
  std::vector<PlacedText> by;  // fields for Balance::kHash
  std::uint64_t queue_bytes = 16u << 20;
  OnFull on_full = OnFull::kBlock;
  PlacedText spill;                            // directory
  std::uint64_t spill_max_bytes = 0;           // 0: as much as the disk holds
  PlacedText dead_letter;                      // an endpoint, for what this one gives up; empty: it never does
  std::uint64_t retry_first_ns = 100'000'000;  // doubles up to retry_max_ns
  std::uint64_t retry_max_ns = 30'000'000'000;
  unsigned breaker_failures = 5;  // in a row, after which the endpoint rests for breaker_open_ns
  std::uint64_t breaker_open_ns = 10'000'000'000;
};

struct NamedList {
  std::optional<Position> at;  // none: not of the rules file
  std::vector<std::string> values;
  PlacedText file;  // one value a line; empty: `values`
};

// The table [lists] of a file. File names in it are relative to the file's folder.
Status ReadLists(const Document& document, const DocumentNode& node, std::map<std::string, NamedList>* lists);

// The elements of an array of tables, [[key]]; empty where it isn't there.
Result<std::span<const DocumentNode>> Elements(const TableReader& table, std::string_view key);

struct RulesFile {
  Document document;
  std::map<std::string, NamedList> lists;
  bool all_matches = false;                      // route: every rule that holds, not only the first
  bool keep_by_default = false;                  // filter: what no rule names is kept
  std::optional<Position> match_at, default_at;  // where these two are said
  std::vector<Rule> rules;                       // by priority, then in the order of the file
  std::vector<EndpointRule> endpoints;
  std::vector<PlacedText> otherwise;  // endpoints for what no rule took
};

// Reads and checks `text`; errors name file, line, column and the nearest key. Whether the endpoints that it names are
// there is vexevt-route's to say. File names in it are relative to `file`'s folder.
Result<RulesFile> ParseRules(std::string text, std::string file);
Result<RulesFile> ReadRules(const std::string& path);

}  // namespace vexevt
