// Hyperscan over many texts at once, laid out as lines: which of many line regexes (line_regex.h) each holds. For
// lib/match itself: the only place that knows Hyperscan. Immutable; a Scratch per thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vexevt {

class LineScanner {
 public:
  class Scratch {
   public:
    Scratch();
    Scratch(Scratch&&) noexcept;
    Scratch& operator=(Scratch&&) noexcept;
    ~Scratch();

   private:
    friend class LineScanner;
    struct Rep;
    std::unique_ptr<Rep> rep_;
  };

  // Whether Hyperscan can look for it; what it cannot must not be given to the constructor.
  static bool Supports(const std::string& regex);

  // Takes time: milliseconds for tens of regexes, seconds for thousands. An empty one stands for none.
  explicit LineScanner(const std::vector<std::string>& regexes);
  LineScanner(const LineScanner&) = delete;
  LineScanner& operator=(const LineScanner&) = delete;
  ~LineScanner();

  bool ok() const { return ok_; }  // false: Hyperscan refused the whole, or this machine; don't scan

  // Sets bit n of row t where text t holds regex n. `rows` is texts.size() rows of `words` words each, zeroed by the
  // caller. A newline inside a text is seen as a NUL. False: Hyperscan failed (out of memory), the rows mean nothing.
  bool Scan(std::span<const std::string_view> texts, Scratch& scratch, std::span<std::uint64_t> rows,
            std::size_t words) const;

 private:
  struct Database;
  std::unique_ptr<Database> database_;
  std::uint64_t generation_;  // tells scanners apart, also when one stands where another stood
  bool ok_ = true;
};

}  // namespace vexevt
