#include "lib/stream/frames_or_json.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "lib/event/event_view.h"
#include "lib/stream/json_source.h"

namespace vexevt {
namespace {

static_assert(std::to_integer<std::uint32_t>(kJsonBegin) >= kMaxSegments);

// A source of which something was read already: it comes first.
class BegunSource final : public ByteSource {
 public:
  BegunSource(std::vector<std::byte> begin, std::string what, std::unique_ptr<ByteSource> rest)
      : begin_(std::move(begin)), break_(std::move(what)), rest_(std::move(rest)) {}

  Result<std::size_t> Read(std::span<std::byte> to) override {
    if (given_ == begin_.size()) return rest_->Read(to);
    const std::size_t size = std::min(to.size(), begin_.size() - given_);
    std::copy_n(begin_.begin() + static_cast<std::ptrdiff_t>(given_), size, to.begin());
    given_ += size;
    return size;
  }
  bool Ready() override { return given_ < begin_.size() || rest_->Ready(); }
  void AddPolls(std::vector<pollfd>* polls) const override { rest_->AddPolls(polls); }
  std::string TakeBreak() override { return break_.empty() ? rest_->TakeBreak() : std::exchange(break_, {}); }
  Result<bool> Skip(std::uint64_t bytes) override {
    const std::uint64_t first = std::min<std::uint64_t>(bytes, begin_.size() - given_);
    given_ += first;
    if (first == bytes) return true;
    return rest_->Skip(bytes - first);
  }
  std::optional<FileId> file() const override { return rest_->file(); }

 private:
  std::vector<std::byte> begin_;
  std::size_t given_ = 0;
  std::string break_;  // of begin_
  std::unique_ptr<ByteSource> rest_;
};

class ToldSource final : public ByteSource {
 public:
  ToldSource(std::unique_ptr<ByteSource> source, std::string name)
      : source_(std::move(source)), name_(std::move(name)) {}

  Result<std::size_t> Read(std::span<std::byte> to) override {
    VEXEVT_TRY(Tell());
    return source_->Read(to);
  }
  bool Ready() override {
    if (!told_ && !source_->Ready()) return false;
    return !Tell().ok() || source_->Ready();
  }
  void AddPolls(std::vector<pollfd>* polls) const override { source_->AddPolls(polls); }
  std::string TakeBreak() override { return source_->TakeBreak(); }
  Result<bool> Skip(std::uint64_t bytes) override {
    if (!told_ && !source_->Ready()) return bytes == 0;
    VEXEVT_TRY(Tell());
    return source_->Skip(bytes);
  }
  std::optional<FileId> file() const override { return source_->file(); }

 private:
  Status Tell() {
    if (told_) [[likely]]
      return {};
    std::vector<std::byte> begin(std::size_t{64} << 10);
    VEXEVT_ASSIGN(std::size_t got, source_->Read(begin));
    begin.resize(got);
    told_ = true;
    const bool json = !begin.empty() && begin.front() == kJsonBegin;
    std::string what = source_->TakeBreak();
    source_ = std::make_unique<BegunSource>(std::move(begin), std::move(what), std::move(source_));
    if (json) source_ = std::make_unique<JsonSource>(std::move(source_), std::move(name_));
    return {};
  }

  std::unique_ptr<ByteSource> source_;
  std::string name_;
  bool told_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> FramesOrJson(std::unique_ptr<ByteSource> source, std::string name) {
  return std::make_unique<ToldSource>(std::move(source), std::move(name));
}

}  // namespace vexevt
