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

// Whether these bytes may be the first ones of zstd data, of whose magic number not all is there.
bool MayBeZstd(std::span<const std::byte> bytes) {
  auto first = std::to_integer<unsigned>(bytes.front());
  return first == 0x28 || first >> 4 == 5;
}

}  // namespace

ZstdSource::ZstdSource(std::unique_ptr<ByteSource> source, std::string name)
    : source_(std::move(source)),
      name_(std::move(name)),
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
    TakeBreakOf(std::move(what), /*cut=*/false);
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
  std::size_t kept = input_.size();  // of an unknown form, and at the front of the buffer
  auto got = source_->Read(std::span(buffer_).subspan(kept));
  if (!got.ok()) {
    failure_ = std::move(got).status();
    return;
  }
  if (std::string what = source_->TakeBreak(); !what.empty()) {
    bool cut = kept > 0 || (form_ == Form::kZstd && !walk_.may_end());
    std::memmove(buffer_.data(), buffer_.data() + kept, *got);
    kept = 0;
    TakeBreakOf(std::move(what), cut);
  }
  input_ = std::span(buffer_).first(kept + *got);
  ended_ = *got == 0;
  if (ended_ && form_ == Form::kZstd && !walk_.may_end()) {
    failure_ = DataLoss(fmt::format("{}: the zstd data is cut off behind offset {}", name_, walk_.whole()));
  }
  Decide();
}

// What comes from here on may have another form.
void ZstdSource::TakeBreakOf(std::string what, bool cut) {
  if (cut) what += " within a block";
  if (break_.empty() || break_ == kReplaced) break_ = std::move(what);
  form_ = Form::kUnknown;
  if (decompressor_) ZSTD_DCtx_reset(decompressor_.get(), ZSTD_reset_session_only);
  walk_ = {};
  block_ = {};
  more_output_ = false;
}

void ZstdSource::Decide() {
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
  std::uint64_t whole = walk_.whole();
  if (block_.empty() && !more_output_) {
    std::size_t size = walk_.Take(input_);
    if (size == 0) return Fail(whole, "no block begins there");
    block_ = input_.first(size);
    input_ = input_.subspan(size);
  }
  ZSTD_inBuffer in{block_.data(), block_.size(), 0};
  ZSTD_outBuffer out{decompressed_.data(), decompressed_.size(), 0};
  std::size_t result = ZSTD_decompressStream(decompressor_.get(), &out, &in);
  if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge) {
    failure_ = ResourceExhausted(fmt::format("{}: the zstd data at offset {} needs a window of more than {} MiB", name_,
                                             whole, kMaxWindowBytes >> 20));
    return;
  }
  if (ZSTD_isError(result) != 0) return Fail(whole, ZSTD_getErrorName(result));
  block_ = block_.subspan(in.pos);
  output_ = std::span(decompressed_).first(out.pos);
  more_output_ = out.pos == out.size;
}

void ZstdSource::Fail(std::uint64_t offset, std::string_view why) {
  failure_ = DataLoss(fmt::format("{}: the zstd data is damaged behind offset {}: {}", name_, offset, why));
}

}  // namespace vexevt
