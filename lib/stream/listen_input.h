// ListenInput: events from all who connect to a socket, in the order in which they arrive, each batch from one of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/event/id_source.h"
#include "lib/io/unix_socket.h"
#include "lib/stream/input.h"
#include "lib/stream/reader.h"

namespace vexevt {

class ListenInput final : public StreamInput {
 public:
  ListenInput(UnixListener listener, std::string name) : listener_(std::move(listener)), name_(std::move(name)) {}

  // Never the end. What is wrong with one connection closes that one and is a gap, never an error.
  Result<std::span<const EventView>> Read() override;
  bool MoreWaiting() override;
  void AddPolls(std::vector<pollfd>* polls) override;
  std::uint64_t offset() const override;
  std::uint64_t total_bytes() const override { return 0; }
  bool ends_with_writers() const override { return false; }

 private:
  Status AcceptAll();
  std::span<const EventView> ReadFrom(std::size_t index);
  std::span<const EventView> Gap(const Status& failure);

  UnixListener listener_;
  std::string name_;
  std::vector<std::unique_ptr<StreamReader>> connections_;
  std::size_t next_ = 0;                // whose turn it is
  std::span<const EventView> waiting_;  // read by MoreWaiting, for the next Read
  std::uint64_t closed_bytes_ = 0;
  EventIds ids_;
  std::vector<std::byte> gap_frame_;
  EventView gap_;
};

}  // namespace vexevt
