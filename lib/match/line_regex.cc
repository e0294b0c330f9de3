#include "lib/match/line_regex.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace vexevt {
namespace {

bool IsAlnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

class Rewriter {
 public:
  explicit Rewriter(std::string_view regex) : regex_(regex) {}

  LineRegex Rewrite() {
    while (known_ && at_ < regex_.size()) {
      starts_.push_back(out_.size());
      Token();
    }
    // RE2 folds letters above 0x7f as Latin-1 has them, Hyperscan does not.
    if (!known_ || (folds_ && high_)) return {};
    DropTrailingDotStar();
    return {exact_ ? LineRegex::Use::kExact : LineRegex::Use::kFilter, std::move(out_)};
  }

 private:
  bool Next(char c) const { return at_ < regex_.size() && regex_[at_] == c; }

  void Token() {
    const char c = regex_[at_++];
    switch (c) {
      case '\\':
        return Escape(false);
      case '[':
        return Class();
      case '(':
        return Group();
      case '|':
        alternates_ = true;
        break;
      case '{':
        if (Next(',')) known_ = false;
        break;
      default:
        Plain(c);
    }
    out_ += c;
  }

  void Plain(char c) {
    if (c == '\0') known_ = false;
    if (c == '\n') exact_ = false;
    if (static_cast<unsigned char>(c) >= 0x80) high_ = true;
  }

  void Escape(bool in_class) {
    if (at_ == regex_.size()) return Unknown();
    const char c = regex_[at_++];
    if (!IsAlnum(c)) {
      if (static_cast<unsigned char>(c) >= 0x80 || static_cast<unsigned char>(c) < 0x20) return Unknown();
      return Emit({'\\', c});
    }
    switch (c) {
      case 'd':
      case 'w':
        return Emit({'\\', c});
      case 's':
      case 'S':
      case 'D':
      case 'W':
      case 'n':
        exact_ = false;
        return Emit({'\\', c});
      case 'a':
      case 'f':
      case 'r':
      case 't':
        if (in_class) exact_ = false;  // it may start a range
        return Emit({'\\', c});
      case 'v':  // a class of its own in Hyperscan's syntax
        if (in_class) exact_ = false;
        return Emit("\\x0b");
      case 'x':
        return Hex(in_class);
      case 'b':
      case 'B':
        if (in_class) return Unknown();
        return Emit({'\\', c});
      case 'A':
        return in_class ? Unknown() : Emit("^");
      case 'z':
        return in_class ? Unknown() : Emit("$");
      default:
        return Unknown();
    }
  }

  void Hex(bool in_class) {
    if (at_ + 2 > regex_.size() || !std::isxdigit(static_cast<unsigned char>(regex_[at_])) ||
        !std::isxdigit(static_cast<unsigned char>(regex_[at_ + 1]))) {
      return Unknown();
    }
    const int value = std::stoi(std::string(regex_.substr(at_, 2)), nullptr, 16);
    if (value == 0 || value == '\n' || (in_class && value < 0x20)) exact_ = false;
    if (value >= 0x80) high_ = true;
    Emit("\\x");
    Emit(regex_.substr(at_, 2));
    at_ += 2;
  }

  void Class() {
    Emit("[");
    if (Next('^')) {
      ++at_;
      Emit("^\\n");
    }
    if (Next(']')) {
      ++at_;
      Emit("\\]");
    }
    while (known_) {
      if (at_ == regex_.size()) return Unknown();
      const char c = regex_[at_++];
      if (c == ']') return Emit("]");
      if (c == '\\') {
        Escape(true);
      } else if (c == '[') {
        if (Next(':')) {
          NamedClass();
        } else {
          Emit("\\[");
        }
      } else {
        Plain(c);
        if (static_cast<unsigned char>(c) < 0x20) exact_ = false;
        out_ += c;
      }
    }
  }

  void NamedClass() {
    static constexpr std::string_view kWithoutControls[] = {"alnum", "alpha", "blank", "digit", "graph",
                                                            "lower", "print", "punct", "upper", "xdigit"};
    const std::size_t end = regex_.find(":]", at_);
    if (end == regex_.npos) return Unknown();
    const std::string_view name = regex_.substr(at_ + 1, end - at_ - 1);
    if (std::find(std::begin(kWithoutControls), std::end(kWithoutControls), name) == std::end(kWithoutControls))
      return Unknown();
    Emit(regex_.substr(at_ - 1, end + 2 - (at_ - 1)));
    at_ = end + 2;
  }

  void Group() {
    if (!Next('?')) return Emit("(");
    if (regex_.substr(at_, 3) == "?P<") return Emit("(");  // the name is copied as it comes
    const std::size_t end = regex_.find_first_not_of("is", at_ + 1);
    if (end == regex_.npos || (regex_[end] != ':' && regex_[end] != ')')) return Unknown();
    const bool folds = regex_.substr(at_, end - at_).find('i') != regex_.npos;
    folds_ |= folds;
    // 's' is what '.' means anyway.
    if (folds || regex_[end] == ':') Emit(folds ? "(?i" : "(?"), out_ += regex_[end];
    at_ = end + 1;
  }

  // A match is reported at each end that it can have: "x.*" would report every byte to the end of the line.
  void DropTrailingDotStar() {
    if (alternates_) return;
    const auto last = [&](std::string_view token) {
      return !starts_.empty() && std::string_view(out_).substr(starts_.back()) == token;
    };
    const auto drop = [&] { out_.resize(starts_.back()), starts_.pop_back(); };
    const std::string kept = out_;
    if (last("$")) drop();
    if (!last("*")) {
      out_ = kept;
      return;
    }
    drop();
    if (!last(".")) {
      out_ = kept;
      return;
    }
    drop();
  }

  void Emit(std::string_view text) { out_ += text; }
  void Emit(std::initializer_list<char> text) { out_.append(text.begin(), text.end()); }
  void Unknown() { known_ = false; }

  const std::string_view regex_;
  std::size_t at_ = 0;
  std::string out_;
  std::vector<std::size_t> starts_;  // of each token, in out_
  bool known_ = true;
  bool exact_ = true;
  bool folds_ = false;
  bool high_ = false;
  bool alternates_ = false;
};

}  // namespace

LineRegex ToLineRegex(std::string_view regex) { return Rewriter(regex).Rewrite(); }

}  // namespace vexevt
