#include "lib/io/zstd_source.h"

#include <fmt/format.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

namespace vexevt {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
constexpr std::string_view kNoBlock = "no block begins there";

// Whether these bytes may be the first ones of zstd data, of whose magic number not all is there.
bool MayBeZstd(std::span<const std::byte> bytes) {
  auto first = std::to_integer<unsigned>(bytes.front());
  return first == 0x28 || first >> 4 == 5;
}

}  // namespace

ZstdSource::ZstdSource(std::unique_ptr<ByteSource> source, std::string name, OnDamage on_damage)
    : source_(std::move(source)),
      name_(std::move(name)),
      on_damage_(on_damage),
      buffer_(kBufferBytes),
      decompressor_(nullptr, [](ZSTD_DCtx_s* decompressor) { ZSTD_freeDCtx(decompressor); }) {}

ZstdSource::~ZstdSource() = default;

Result<std::size_t> ZstdSource::Read(std::span<std::byte> to) {
  while (!has_output()) {
    if (form_ != Form::kPlain) {
      Pump();
      continue;
    }
    VEXEVT_ASSIGN(std::size_t got, source_->Read(to.first(std::min(to.size(), buffer_.size()))));
    std::string what = source_->TakeBreak();
    if (what.empty()) return got;
    std::memcpy(buffer_.data(), to.data(), got);
    input_ = std::span(buffer_).first(got);
    Break(std::move(what), Form::kUnknown);
    read_ = got;
    Decide();
  }
  if (output_.empty()) {
    if (!failure_.ok()) return Status(failure_.code(), failure_.message());
    return std::size_t{0};
  }
  std::size_t size = std::min(to.size(), output_.size());
  std::memcpy(to.data(), output_.data(), size);
  output_ = output_.subspan(size);
  return size;
}

bool ZstdSource::Ready() {
  while (!has_output()) {
    if (!has_input() && !source_->Ready()) return false;
    if (form_ == Form::kPlain) return true;
    Pump();
  }
  return true;
}

Result<bool> ZstdSource::Skip(std::uint64_t bytes) {
  while (form_ == Form::kUnknown && !has_output()) {
    if (!source_->Ready()) return bytes == 0;
    Pump();
  }
  if (form_ != Form::kPlain) return ByteSource::Skip(bytes);
  auto first = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, output_.size()));
  output_ = output_.subspan(first);
  if (bytes == first) return true;
  return source_->Skip(bytes - first);
}

void ZstdSource::Pump() {
  if (has_input()) {
    Decompress();
  } else {
    ReadMore();
  }
}

void ZstdSource::ReadMore() {
  std::size_t kept = input_.size();
  if (kept > 0) std::memmove(buffer_.data(), input_.data(), kept);
  auto got = source_->Read(std::span(buffer_).subspan(kept));
  if (!got.ok()) {
    failure_ = std::move(got).status();
    return;
  }
  if (std::string what = source_->TakeBreak(); !what.empty()) {
    if (kept > 0 || (form_ == Form::kZstd && !walk_.may_end())) what += " within a block";
    std::memmove(buffer_.data(), buffer_.data() + kept, *got);
    kept = 0;
    Break(std::move(what), Form::kUnknown);
  }
  input_ = std::span(buffer_).first(kept + *got);
  read_ += *got;
  ended_ = *got == 0;
  if (ended_ && form_ == Form::kZstd && !walk_.may_end()) {
    Fail(DataLoss(fmt::format("{}: the zstd data is cut off behind offset {}", name_, whole())),
         fmt::format("cut off behind offset {}", whole()));
  }
  Decide();
}

// What comes from here on does not continue what was before, and may have another form.
void ZstdSource::Break(std::string what, Form form) {
  if (break_.empty() || break_ == kReplaced) break_ = std::move(what);
  form_ = form;
  if (decompressor_) ZSTD_DCtx_reset(decompressor_.get(), ZSTD_reset_session_only);
  walk_ = {};
  block_ = {};
  more_output_ = false;
  if (form == Form::kUnknown) read_ = begin_ = 0;
}

// What form the input has, or where in what is damaged it goes on.
void ZstdSource::Decide() {
  if (form_ == Form::kDamaged) {
    while (input_.size() >= kZstdMagicBytes && !IsZstd(input_)) input_ = input_.subspan(1);
    if (input_.size() < kZstdMagicBytes) return;
    form_ = Form::kZstd;
    begin_ = read_ - input_.size();
  }
  if (form_ != Form::kUnknown || input_.empty()) return;
  bool known = input_.size() >= kZstdMagicBytes;
  if (!known && MayBeZstd(input_) && !ended_) return;
  if (known && IsZstd(input_)) {
    form_ = Form::kZstd;
    if (decompressor_) return;
    decompressed_.resize(ZSTD_DStreamOutSize());
    decompressor_.reset(ZSTD_createDCtx());
    if (!decompressor_) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(decompressor_.get(), ZSTD_d_windowLogMax, std::countr_zero(kMaxWindowBytes));
  } else {
    form_ = Form::kPlain;
    output_ = std::exchange(input_, {});
  }
}

// One block at a time: what the library gives before an error in one call would be lost.
void ZstdSource::Decompress() {
  std::uint64_t offset = whole();
  auto damaged = [&](std::string_view why) {
    Fail(DataLoss(fmt::format("{}: the zstd data is damaged behind offset {}: {}", name_, offset, why)),
         fmt::format("damaged behind offset {}", offset));
  };
  if (block_.empty() && !more_output_) {
    block_ = input_.first(walk_.Take(input_));
    if (block_.empty()) return damaged(kNoBlock);
    input_ = input_.subspan(block_.size());
  }
  ZSTD_inBuffer in{block_.data(), block_.size(), 0};
  ZSTD_outBuffer out{decompressed_.data(), decompressed_.size(), 0};
  std::size_t result = ZSTD_decompressStream(decompressor_.get(), &out, &in);
  if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge) {
    return Fail(ResourceExhausted(fmt::format("{}: the zstd data at offset {} needs a window of more than {} MiB",
                                              name_, offset, kMaxWindowBytes >> 20)),
                fmt::format("not decompressed at offset {}, as it needs too large a window", offset));
  }
  if (ZSTD_getErrorCode(result) == ZSTD_error_prefix_unknown) return damaged(kNoBlock);
  if (ZSTD_isError(result) != 0) return damaged(ZSTD_getErrorName(result));
  block_ = block_.subspan(in.pos);
  output_ = std::span(decompressed_).first(out.pos);
  more_output_ = out.pos == out.size;
}

// `what` it was, where reading goes on with what looks like the next frame.
void ZstdSource::Fail(Status failure, std::string_view what) {
  if (on_damage_ == OnDamage::kFail) {
    failure_ = std::move(failure);
    return;
  }
  if (!block_.empty()) input_ = {block_.data(), input_.data() + input_.size()};
  if (!input_.empty()) input_ = input_.subspan(1);  // or it would be tried again
  Break(std::string(what), Form::kDamaged);
  Decide();
}

}  // namespace vexevt
