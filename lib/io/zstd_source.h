// ZstdSource: the bytes of another source, decompressed where they begin as zstd data does, and else as they are. Any
// number of zstd frames may follow each other. What is flushed but not ended, as of a file that is being written, is
// read and ends as well.
//
// Data that is damaged or cut off is kDataLoss, after all that is whole: "x: the zstd data is damaged behind offset
// 1234: …". Or reading goes on with the next frame, and TakeBreak tells why. Memory is bounded, whatever the data says:
// what needs a window of more than kMaxWindowBytes (zstd --long, --ultra) is refused.
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

  enum class OnDamage : unsigned char { kFail, kGoOn };

  // `name` stands in errors.
  ZstdSource(std::unique_ptr<ByteSource> source, std::string name, OnDamage on_damage = OnDamage::kFail);
  ~ZstdSource() override;

  Result<std::size_t> Read(std::span<std::byte> to) override;
  bool Ready() override;
  void AddPolls(std::vector<pollfd>* polls) const override { source_->AddPolls(polls); }
  std::string TakeBreak() override { return std::exchange(break_, {}); }
  Result<bool> Skip(std::uint64_t bytes) override;
  std::optional<FileId> file() const override { return source_->file(); }

 private:
  enum class Form : unsigned char { kUnknown, kPlain, kZstd, kDamaged };

  bool has_output() const { return !output_.empty() || ended_ || !failure_.ok(); }
  bool has_input() const { return form_ == Form::kZstd && (!input_.empty() || !block_.empty() || more_output_); }
  std::uint64_t whole() const { return begin_ + walk_.whole(); }  // offset behind the last whole block
  void Pump();
  void ReadMore();
  void Break(std::string what, Form form);
  void Decide();
  void Decompress();
  void Fail(Status failure, std::string_view what);

  std::unique_ptr<ByteSource> source_;
  std::string name_;
  OnDamage on_damage_;
  Form form_ = Form::kUnknown;
  std::vector<std::byte> buffer_;     // for what the source gives
  std::span<const std::byte> input_;  // of it, not yet decompressed; kUnknown: too little to know the form
  std::span<const std::byte> block_;  // what walk_ took of it
  std::vector<std::byte> decompressed_;
  std::span<const std::byte> output_;  // not yet given
  bool more_output_ = false;           // than decompressed_ took
  std::unique_ptr<ZSTD_DCtx_s, void (*)(ZSTD_DCtx_s*)> decompressor_;
  ZstdWalk walk_;
  std::uint64_t read_ = 0, begin_ = 0;  // what the source gave in all, and where in that walk_ begins
  std::string break_;
  bool ended_ = false;
  Status failure_;
};

}  // namespace vexevt
