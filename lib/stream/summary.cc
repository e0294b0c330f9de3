#include "lib/stream/summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/escape.h"
#include "lib/base/units.h"
#include "lib/event/field.h"
#include "lib/event/json_value.h"

namespace vexevt {
namespace {

constexpr std::size_t kRowsShown = 10;

}  // namespace

void Summary::Names::Add(std::string_view name) {
  std::string key(name);
  auto found = counts.find(key);
  if (found != counts.end()) {
    ++found->second;
  } else if (counts.size() < kMaxNames) {
    counts.emplace(std::move(key), 1);
  } else {
    ++others;
  }
}

void Summary::Add(const EventView& event) {
  std::uint64_t time = event.wall_ns();
  if (events_ == 0) {
    first_ns_ = last_ns_ = time;
  } else {
    out_of_order_ += time < previous_ns_;
    first_ns_ = std::min(first_ns_, time);
    last_ns_ = std::max(last_ns_, time);
  }
  previous_ns_ = time;
  ++events_;
  bytes_ += event.frame().size();
  ++types_[event.type()];
  ++boundaries_[static_cast<std::uint16_t>(event.boundary())];
  hosts_.Add(event.host());
  commands_.Add(event.comm());
  if (event.type() == kVexevtLost) {
    ++gaps_;
    std::uint64_t lost =
        event.payload_tag() == layout::kPayloadGapTagValue ? event.Get<std::uint64_t>(layout::kPayloadGapLost) : 0;
    lost_ += lost;
    gaps_unknown_ += lost == 0;
  }
}

std::vector<Summary::Row> Summary::Sorted(const Names& names) {
  std::vector<Row> rows;
  for (const auto& [name, count] : names.counts) rows.push_back({name, count});
  std::ranges::sort(
      rows, [](const Row& a, const Row& b) { return a.count != b.count ? a.count > b.count : a.name < b.name; });
  return rows;
}

std::vector<Summary::Row> Summary::TypeRows() const {
  std::vector<Row> rows;
  for (const auto& [type, count] : types_) rows.push_back({TypeName(type), count});
  std::ranges::stable_sort(rows, std::greater(), &Row::count);
  return rows;
}

std::vector<Summary::Row> Summary::BoundaryRows() const {
  std::vector<Row> rows;
  for (const auto& [boundary, count] : boundaries_) {
    std::string_view name = BoundaryName(static_cast<Boundary>(boundary));
    rows.push_back({name.empty() ? fmt::format("{}", boundary) : std::string(name), count});
  }
  std::ranges::stable_sort(rows, std::greater(), &Row::count);
  return rows;
}

std::string Summary::Text() const {
  std::string out;
  out += fmt::format("events        {}\n", events_);
  if (events_ == 0) return out;
  out += fmt::format("bytes         {} ({}, {} an event)\n", bytes_, RoundedSize(bytes_), bytes_ / events_);
  out += fmt::format("from          {}\n", PrintTime(first_ns_));
  out += fmt::format("to            {}\n", PrintTime(last_ns_));
  out += fmt::format("span          {}", RoundedDuration(span_ns()));
  if (span_ns() > 0) {
    double rate = static_cast<double>(events_) * 1e9 / static_cast<double>(span_ns());
    if (rate < 10) {
      out += fmt::format(" ({:.2g} events/s)", rate);
    } else {
      out += fmt::format(" ({} events/s)", RoundedCount(static_cast<std::uint64_t>(rate)));
    }
  }
  out += fmt::format("\nout of order  {}\n", out_of_order_);
  out += fmt::format("lost          {}{}", gaps_unknown_ > 0 ? ">=" : "", lost_);
  if (gaps_ > 0) out += fmt::format(" in {} {}", gaps_, gaps_ == 1 ? "gap" : "gaps");
  out += '\n';

  auto table = [&](std::string_view title, const std::vector<Row>& rows, std::uint64_t others) {
    out += fmt::format("\n{:<32} {:>12} {:>6}\n", title, "events", "%");
    auto line = [&](std::string_view name, std::uint64_t count) {
      out += fmt::format("{:<32} {:>12} {:>6.1f}\n", name, count,
                         100 * static_cast<double>(count) / static_cast<double>(events_));
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i >= kRowsShown) {
        others += rows[i].count;
        continue;
      }
      line(rows[i].name.empty() ? "-" : Escaped(rows[i].name), rows[i].count);
    }
    if (others > 0) line("(others)", others);
  };
  table("TYPE", TypeRows(), 0);
  table("BOUNDARY", BoundaryRows(), 0);
  table("HOST", Sorted(hosts_), hosts_.others);
  table("COMMAND", Sorted(commands_), commands_.others);
  return out;
}

std::string Summary::Json() const {
  std::string out = fmt::format("{{\"events\":{},\"bytes\":{}", events_, bytes_);
  if (events_ > 0) {
    out += fmt::format(",\"first\":\"{}\",\"last\":\"{}\",\"span_ns\":{}", PrintTime(first_ns_), PrintTime(last_ns_),
                       span_ns());
  }
  out += fmt::format(",\"out_of_order\":{},\"lost\":{},\"gaps\":{},\"gaps_unknown\":{}", out_of_order_, lost_, gaps_,
                     gaps_unknown_);
  auto object = [&](std::string_view key, const std::vector<Row>& rows, std::uint64_t others) {
    out += fmt::format(",\"{}\":{{", key);
    for (const Row& row : rows) {
      out += fmt::format("{}{}:{}", &row == rows.data() ? "" : ",", JsonText(row.name), row.count);
    }
    out += '}';
    if (others > 0) out += fmt::format(",\"{}_others\":{}", key, others);
  };
  object("types", TypeRows(), 0);
  object("boundaries", BoundaryRows(), 0);
  object("hosts", Sorted(hosts_), hosts_.others);
  object("commands", Sorted(commands_), commands_.others);
  return out + "}\n";
}

}  // namespace vexevt
