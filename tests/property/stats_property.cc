// Rollups against what their windows and aggregates are by definition, computed from all events at once.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "lib/stats/testing/told.h"

namespace vexevt {
namespace {

struct Sample {
  std::uint64_t second = 0;
  std::uint32_t pid = 0;
  std::uint64_t size = 0;
};

rc::Gen<std::vector<Sample>> Samples() {
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, 40), [](std::size_t count) {
    return rc::gen::container<std::vector<Sample>>(
        count, rc::gen::map(
                   rc::gen::tuple(rc::gen::inRange<std::uint64_t>(0, 60), rc::gen::inRange<std::uint32_t>(1, 4),
                                  rc::gen::oneOf(rc::gen::arbitrary<std::uint64_t>(), rc::gen::just(std::uint64_t{7}))),
                   [](const std::tuple<std::uint64_t, std::uint32_t, std::uint64_t>& parts) {
                     return Sample{std::get<0>(parts), std::get<1>(parts), std::get<2>(parts)};
                   }));
  });
}

Event EventOf(const Sample& sample) {
  Event event;
  event.wall_ns = sample.second * kNsPerSecond;
  event.type = kFsWrite;
  event.flags = kFlagStat;
  event.pid = sample.pid;
  event.payload = FsPayload{.path = "/a", .size = sample.size};
  return event;
}

constexpr std::string_view kAggregates =
    "count, sum(size), min(size), max(size), first(size), last(size), distinct(size), p50(size), "
    "ratio(count [size > 100], count) as r, interarrival, mean(size), variance(size), entropy(size), frequency(size, "
    "7) by pid";

// The line that ToldRollup makes, of the events of one group in a window.
std::string Expected(std::uint64_t begin, std::uint64_t end, std::uint32_t pid, std::vector<Sample> samples) {
  std::ranges::stable_sort(samples, {}, &Sample::second);
  __extension__ unsigned __int128 sum = 0;
  std::vector<std::uint64_t> sizes;
  std::map<std::uint64_t, double> counts;
  double above = 0, mean = 0, variance = 0, entropy = 0;
  const auto n = static_cast<double>(samples.size());
  for (const Sample& sample : samples) {
    sum += sample.size;
    sizes.push_back(sample.size);
    counts[sample.size] += 1;
    above += sample.size > 100;
  }
  std::ranges::sort(sizes);
  mean = static_cast<double>(sum) / n;
  for (const std::uint64_t size : sizes) variance += std::pow(static_cast<double>(size) - mean, 2) / n;
  for (const auto& [size, count] : counts) entropy -= count / n * std::log2(count / n);
  std::string line = std::to_string(begin) + "-" + std::to_string(end) + " " + std::to_string(pid);
  const auto put = [&](const std::string& text) { line += " " + text; };
  put(std::to_string(samples.size()));
  put(sum <= ~std::uint64_t{0} ? std::to_string(static_cast<std::uint64_t>(sum))
                               : std::to_string(static_cast<double>(sum)));
  put(std::to_string(sizes.front()));
  put(std::to_string(sizes.back()));
  put(std::to_string(samples.front().size));
  put(std::to_string(samples.back().size));
  put(std::to_string(counts.size()));
  put(std::to_string(static_cast<double>(sizes[(sizes.size() - 1) / 2])));
  put(std::to_string(above / n));
  put(samples.size() < 2
          ? "-"
          : std::to_string(static_cast<double>((samples.back().second - samples.front().second) * kNsPerSecond) /
                           (n - 1)));
  put(std::to_string(mean));
  put(std::to_string(variance));
  put(std::to_string(std::abs(entropy)));
  put(std::to_string(counts.contains(7) ? static_cast<std::uint64_t>(counts[7]) : 0));
  return line;
}

// Equal but for the rounding of floating-point numbers.
bool Alike(const std::string& a, const std::string& b) {
  const auto words = [](const std::string& line) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t end = std::min(line.find(' ', at), line.size());
      parts.push_back(line.substr(at, end - at));
      at = end + 1;
    }
    return parts;
  };
  const auto x = words(a), y = words(b);
  if (x.size() != y.size()) return false;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] == y[i]) continue;
    if (x[i].find('.') == std::string::npos || y[i].find('.') == std::string::npos) return false;
    const double p = std::stod(x[i]), q = std::stod(y[i]);
    if (std::abs(p - q) > 1e-9 * std::max(std::abs(p), std::abs(q)) + 2e-6) return false;
  }
  return true;
}

