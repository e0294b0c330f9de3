// BusSink: frames to the bus of the kernel module, kmod/uapi/vexevt.h. It takes whole frames, as StreamWriter writes
// them, and none larger than VEXEVT_INJECT_MAX: in the place of such a one goes a vexevt.lost event.
#pragma once

#include <memory>
#include <string>

#include "lib/event/id_source.h"
#include "lib/io/byte_sink.h"

namespace vexevt {

class BusSink final : public ByteSink {
 public:
  // `name` stands in gaps.
  BusSink(std::unique_ptr<ByteSink> device, std::string name) : device_(std::move(device)), name_(std::move(name)) {}

  Status Write(std::span<const std::byte> frames) override;
  Status Close() override { return device_->Close(); }
  int fd() const override { return device_->fd(); }
  bool ends_stream() const override { return device_->ends_stream(); }

 private:
  Status WriteGap(std::span<const std::byte> frame);

  std::unique_ptr<ByteSink> device_;
  std::string name_;
  EventIds ids_;
};

}  // namespace vexevt
