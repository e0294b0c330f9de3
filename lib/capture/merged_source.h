// Several sources as one, in the order of time.
//
// The next event is the earliest of those at the heads of all sources; of equal ones, that of the source that was named
// first. Within a source the order is never changed. An event waits only until every other source is known to have none
// before it: one that was drained at a time, and gives events as they happen, has none before that time; one whose
// events come later, by at most lag_ns, has none before that. What comes later still is given at once. Then doubles are
// taken out, where that was asked for.
//
// A source that ends, or fails, leaves the others going on; of a failure a vexevt.lost event stands in the stream, and
// its error comes when all others have ended.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/unique_fd.h"
#include "lib/capture/doubles.h"
#include "lib/capture/source.h"
#include "lib/event/event_view.h"
#include "lib/event/id_source.h"

namespace vexevt {

struct SourceToMerge {
  std::unique_ptr<Source> source;
  std::string name;
  std::uint64_t lag_ns = 0;  // how long after its time an event may come out of it
  // Its events bear the time at which they were read, not at which they happened: how far it has come is known only
  // when it is drained.
  bool stamps_late = false;
};

class MergedSource final : public Source {
 public:
  // At most kMost. `tell` gets what the user should know: which source has ended, or failed.
  static constexpr std::size_t kMost = 8;
  static Result<std::unique_ptr<MergedSource>> Of(std::vector<SourceToMerge> sources, bool without_doubles,
                                                  std::function<void(std::string_view)> tell);

  int poll_fd() const override { return epoll_.get(); }
  Result<DrainState> Drain(FrameBatch* batch) override;
  Status InsertBarrier(std::string_view token) override;
  void Stop() override;
  const SourceCounters& counters() const override;

  std::size_t size() const { return inlets_.size(); }
  const std::string& name(std::size_t source) const { return inlets_[source].name; }
  std::uint64_t events(std::size_t source) const { return inlets_[source].events; }  // that came from it
  const Doubles* doubles() const { return doubles_ ? &*doubles_ : nullptr; }

 private:
  struct Inlet {
    std::unique_ptr<Source> source;
    std::string name;
    std::uint64_t lag_ns;
    bool stamps_late;
    bool ended = false, has_more = false;
    bool last = false;  // nothing comes behind the batch
    Status error;       // why
    FrameBatch batch;
    std::size_t taken = 0;  // bytes of the batch
    EventView head;         // of the batch, where some is left
    std::uint64_t head_ns = 0;
    std::uint64_t arrived_ns = 0;  // the batch
    std::uint64_t drained_ns = 0;  // once the batch is taken, none from before is to come
    std::uint64_t past_ns = 0;     // events to come bear no earlier time
    std::uint64_t settled_ns = 0;  // nothing that happened before is to come
    std::uint64_t events = 0;

    bool empty() const { return taken == batch.frames().size(); }
  };
  struct Barrier {
    std::string token;
    std::uint32_t missing;  // bit i: source i has not come to it
  };

  MergedSource(std::vector<SourceToMerge> sources, bool without_doubles, std::function<void(std::string_view)> tell);
  Status WaitFor();
  std::uint64_t Now();
  Status Refill(Inlet* inlet);
  Status Advance(Inlet* inlet);
  void End(std::size_t index, FrameBatch* out);
  Inlet* Blocker(std::size_t index);
  std::size_t Earliest() const;  // inlets_.size(): none has an event
  Status Merge(FrameBatch* out);
  void Give(const EventView& event, std::uint64_t time_ns, std::size_t source, FrameBatch* out);
  void GiveOwn(const Event& event, std::size_t source, FrameBatch* out);
  bool IsOwnBarrier(std::string_view token) const;
  void PassBarriers(std::size_t source, std::string_view token, FrameBatch* out);
  std::uint64_t SettledNs() const;
  bool SetTimer();

  std::vector<Inlet> inlets_;
  std::optional<Doubles> doubles_;
  std::function<void(std::string_view)> tell_;
  Instant start_;
  bool stopped_ = false;
  UniqueFd epoll_, timer_;
  std::vector<Barrier> barriers_;
  EventIds ids_;
  FrameBatch own_;  // events made here, one at a time
  Status failure_;  // the first one
  mutable SourceCounters counters_;
};

}  // namespace vexevt
