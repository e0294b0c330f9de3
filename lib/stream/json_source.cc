#include "lib/stream/json_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "lib/base/bytes.h"
#include "lib/base/quiet_thread.h"

namespace vexevt {
namespace {

constexpr std::size_t kTextBytes = std::size_t{256} << 10;
// So much is worth handing on: it takes some 0.25 ms.
constexpr std::size_t kPieceBytes = std::size_t{512} << 10;
// So that nobody is idle while what is done first is passed on.
constexpr std::size_t kPieces = 8;
// Whoever reads and passes on takes half as long as converting does: with more, they would wait for it.
constexpr unsigned kMostWorkers = 3;

}  // namespace

// What is converted as one, and what comes with it.
struct JsonSource::Piece {
  enum class State : std::uint8_t { kWaits, kTaken, kDone };

  JsonChunk chunk;
  State state = State::kWaits;  // guarded by mutex_; whoever takes it has `chunk` until it is done
  std::string broken;           // TakeBreak's, before the first line
  Status failure;               // of reading on, behind the last line
  bool too_long = false;
};

JsonSource::JsonSource(std::unique_ptr<ByteSource> text, std::string name)
    : text_(std::move(text)),
      name_(std::move(name)),
      most_workers_(std::min(std::max(std::thread::hardware_concurrency(), 1u) - 1, kMostWorkers)),
      filling_(std::make_unique<Piece>()) {}

JsonSource::~JsonSource() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  work_.notify_all();
  for (std::thread& worker : workers_) worker.join();
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
  while (!ended_ && pieces_.size() < kPieces && text_->Ready()) {
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
  {
    const std::lock_guard lock(mutex_);
    pieces_.push_back(std::move(next));
  }
  if (size < kPieceBytes / 2) return;
  work_.notify_one();
  if (workers_.size() == most_workers_ || pieces_.size() <= workers_.size()) return;
  auto worker = StartQuietThread([this] { Work(); });
  if (worker.ok()) workers_.push_back(std::move(*worker));  // else it is done without
}

void JsonSource::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return stop_ || NextThatWaits() != nullptr; });
    if (stop_) return;
    ConvertNext(&lock);
  }
}

JsonSource::Piece* JsonSource::NextThatWaits() const {
  for (const auto& piece : pieces_) {
    if (piece->state == Piece::State::kWaits) return piece.get();
  }
  return nullptr;
}

// False: none waits.
bool JsonSource::ConvertNext(std::unique_lock<std::mutex>* lock) {
  Piece* const piece = NextThatWaits();
  if (piece == nullptr) return false;
  piece->state = Piece::State::kTaken;
  lock->unlock();
  piece->chunk.Convert();
  lock->lock();
  piece->state = Piece::State::kDone;
  done_.notify_one();
  return true;
}

// Until the first piece is converted; lends a hand meanwhile.
void JsonSource::AwaitFirst() {
  std::unique_lock lock(mutex_);
  while (pieces_.front()->state != Piece::State::kDone) {
    if (!ConvertNext(&lock)) done_.wait(lock);
  }
}

// Whether Read has something to say. Waits for what is being converted.
bool JsonSource::HasOutput() {
  while (failure_.ok() && !pieces_.empty()) {
    AwaitFirst();
    Piece& piece = *pieces_.front();
    if (!piece.broken.empty()) {
      if (break_.empty() || break_ == kReplaced) break_ = std::move(piece.broken);
      piece.broken.clear();
    }
    if (given_ < piece.chunk.frames().size()) return true;
    given_ = 0;
    lines_ += piece.chunk.lines();
    failure_ = FailureOf(&piece);
    piece.chunk.Clear();
    const std::lock_guard lock(mutex_);
    spare_.push_back(std::move(pieces_.front()));
    pieces_.pop_front();
    piece.state = Piece::State::kWaits;
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