using Groups = std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint32_t>, std::vector<Sample>>;

void Compare(std::string_view windows, const RollupLimits& limits, const std::vector<Sample>& samples,
             const Groups& groups) {
  ToldRollup rollup(std::string(kAggregates) + std::string(windows), limits);
  for (const Sample& sample : samples) rollup.See(EventOf(sample));
  std::vector<std::string> told = rollup.Finish();
  std::vector<std::string> expected;
  for (const auto& [place, members] : groups) {
    expected.push_back(Expected(std::get<0>(place), std::get<1>(place), std::get<2>(place), members));
  }
  RC_ASSERT(rollup.rollup().late() == 0u);
  RC_ASSERT(told.size() == expected.size());
  for (const std::string& line : expected) {
    const auto found = std::ranges::find_if(told, [&](const std::string& other) { return Alike(line, other); });
    if (found == told.end()) RC_LOG() << "expected " << line << "\nnot among\n" << rc::toString(told);
    RC_ASSERT(found != told.end());
    told.erase(found);
  }
}

// Lateness holds whatever order the events come in.
constexpr RollupLimits kPatient = {.lateness_ns = 100 * kNsPerSecond};

RC_GTEST_PROP(Rollup, GlobalWindowsAreTheirDefinition, ()) {
  const auto samples = *Samples();
  Groups groups;
  std::uint64_t first = ~std::uint64_t{0}, last = 0;
  for (const Sample& sample : samples) {
    first = std::min(first, sample.second);
    last = std::max(last, sample.second);
  }
  for (const Sample& sample : samples) groups[{first, last, sample.pid}].push_back(sample);
  Compare("", {}, samples, groups);
}

RC_GTEST_PROP(Rollup, WindowsInTimeAreTheirDefinition, ()) {
  const auto every = *rc::gen::inRange<std::uint64_t>(1, 20), panes = *rc::gen::inRange<std::uint64_t>(1, 5);
  const auto samples = *Samples();
  Groups groups;
  for (const Sample& sample : samples) {
    for (std::uint64_t window = sample.second / every; window < sample.second / every + panes; ++window) {
      const std::uint64_t end = (window + 1) * every, begin = end - std::min(end, panes * every);
      groups[{begin, end, sample.pid}].push_back(sample);
    }
  }
  Compare(" every " + std::to_string(every) + "s over " + std::to_string(every * panes) + "s", kPatient, samples,
          groups);
}

RC_GTEST_PROP(Rollup, WindowsByCountAreTheirDefinition, ()) {
  const auto events = *rc::gen::inRange<std::size_t>(1, 15);
  const auto samples = *Samples();
  Groups groups;
  for (std::size_t start = 0; start < samples.size(); start += events) {
    const auto begin = samples.begin() + static_cast<std::ptrdiff_t>(start);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(events, samples.size() - start));
    const auto [first, last] = std::minmax_element(begin, end, [](auto& a, auto& b) { return a.second < b.second; });
    // Windows of the same seconds are told apart by their place, which lines don't show.
    RC_PRE(groups.lower_bound({first->second, last->second, 0}) ==
           groups.upper_bound({first->second, last->second, ~std::uint32_t{0}}));
    for (auto at = begin; at != end; ++at) groups[{first->second, last->second, at->pid}].push_back(*at);
  }
  Compare(" every " + std::to_string(events) + " events", {}, samples, groups);
}

RC_GTEST_PROP(Rollup, SessionsAreTheirDefinition, ()) {
  const auto gap = *rc::gen::inRange<std::uint64_t>(1, 20);
  const auto samples = *Samples();
  std::map<std::uint32_t, std::vector<Sample>> by_pid;
  for (const Sample& sample : samples) by_pid[sample.pid].push_back(sample);
  Groups groups;
  for (auto& [pid, members] : by_pid) {
    std::ranges::stable_sort(members, {}, &Sample::second);
    for (std::size_t start = 0; start < members.size();) {
      std::size_t end = start + 1;
      while (end < members.size() && members[end].second < members[end - 1].second + gap) ++end;
      groups[{members[start].second, members[end - 1].second, pid}].assign(
          members.begin() + static_cast<std::ptrdiff_t>(start), members.begin() + static_cast<std::ptrdiff_t>(end));
      start = end;
    }
  }
  Compare(" session gap " + std::to_string(gap) + "s", kPatient, samples, groups);
}

