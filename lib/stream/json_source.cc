#include "lib/stream/json_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <thread>

#include "lib/base/bytes.h"
#include "lib/base/quiet_thread.h"

namespace vexevt {
namespace {

constexpr std::size_t kTextBytes = std::size_t{256} << 10;
// So much is worth a thread: it takes some 0.25 ms, and starting a thread 0.03.
constexpr std::size_t kPieceBytes = std::size_t{512} << 10;
// More than there are processors, so that none is idle while what is done first is passed on.
constexpr std::size_t kPieces = 8;

}  // namespace

// What is converted as one, and what comes with it.
struct JsonSource::Piece {
  JsonChunk chunk;
  std::string broken;  // TakeBreak's, before the first line
  Status failure;      // of reading on, behind the last line
  bool too_long = false;
  std::thread worker;
};

JsonSource::JsonSource(std::unique_ptr<ByteSource> text, std::string name)
    : text_(std::move(text)),
      name_(std::move(name)),
      most_pieces_(std::thread::hardware_concurrency() > 1 ? kPieces : 1),
      filling_(std::make_unique<Piece>()) {}

JsonSource::~JsonSource() {
  for (auto& piece : pieces_) {
    if (piece->worker.joinable()) piece->worker.join();
  }
}

Result<std::size_t> JsonSource::Read(std::span<std::byte> to) {
  VEXEVT_ASSIGN(std::span<const std::byte> frames, Give(to.size()));
  std::ranges::copy(frames, to.begin());
  return frames.size();
}

Result<std::span<const std::byte>> JsonSource::Give(std::size_t most) {
  ReadWhatIsThere();
  while (!HasOutput()) ReadText();
  if (!failure_.ok()) return Status(failure_.code(), failure_.message());
  if (pieces_.empty()) return std::span<const std::byte>{};
  std::span<const std::byte> frames = pieces_.front()->chunk.frames().subspan(given_);
  frames = frames.first(std::min(frames.size(), most));
  given_ += frames.size();
  bare_ = pieces_.front()->chunk.bare();
  return frames;
}

bool JsonSource::Ready() {
  ReadWhatIsThere();
  return HasOutput();
}

// Keeps the threads busy. Not beyond a break, as what `file` is then would be that of bytes which nobody has seen.
void JsonSource::ReadWhatIsThere() {
  while (!ended_ && pieces_.size() < most_pieces_ && text_->Ready()) {
    if (!pieces_.empty() && !(pieces_.back()->broken.empty() && filling_->broken.empty())) return;
    ReadText();
  }
}

// Reads once, and hands on all lines that are whole where no more is there, or enough.
void JsonSource::ReadText() {
  auto got = text_->Read(filling_->chunk.Room(kTextBytes));
  if (!got.ok()) {
    ended_ = true;
    filling_->failure = std::move(got).status();
    return Submit(filling_->chunk.lines_end());
  }
  if (std::string what = text_->TakeBreak(); !what.empty()) {
    BeginAnew(std::move(what), *got);
  } else {
    filling_->chunk.Add(*got);
  }
  const std::size_t size = filling_->chunk.text().size(), lines_end = filling_->chunk.lines_end();
  if (*got == 0) {
    ended_ = true;
    if (size > lines_end) filling_->chunk.Add("\n");
    return Submit(filling_->chunk.text().size());
  }
  if (size - lines_end > kMaxLineBytes) {
    ended_ = filling_->too_long = true;
    return Submit(lines_end);
  }
  if (lines_end > 0 && (size >= kPieceBytes || !text_->Ready())) Submit(lines_end);
}

// The `got` bytes that were read last do not continue the line before them, whose rest will not come.
void JsonSource::BeginAnew(std::string what, std::size_t got) {
  const std::string_view read = AsText(filling_->chunk.Room(got));
  const std::size_t lines_end = filling_->chunk.lines_end();
  if (lines_end < filling_->chunk.text().size()) what += " within a line";
  filling_->chunk.Cut(lines_end);
  Submit(lines_end);
  filling_->broken = std::move(what);
  filling_->chunk.Add(read);
}

// Has the first `size` bytes, which are whole lines, converted; the rest begins the next piece.
void JsonSource::Submit(std::size_t size) {
  if (spare_.empty()) spare_.push_back(std::make_unique<Piece>());
  std::unique_ptr<Piece> next = std::move(spare_.back());
  spare_.pop_back();
  next->chunk.Add(filling_->chunk.text().substr(size));
  filling_->chunk.Cut(size);
  std::swap(next, filling_);
  Piece& piece = *pieces_.emplace_back(std::move(next));
  if (size >= kPieceBytes / 2 && most_pieces_ > 1) {
    try {
      piece.worker = StartQuietThread([&piece] { piece.chunk.Convert(); });
      return;
    } catch (const std::system_error&) {  // no more threads may be had
    }
  }
  piece.chunk.Convert();
}

// Whether Read has something to say. Waits for what is being converted.
bool JsonSource::HasOutput() {
  while (failure_.ok() && !pieces_.empty()) {
    Piece& piece = *pieces_.front();
    if (piece.worker.joinable()) piece.worker.join();
    if (!piece.broken.empty()) {
      if (break_.empty() || break_ == kReplaced) break_ = std::move(piece.broken);
      piece.broken.clear();
    }
    if (given_ < piece.chunk.frames().size()) return true;
    given_ = 0;
    lines_ += piece.chunk.lines();
    failure_ = FailureOf(&piece);
    piece.chunk.Clear();
    spare_.push_back(std::move(pieces_.front()));
    pieces_.pop_front();
  }
  return ended_ || !failure_.ok();
}

Status JsonSource::FailureOf(Piece* piece) const {
  if (!piece->chunk.failure().ok()) {
    return piece->chunk.TakeFailure().WithContext(fmt::format("{}: line {}", name_, lines_));
  }
  if (!piece->too_long) return std::move(piece->failure);
  return DataLoss(fmt::format("{}: line {}: longer than {} bytes", name_, lines_ + 1, kMaxLineBytes));
}

}  // namespace vexevt
