// Correlator: looks for all patterns of a file in one stream, in the order of the events' own time.
//
// Time goes by the events, so that a recorded stream gives the matches that the live one gave: an event is looked at
// once one that is `lateness` younger has come, and absences are certain then. An event that comes later than that is
// counted, and looked at as it comes, as if it had happened at the time that has been reached, unless there is a place
// for late events.
//
// A pattern with a step for `type = vexevt.match` also sees the matches of the patterns before it in the file: right
// behind the event that completed them, and no others, so that there are no circles.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lib/base/packing.h"
#include "lib/base/status.h"
#include "lib/correlate/patterns_file.h"
#include "lib/correlate/sequence_matcher.h"
#include "lib/correlate/threshold_matcher.h"
#include "lib/event/id_source.h"
#include "lib/stream/delay_queue.h"

namespace vexevt {

struct PatternTally {
  std::string_view name;
  std::uint64_t matches = 0, suppressed = 0, evicted = 0;
  std::size_t partials = 0;
};

class Correlator {
 public:
  // Matches, timed-out partial matches, and vexevt.lost events where partial matches were given up. Borrowed for the
  // call.
  using TellEvent = std::function<void(const Event&)>;
  using SeeLate = std::function<void(const EventView&)>;

  static Result<Correlator> Compile(const PatternsFile& file);

  // Events are held for this long before they are looked at.
  void set_lateness(std::uint64_t ns) { lateness_ns_ = ns; }
  // Events that are later still go there, and are not looked at. Called within See, AdvanceTo and Finish.
  void set_late(SeeLate late) { see_late_ = std::move(late); }

  void See(const EventView& event, const TellEvent& tell);
  // So late it is, though no event has come that says so.
  void AdvanceTo(std::uint64_t wall_ns, const TellEvent& tell);
  // Between batches: what was given up.
  void TellLosses(const TellEvent& tell);
  // No event will come any more: those that are held are looked at. What has not happened by then is not known.
  void Finish(const TellEvent& tell);

  // When AdvanceTo will have something to do; nullopt: not before the next event.
  std::optional<std::uint64_t> next_deadline_ns() const;
  std::uint64_t newest_ns() const { return newest_ns_; }  // of the events that were seen

  // What has begun, for a later run, or one with other patterns.
  void Save(Packer* packer) const;
  // Into one that has seen nothing, takes over what Save wrote, of the patterns that are the same in both; the
  // generation is one more where not all are. Gives the names of the patterns that are no more what they were.
  // kDataLoss for anything else; this is of no use then.
  Result<std::vector<std::string>> Load(Unpacker* unpacker);
  // The same from another in this process, as a new generation.
  Status Inherit(const Correlator& before);

  // Events are missing here.
  void SeeGap();

  std::vector<PatternTally> Tally() const;  // borrows from this
  std::uint64_t late() const { return late_; }
  std::uint32_t generation() const { return generation_; }

 private:
  struct Running {
    std::string name;
    std::uint64_t identity = 0;  // the hash of all that it is
    Priority severity = Priority::kNormal;
    std::variant<SequenceMatcher, ThresholdMatcher> matcher;
    std::uint64_t matches = 0, evicted_told = 0;
  };

  Correlator() = default;

  void IndexTypes();
  void Look(const EventView& event, const TellEvent& tell);
  void Advance(const TellEvent& tell);
  void ShowMatches(const TellEvent& tell);
  class Teller;

  // A match that patterns behind its own are to see.
  struct Made {
    std::uint32_t place = 0;  // of its pattern
    std::vector<std::byte> frame;
  };

  std::vector<Running> patterns_;
  // Places in patterns_: of those that have to see events of each type, and of those for which time matters, too.
  std::vector<std::vector<std::uint32_t>> of_type_;
  std::vector<std::uint32_t> all_, timed_, of_matches_;
  std::vector<Made> made_;
  std::uint64_t lateness_ns_ = 0;
  SeeLate see_late_;
  DelayQueue held_{std::uint64_t{256} << 20};
  std::uint64_t newest_ns_ = 0, now_ns_ = 0, late_ = 0;
  std::uint32_t generation_ = 1;
  std::string host_, tenant_;  // of the event that was looked at last
  Event event_;
  EventIds ids_;
};

}  // namespace vexevt
