// JsonSource: lines of JSON (json_read.h) as a stream of frames, so that whatever reads streams reads them too. Lines
// are converted as they come, by several threads where they come faster than one can; a bad one is kDataLoss with its
// number, after all before it were given.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lib/event/id_source.h"
#include "lib/io/byte_source.h"
#include "lib/stream/json_chunk.h"

namespace vexevt {

class JsonSource final : public ByteSource {
 public:
  // The longest line: every frame fits as WriteJson writes it.
  static constexpr std::size_t kMaxLineBytes = std::size_t{16} << 20;

  // `name` stands in errors: "a.json: line 12: unknown key 'pth' (did you mean 'path'?)".
  JsonSource(std::unique_ptr<ByteSource> text, std::string name);
  ~JsonSource() override;

  Result<std::size_t> Read(std::span<std::byte> to) override;
  bool Ready() override;
  void AddPolls(std::vector<pollfd>* polls) const override { text_->AddPolls(polls); }
  std::string TakeBreak() override { return std::exchange(break_, {}); }
  std::optional<FileId> file() const override { return text_->file(); }

  // As Read, but gives whole frames, without a copy: they hold until the next call. Empty: the end.
  Result<std::span<const std::byte>> ReadFrames() { return Give(SIZE_MAX); }
  // Whether some of the frames last read have no id or no time.
  bool bare() const { return bare_; }

 private:
  struct Piece;

  Result<std::span<const std::byte>> Give(std::size_t most);
  void ReadWhatIsThere();
  void ReadText();
  void BeginAnew(std::string what, std::size_t got);
  void Submit(std::size_t size);
  void Work();
  Piece* NextThatWaits() const;
  bool ConvertNext(std::unique_lock<std::mutex>* lock);
  void AwaitFirst();
  bool HasOutput();
  Status FailureOf(Piece* piece) const;

  std::unique_ptr<ByteSource> text_;
  std::string name_;
  unsigned most_workers_;
  std::unique_ptr<Piece> filling_;  // its last line may not be whole yet
  // To be converted, or done; given so far up to given_ of the first. Changed under mutex_, by whoever reads alone.
  std::deque<std::unique_ptr<Piece>> pieces_;
  std::vector<std::unique_ptr<Piece>> spare_;
  std::size_t given_ = 0;
  std::uint64_t lines_ = 0;  // of the pieces that have been given
  bool ended_ = false;       // nothing more is read
  bool bare_ = false;
  std::string break_;
  Status failure_;
  std::mutex mutex_;
  std::condition_variable work_, done_;
  bool stop_ = false;  // guarded by mutex_
  std::vector<std::thread> workers_;
};

}  // namespace vexevt
