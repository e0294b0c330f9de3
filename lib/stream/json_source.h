// JsonSource: lines of JSON (json_read.h) as a stream of frames, so that whatever reads streams reads them too. Lines
// are converted as they come; a bad one is kDataLoss with its number, after all before it were given.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/event/json_read.h"
#include "lib/io/byte_source.h"

namespace vexevt {

class JsonSource final : public ByteSource {
 public:
  // The longest line: every frame fits as WriteJson writes it.
  static constexpr std::size_t kMaxLineBytes = std::size_t{16} << 20;

  // `name` stands in errors: "a.json: line 12: unknown key 'pth' (did you mean 'path'?)".
  JsonSource(std::unique_ptr<ByteSource> text, std::string name);

  Result<std::size_t> Read(std::span<std::byte> to) override;
  bool Ready() override;
  void AddPolls(std::vector<pollfd>* polls) const override { text_->AddPolls(polls); }
  std::string TakeBreak() override { return std::exchange(break_, {}); }
  std::optional<FileId> file() const override { return text_->file(); }

 private:
  bool HasOutput() const { return given_ < frames_.size() || ended_ || !failure_.ok(); }
  void Pump();
  Status Convert(std::string_view line);

  std::unique_ptr<ByteSource> text_;
  std::string name_;
  JsonReader reader_;
  std::vector<std::byte> buffer_;  // for one read
  std::string partial_;            // the start of a line whose end has not come
  std::vector<std::byte> frames_;  // converted; given so far up to given_
  std::size_t given_ = 0;
  bool ended_ = false;
  std::string break_;
  Status failure_;
};

}  // namespace vexevt
