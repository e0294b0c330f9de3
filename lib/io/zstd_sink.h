// ZstdSink: compresses what is written into zstd frames that are independent of each other, about kFrameBytes each. So
// data can be joined with cat, what is damaged costs one frame at most, and what is cut off one write: each write ends
// a block, and can be read while the file is still being written.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "lib/io/byte_sink.h"

struct ZSTD_CCtx_s;

namespace vexevt {

class ZstdSink final : public ByteSink {
 public:
  static constexpr std::size_t kFrameBytes = std::size_t{1} << 20;

  explicit ZstdSink(std::unique_ptr<ByteSink> sink);
  ~ZstdSink() override;

  Status Write(std::span<const std::byte> bytes) override;
  Status Sync() override { return sink_->Sync(); }
  Status Close() override;
  int fd() const override { return sink_->fd(); }
  bool ends_stream() const override { return sink_->ends_stream(); }

 private:
  Status Compress(std::span<const std::byte> bytes, bool end);

  std::unique_ptr<ByteSink> sink_;
  std::unique_ptr<ZSTD_CCtx_s, void (*)(ZSTD_CCtx_s*)> compressor_;
  std::vector<std::byte> compressed_;
  std::size_t frame_bytes_ = 0;  // in the frame that has begun
  bool any_ = false;             // frames, written or begun
};

}  // namespace vexevt
