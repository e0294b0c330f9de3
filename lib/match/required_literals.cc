#include "lib/match/required_literals.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "lib/match/byte_set.h"
#include "lib/match/path_statistics.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxStrings = 16;  // alternatives that are multiplied out
constexpr std::size_t kMaxClass = 4;     // bytes of a class that are; more only multiply what is to be searched for
constexpr std::size_t kMaxString = 32;   // bytes of one: more would not make it rarer
constexpr int kMaxDepth = 100;           // of groups

using Strings = std::vector<std::string>;  // exactly what a part of a regex matches, its anchors aside

// What is known of a part: its strings, if they are few, and what every match of it holds.
struct Part {
  std::optional<Strings> strings;
  RequiredLiterals required;
};

// After Cox, Regular Expression Matching with a Trigram Index (2012): runs of what is matched exactly, multiplied out,
// end where the matches become too many; the best of these runs is what the whole requires.
class Extractor {
 public:
  explicit Extractor(std::string_view regex) : regex_(regex) {}

  RequiredLiterals Extract() {
    Part all = Alternation(Flags{}, 0);
    if (!known_ || at_ != regex_.size() || FrequencyOf(all.required) == 1) return {};
    return std::move(all.required);
  }

 private:
  struct Flags {
    bool folds = false;
    bool lines = false;  // '^' and '$' hold at newlines as well
  };

  // The sequence at hand.
  struct Run {
    Strings strings{""};
    bool whole = true;  // nothing was matched before it
    bool at_start = false;
    bool at_end = false;
    RequiredLiterals best;

    void Offer(RequiredLiterals required) {
      if (FrequencyOf(required) < FrequencyOf(best)) best = std::move(required);
    }
    void End() {
      const LiteralPlace place = whole && at_start ? LiteralPlace::kStart
                                 : at_end          ? LiteralPlace::kEnd
                                                   : LiteralPlace::kInside;
      RequiredLiterals literals;
      for (std::string& text : strings) literals.push_back({std::move(text), place});
      Offer(std::move(literals));
    }
    void Restart(Strings with) {
      at_end = false;
      End();
      strings = std::move(with);
      whole = false;
    }
    void Append(const Strings& more) {
      at_end = false;
      if (strings.size() * more.size() > kMaxStrings || strings.front().size() > kMaxString) return Restart(more);
      Strings product;
      for (const std::string& head : strings) {
        for (const std::string& tail : more) product.push_back(head + tail);
      }
      strings = std::move(product);
    }
  };

  bool Next(char c) const { return at_ < regex_.size() && regex_[at_] == c; }
  bool Skip(char c) { return Next(c) ? (++at_, true) : false; }
  bool IsDigitAt(std::size_t at) const {
    return at < regex_.size() && std::isdigit(static_cast<unsigned char>(regex_[at])) != 0;
  }
  void Unknown() { known_ = false; }

  Part Alternation(Flags flags, int depth) {
    if (depth > kMaxDepth) return Unknown(), Part{};
    Part all = Sequence(flags, depth);
    while (known_ && Skip('|')) {
      Part part = Sequence(flags, depth);
      if (all.strings && part.strings && all.strings->size() + part.strings->size() <= kMaxStrings) {
        all.strings->insert(all.strings->end(), part.strings->begin(), part.strings->end());
      } else {
        all.strings.reset();
      }
      if (all.required.empty() || part.required.empty()) {
        all.required.clear();
      } else {
        all.required.insert(all.required.end(), part.required.begin(), part.required.end());
      }
    }
    return all;
  }

  // Up to a '|' or ')' of this level. Flags set in it hold for the alternatives that follow, too.
  Part Sequence(Flags& flags, int depth) {
    Run run;
    while (known_ && at_ < regex_.size() && !Next('|') && !(Next(')') && depth > 0)) {
      const char c = regex_[at_++];
      switch (c) {
        case '^':
          run.at_start |= depth == 0 && !flags.lines && run.whole && run.strings == Strings{""};
          break;
        case '$':
          run.at_end = depth == 0 && !flags.lines;
          break;
        case '(':
          Group(flags, depth, run);
          break;
        case '\\':
          Escape(flags, depth, run);
          break;
        case '[':
          Repeat({Class(flags.folds), {}}, run);
          break;
        case '.':
          Repeat({}, run);
          break;
        case '*':
        case '+':
        case '?':
        case '{':
          Unknown();
          break;
        default:
          Byte(static_cast<unsigned char>(c), flags.folds, run);
      }
    }
    Part part;
    if (run.whole) part.strings = run.strings;
    run.End();
    part.required = std::move(run.best);
    return part;
  }

  void Group(Flags& flags, int depth, Run& run) {
    Flags inner = flags;
    if (Skip('?')) {
      if (regex_.substr(at_, 2) == "P<") {
        at_ = regex_.find('>', at_);
        if (at_ == regex_.npos) return at_ = regex_.size(), Unknown();
      } else {
        for (bool on = true; known_ && !Next(':') && !Next(')');) {
          if (at_ == regex_.size()) return Unknown();
          switch (regex_[at_++]) {
            case '-':
              on = false;
              break;
            case 'i':
              inner.folds = on;
              break;
            case 'm':
              inner.lines = on;
              break;
            case 's':
            case 'U':
              break;
            default:
              return Unknown();
          }
        }
        if (Next(')')) {
          ++at_, flags = inner;
          return;
        }
      }
      ++at_;
    }
    Part part = Alternation(inner, depth + 1);
    if (!Skip(')')) return Unknown();
    Repeat(std::move(part), run);
  }

