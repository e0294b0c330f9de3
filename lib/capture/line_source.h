// LineSource: what all sources that read lines of text have in common. Where the lines are piped in, what is there is
// taken, and what is not is waited for by who polls.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/capture/line_reader.h"
#include "lib/capture/source.h"
#include "lib/event/id_source.h"

namespace vexevt {

class LineSource : public Source {
 public:
  int poll_fd() const final { return waits_ ? lines_.fd() : -1; }
  Result<DrainState> Drain(FrameBatch* batch) final;
  Status InsertBarrier(std::string_view token) final;
  void Stop() final { stopped_ = true; }
  const SourceCounters& counters() const final { return counters_; }

 protected:
  // Lines longer than `most_bytes` are kDataLoss.
  LineSource(UniqueFd fd, std::string name, std::size_t most_bytes);

  // A line without its newline, and what it makes. An error ends the source; its message gets the name before it.
  virtual Status Take(std::string_view line, FrameBatch* batch) = 0;
  // What was held back goes out: a barrier, an error or the end follows.
  virtual void GiveAll(FrameBatch* /*batch*/) {}
  virtual void AtEnd() {}

  const std::string& name() const { return lines_.name(); }

  EventIds ids_;
  SourceCounters counters_;

 private:
  bool Readable() const;
  DrainState End(FrameBatch* batch);
  void AddBarriers(FrameBatch* batch);

  LineReader lines_;
  bool waits_ = false, stopped_ = false;
  std::vector<std::string> barriers_;  // tokens
};

}  // namespace vexevt