// Also where windows end, groups begin and find no room, and events come late among those that are given at once.
RC_GTEST_PROP(Rollup, SeesManyEventsAtOnceAsOneByOne, ()) {
  const auto samples = *rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, 300), [](std::size_t count) {
    return rc::gen::container<std::vector<std::tuple<std::uint64_t, std::uint32_t, std::uint64_t>>>(
        count, rc::gen::tuple(rc::gen::inRange<std::uint64_t>(0, 60), rc::gen::inRange<std::uint32_t>(1, 100),
                              rc::gen::inRange<std::uint64_t>(0, 200)));
  });
  const auto windows = *rc::gen::elementOf(std::vector<std::string>{
      "", " every 7s", " every 5s over 15s", " every 30 events", " session gap 1s", " session gap 20s"});
  const RollupLimits limits{.most_groups = *rc::gen::inRange<std::uint32_t>(1, 120),
                            .lateness_ns = *rc::gen::inRange<std::uint64_t>(0, 40) * kNsPerSecond};
  const std::string text = "topk(2, size), histogram(size), " + std::string(kAggregates) + windows;
  ToldRollup single(text, limits), whole(text, limits);
  std::vector<Event> events;
  for (const auto& [second, pid, size] : samples) events.push_back(EventOf({second, pid, size}));
  for (const Event& event : events) single.See(event);
  whole.SeeAll(events);
  RC_ASSERT(whole.Told() == single.Told());
  RC_ASSERT(whole.rollup().next_deadline_ns() == single.rollup().next_deadline_ns());
  RC_ASSERT(whole.Finish() == single.Finish());
  RC_ASSERT(whole.rollup().late() == single.rollup().late());
  RC_ASSERT(whole.rollup().in_other() == single.rollup().in_other());
}

// What several saw, saved, read again and merged, is what one would have seen.
RC_GTEST_PROP(Rollup, StatesThatWereMergedAreThoseOfOneRun, ()) {
  const auto samples = *Samples();
  RC_PRE(!samples.empty());
  auto query = ParseStatsQuery(std::string(kAggregates) + "");
  RC_ASSERT(query.ok());
  auto made = MakeStatePlan(*query);
  RC_ASSERT(made.ok());
  const StatePlan plan = std::move(*made);
  GroupTable one(plan, 100), left(plan, 100), right(plan, 100);
  const auto sorted = [&] {
    auto copy = samples;
    std::ranges::stable_sort(copy, {}, &Sample::second);
    return copy;
  }();
  const auto half = *rc::gen::inRange<std::size_t>(0, samples.size() + 1);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    std::vector<std::byte> frame;
    AppendFrame(EventOf(sorted[i]), &frame);
    EventView view;
    RC_ASSERT(EventView::Bind(frame, &view));
    ArrivalBlock block(plan, query->by);
    for (GroupTable* table : {&one, i < half ? &left : &right}) block.Add(view, table);
    block.Settle();
  }
  GroupTable read(plan, 100);
  for (std::uint32_t row = 1; row < right.rows(); ++row) {
    Packer packer;
    PackState(plan, right.State(row), &packer);
    Unpacker unpacker(packer.bytes());
    const std::uint32_t into = read.RowOf(right.key(row));
    RC_ASSERT(UnpackState(plan, &unpacker, read.State(into)));
    RC_ASSERT(unpacker.done());
  }
  left.Merge(read);
  RC_ASSERT(left.rows() == one.rows());
  for (std::uint32_t row = 1; row < one.rows(); ++row) {
    const GroupState expected = one.State(row), merged = left.State(left.RowOf(one.key(row)));
    std::string a, b;
    for (const ResultColumn& column : plan.columns) {
      a += TextOf(ReadResult(plan, column, expected, 1, ListForm::kJson)) + " ";
      b += TextOf(ReadResult(plan, column, merged, 1, ListForm::kJson)) + " ";
    }
    if (!Alike(a, b)) RC_LOG() << a << "\n" << b;
    RC_ASSERT(Alike(a, b));
  }
}

}  // namespace
}  // namespace vexevt
