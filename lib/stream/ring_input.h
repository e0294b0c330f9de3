// RingInput: the events of a ring. What its lanes lost, and what of them is no event, becomes vexevt.lost at that
// place. It ends when everything is read and nobody writes the ring any more; with `follow` it never does.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/unique_fd.h"
#include "lib/event/id_source.h"
#include "lib/ring/reader.h"
#include "lib/stream/input.h"

namespace vexevt {

class RingInput final : public StreamInput {
 public:
  // `name` stands in gaps.
  RingInput(std::unique_ptr<RingReader> ring, std::string name, bool follow);
  ~RingInput() override;

  Result<std::span<const EventView>> Read() override;
  bool MoreWaiting() override;
  void AddPolls(std::vector<pollfd>* polls) override;
  std::uint64_t wake_ns() const override { return wake_ns_; }
  std::uint64_t offset() const override { return offset_; }
  std::uint64_t total_bytes() const override { return 0; }
  bool ends_with_writers() const override { return false; }

 private:
  void Fill();
  void Take(std::span<const std::byte> frames);
  void Gap(std::string_view what, std::uint64_t lost);
  void CheckWriters();
  void Watch();

  std::unique_ptr<RingReader> ring_;
  std::string name_;
  bool follow_;
  bool ended_ = false;
  bool given_ = false;  // the caller has seen events_
  Status failure_;
  std::vector<EventView> events_;
  std::vector<std::unique_ptr<std::vector<std::byte>>> made_;  // gaps, and plain copies of unusual frames
  std::uint64_t offset_ = 0;
  std::uint64_t last_wall_ns_ = 0;
  EventIds ids_;

  UniqueFd news_;
  std::thread watcher_;
  std::atomic<std::uint64_t> watch_{0};  // what it shall do
  std::uint64_t wake_ns_ = kNoWake;
};

}  // namespace vexevt
