// ZstdSource: the bytes of another source, decompressed where they begin as zstd data does, and else as they are. Any
// number of zstd frames may follow each other. What is flushed but not ended, as of a file that is being written, is
// read and ends as well.
//
// Data that is damaged or cut off is kDataLoss, after all that is whole: "damaged zstd data at offset 1234". Memory is
// bounded, whatever the data says: what needs a window of more than kMaxWindowBytes (zstd --long, --ultra) is refused.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/io/byte_source.h"
#include "lib/io/zstd_walk.h"

struct ZSTD_DCtx_s;

namespace vexevt {

class ZstdSource final : public ByteSource {
 public:
  static constexpr std::size_t kMaxWindowBytes = std::size_t{8} << 20;

  // `name` stands in errors.
  ZstdSource(std::unique_ptr<ByteSource> source, std::string name);
  ~ZstdSource() override;

  Result<std::size_t> Read(std::span<std::byte> to) override;
  bool Ready() override;
  void AddPolls(std::vector<pollfd>* polls) const override { source_->AddPolls(polls); }
  std::string TakeBreak() override { return std::exchange(break_, {}); }
  Result<bool> Skip(std::uint64_t bytes) override;
  std::optional<FileId> file() const override { return source_->file(); }

 private:
  enum class Form : unsigned char { kUnknown, kPlain, kZstd };

  bool has_output() const { return !output_.empty() || ended_ || !failure_.ok(); }
  bool has_input() const { return form_ == Form::kZstd && (!input_.empty() || !block_.empty() || more_output_); }
  void Pump();
  void ReadMore();
  void TakeBreakOf(std::string what, bool cut);
  void Decide();
  void Decompress();
  void Fail(std::uint64_t offset, std::string_view why);

  std::unique_ptr<ByteSource> source_;
  std::string name_;
  Form form_ = Form::kUnknown;
  std::vector<std::byte> buffer_;     // for what the source gives
  std::span<const std::byte> input_;  // of it, not yet decompressed; kUnknown: too little to know the form
  std::span<const std::byte> block_;  // what walk_ took of it
  std::vector<std::byte> decompressed_;
  std::span<const std::byte> output_;  // not yet given
  bool more_output_ = false;           // than decompressed_ took
  std::unique_ptr<ZSTD_DCtx_s, void (*)(ZSTD_DCtx_s*)> decompressor_;
  ZstdWalk walk_;
  std::string break_;
  bool ended_ = false;
  Status failure_;
};

}  // namespace vexevt
