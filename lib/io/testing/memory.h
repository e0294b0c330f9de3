// Bytes in memory as sources and sinks, for tests.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lib/io/byte_sink.h"
#include "lib/io/byte_source.h"

namespace vexevt {

// Gives `bytes` in pieces of the sizes given, over and over; they outlive it.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::byte> bytes, std::vector<std::size_t> sizes = {~std::size_t{0}})
      : rest_(bytes), sizes_(std::move(sizes)) {}
  Result<std::size_t> Read(std::span<std::byte> to) override {
    std::size_t size = std::min({sizes_[next_++ % sizes_.size()], to.size(), rest_.size()});
    std::copy_n(rest_.begin(), size, to.begin());
    rest_ = rest_.subspan(size);
    return size;
  }
  bool Ready() override { return true; }
  void AddPolls(std::vector<pollfd>*) const override {}

 private:
  std::span<const std::byte> rest_;
  std::vector<std::size_t> sizes_;
  std::size_t next_ = 0;
};

class MemorySink final : public ByteSink {
 public:
  explicit MemorySink(std::vector<std::byte>* bytes) : bytes_(bytes) {}
  Status Write(std::span<const std::byte> bytes) override {
    bytes_->insert(bytes_->end(), bytes.begin(), bytes.end());
    return {};
  }
  Status Close() override { return {}; }
  int fd() const override { return -1; }

 private:
  std::vector<std::byte>* bytes_;
};

// All that `source` gives until its end or an error, and the error's message.
inline std::pair<std::vector<std::byte>, std::string> ReadAll(ByteSource& source) {
  std::vector<std::byte> bytes, chunk(10'000);
  for (;;) {
    auto got = source.Read(chunk);
    if (!got.ok()) return {bytes, got.status().message()};
    if (*got == 0) return {bytes, ""};
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(*got));
  }
}

}  // namespace vexevt