  void Escape(const Flags& flags, int depth, Run& run) {
    if (at_ == regex_.size()) return Unknown();
    const char c = regex_[at_];
    switch (c) {
      case 'b':
      case 'B':
        ++at_;
        return;
      case 'A':
        ++at_;
        run.at_start |= depth == 0 && run.whole && run.strings == Strings{""};
        return;
      case 'z':
        ++at_;
        run.at_end = depth == 0;
        return;
      case 'd':
      case 'D':
      case 'w':
      case 'W':
      case 's':
      case 'S':
      case 'C':
        ++at_;
        return Repeat({}, run);
      default:
        if (const std::optional<unsigned char> byte = EscapedByte()) return Byte(*byte, flags.folds, run);
        Unknown();
    }
  }

  // What stands behind a '\', if it means one byte.
  std::optional<unsigned char> EscapedByte() {
    static constexpr std::string_view kNames = "aftnrv";
    static constexpr std::string_view kBytes = "\a\f\t\n\r\v";
    const char c = regex_[at_++];
    if (const std::size_t at = kNames.find(c); at != kNames.npos) return static_cast<unsigned char>(kBytes[at]);
    if (c == 'x') {
      unsigned value = 0;
      for (int i = 0; i < 2; ++i, ++at_) {
        if (at_ == regex_.size() || std::isxdigit(static_cast<unsigned char>(regex_[at_])) == 0) return {};
        const int digit = std::tolower(regex_[at_]);
        value = value * 16 + static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
      }
      return static_cast<unsigned char>(value);
    }
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) return {};
    return static_cast<unsigned char>(c);
  }

  void Byte(unsigned char byte, bool folds, Run& run) {
    ByteSet set;
    set.Add(byte);
    Repeat({StringsOf(set, folds), {}}, run);
  }

  // The bytes of a class as strings, if they are few. The '[' is read.
  std::optional<Strings> Class(bool folds) {
    ByteSet set;
    bool few = !Skip('^');
    for (bool first = true; known_; first = false) {
      if (at_ == regex_.size()) break;
      if (!first && Skip(']')) return few ? StringsOf(set, folds) : std::nullopt;
      if (Next('[') && regex_.substr(at_, 2) == "[:") {
        at_ = regex_.find(":]", at_);
        if (at_ == regex_.npos) break;
        at_ += 2;
        few = false;
        continue;
      }
      if (Next('\\') && at_ + 1 < regex_.size() &&
          std::string_view("dDwWsS").find(regex_[at_ + 1]) != std::string_view::npos) {
        at_ += 2;
        few = false;
        continue;
      }
      const std::optional<unsigned char> low = ClassByte();
      if (!low) break;
      if (Next('-') && at_ + 1 < regex_.size() && regex_[at_ + 1] != ']') {
        ++at_;
        const std::optional<unsigned char> high = ClassByte();
        if (!high) break;
        set.AddRange(*low, *high);
      } else {
        set.Add(*low);
      }
    }
    at_ = regex_.size();
    Unknown();
    return {};
  }

  std::optional<unsigned char> ClassByte() {
    if (at_ == regex_.size()) return {};
    if (!Skip('\\')) return static_cast<unsigned char>(regex_[at_++]);
    if (at_ == regex_.size()) return {};
    return EscapedByte();
  }

  static std::optional<Strings> StringsOf(const ByteSet& set, bool folds) {
    Strings strings;
    for (int byte = 0; byte < 256; ++byte) {
      const auto has = [&](int c) { return set.Contains(static_cast<unsigned char>(c)); };
      if (folds && byte >= 0x80 && has(byte)) return {};  // Latin-1's letters fold too
      if (!has(byte) && !(folds && byte < 0x80 && (has(std::tolower(byte)) || has(std::toupper(byte))))) continue;
      if (strings.size() == kMaxClass) return {};
      strings.push_back(std::string(1, static_cast<char>(byte)));
    }
    return strings;
  }

  // Adds `part` to the run, as often as what follows it says.
  void Repeat(Part part, Run& run) {
    int least = 1;
    int most = 1;  // -1: any number
    if (Skip('*')) {
      least = 0, most = -1;
    } else if (Skip('+')) {
      most = -1;
    } else if (Skip('?')) {
      least = 0;
    } else if (Skip('{')) {
      if (!Count(least)) return Unknown();
      most = least;
      if (Skip(',') && (most = -1, !Next('}')) && !Count(most)) return Unknown();
      if (!Skip('}')) return Unknown();
    }
    if (least != most || most != 1) Skip('?');  // lazy

    if (most == 0) return;
    if (!part.strings || part.strings->empty()) {
      if (least > 0) run.Offer(std::move(part.required));
      return run.Restart({""});
    }
    if (least == 0) {
      if (most != 1) return run.Restart({""});
      part.strings->push_back("");
      if (part.strings->size() > kMaxStrings) return run.Restart({""});
      return run.Append(*part.strings);
    }
    for (int i = 0; i < std::min<int>(least, kMaxString); ++i) run.Append(*part.strings);
    if (most == least && least <= static_cast<int>(kMaxString)) return;
    // What follows stands behind the last repetition.
    run.Restart(std::move(*part.strings));
  }

  bool Count(int& count) {
    if (!IsDigitAt(at_)) return false;
    count = 0;
    for (; IsDigitAt(at_) && count < 10000; ++at_) count = count * 10 + (regex_[at_] - '0');
    return true;
  }

  const std::string_view regex_;
  std::size_t at_ = 0;
  bool known_ = true;
};

}  // namespace

double FrequencyOf(const RequiredLiterals& literals) {
  double sum = 0;
  for (const RequiredLiteral& one : literals) sum += LiteralFrequency(one.text, one.place);
  return literals.empty() ? 1 : std::min(sum, 1.0);
}

RequiredLiterals RequiredBy(std::string_view regex) { return Extractor(regex).Extract(); }

}  // namespace vexevt
