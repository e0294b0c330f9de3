#include "lib/match/regex_literals.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "lib/match/byte_set.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxStrings = 16;  // alternatives that are multiplied out
constexpr std::size_t kMaxClass = 4;     // bytes of a class that are; more would only multiply what is searched for
constexpr std::size_t kMaxString = 512;  // bytes of an alternative, before others follow
constexpr int kMaxDepth = 100;           // of groups

// All that a part of a regex matches, anchors aside; nullopt: too much to tell.
using Strings = std::optional<std::vector<std::string>>;
using Literals = std::vector<PlacedLiteral>;

// What a group holds: its strings, or literals of which one stands in every match.
struct Part {
  Strings strings;
  Literals required;
};

// A sequence as far as it is read. It is a run of strings, until what follows has too many: then another run begins,
// and the one that is rarest in paths is what the sequence requires. After Cox, "Regular Expression Matching with a
// Trigram Index" (2012).
class Sequence {
 public:
  bool empty() const { return whole_ && !open_ && run_.size() == 1 && run_[0].empty(); }
  bool whole() const { return whole_; }  // all of it is one run

  void AnchorStart() { at_start_ = true; }
  void AnchorEnd() { at_end_ = !open_; }
  bool ended() const { return at_end_; }

  // ".*" at either end, which says that nothing is anchored there.
  void AppendAnything() {
    if (empty()) {
      at_start_ = false;
    } else if (whole_) {
      open_ = true;
    } else {
      Break();
    }
  }
  void Append(const std::vector<std::string>& strings) {
    if (open_) Break();
    at_end_ = false;
    if (run_.size() * strings.size() > kMaxStrings || run_.front().size() > kMaxString) {
      Break();
      run_ = strings;
      return;
    }
    std::vector<std::string> product;
    for (const std::string& head : run_) {
      for (const std::string& tail : strings) product.push_back(head + tail);
    }
    run_ = std::move(product);
  }
  // Something with too many strings; `required` by it.
  void Append(Literals required) {
    Break();
    Offer(std::move(required));
  }

  Part Finish() {
    Part part;
    if (whole_) {
      part.required = Placed();
      part.strings = std::move(run_);
    } else {
      Offer(Placed());
      part.required = std::move(best_);
    }
    return part;
  }

 private:
  Literals Placed() const {
    const bool start = whole_ && at_start_;
    const LiteralPlace place = start && at_end_ ? LiteralPlace::kWhole
                               : start          ? LiteralPlace::kStart
                               : at_end_        ? LiteralPlace::kEnd
                                                : LiteralPlace::kInside;
    Literals literals;
    for (const std::string& text : run_) literals.push_back({text, place});
    return literals;
  }
  void Offer(Literals literals) {
    if (FrequencyOf(literals) < FrequencyOf(best_)) best_ = std::move(literals);
  }
  void Break() {
    at_end_ = false;
    Offer(Placed());
    run_ = {""};
    whole_ = false;
    open_ = false;
  }

  std::vector<std::string> run_{""};
  bool whole_ = true;
  bool at_start_ = false;
  bool at_end_ = false;
  bool open_ = false;  // ".*" follows the run
  Literals best_;
};

// Reads what of RE2's syntax is common; the rest it does not know.
class Reader {
 public:
  explicit Reader(std::string_view regex) : regex_(regex) {}

  RegexLiterals Read() {
    Part all = Alternation({}, 0);
    if (!known_ || at_ != regex_.size()) return {};
    if (!exact_ && FrequencyOf(all.required) == 1) return {};
    return {std::move(all.required), exact_};
  }

 private:
  struct Flags {
    bool folds = false;
    bool lines = false;      // '^' and '$' hold at newlines as well
    bool dot_is_any = true;  // newline included
  };

  bool Next(char c) const { return at_ < regex_.size() && regex_[at_] == c; }
  bool Skip(char c) { return Next(c) ? (++at_, true) : false; }
  void Unknown() { known_ = false; }

  Part Alternation(Flags flags, int depth) {
    if (depth > kMaxDepth) return Unknown(), Part{};
    Part all = OneSequence(flags, depth);
    while (known_ && Skip('|')) {
      Part part = OneSequence(flags, depth);
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
  Part OneSequence(Flags& flags, int depth) {
    Sequence sequence;
    while (known_ && at_ < regex_.size() && !Next('|') && !(Next(')') && depth > 0)) {
      const char c = regex_[at_++];
      switch (c) {
        case '^':
          StartAnchor(depth == 0 && !flags.lines, sequence);
          break;
        case '$':
          EndAnchor(depth == 0 && !flags.lines, sequence);
          break;
        case '(':
          Group(flags, depth, sequence);
          break;
        case '\\':
          Escape(flags, depth, sequence);
          break;
        case '[':
          Repeat({Class(flags.folds), {}}, sequence);
          break;
        case '.':
          if (depth == 0 && flags.dot_is_any && !sequence.ended() && Skip('*')) {
            Skip('?');
            sequence.AppendAnything();
          } else {
            Repeat({}, sequence);
          }
          break;
        case '*':
        case '+':
        case '?':
        case '{':
          Unknown();
          break;
        default:
          Byte(static_cast<unsigned char>(c), flags.folds, sequence);
      }
    }
    exact_ &= sequence.whole();
    return sequence.Finish();
  }

  void StartAnchor(bool of_text, Sequence& sequence) {
    if (of_text && sequence.empty()) {
      sequence.AnchorStart();
    } else {
      exact_ = false;
    }
  }
  void EndAnchor(bool of_text, Sequence& sequence) {
    if (of_text) {
      sequence.AnchorEnd();
    } else {
      exact_ = false;
    }
  }

  void Group(Flags& flags, int depth, Sequence& sequence) {
    Flags inner = flags;
    if (Skip('?')) {
      if (regex_.substr(at_, 2) == "P<") {
        at_ = std::min(regex_.find('>', at_), regex_.size() - 1);
      } else {
        if (!ReadFlags(inner)) return Unknown();
        if (Skip(')')) {
          flags = inner;
          return;
        }
      }
      ++at_;
    }
    Part part = Alternation(inner, depth + 1);
    if (!Skip(')')) return Unknown();
    Repeat(std::move(part), sequence);
  }

  // Up to the ':' or ')'.
  bool ReadFlags(Flags& flags) {
    for (bool on = true; !Next(':') && !Next(')'); ++at_) {
      if (at_ == regex_.size()) return false;
      switch (regex_[at_]) {
        case '-':
          on = false;
          break;
        case 'i':
          flags.folds = on;
          break;
        case 'm':
          flags.lines = on;
          break;
        case 's':
          flags.dot_is_any = on;
          break;
        case 'U':  // what is preferred changes, not what is matched
          break;
        default:
          return false;
      }
    }
    return true;
  }

  void Escape(const Flags& flags, int depth, Sequence& sequence) {
    if (at_ == regex_.size()) return Unknown();
    switch (regex_[at_]) {
      case 'b':
      case 'B':
        ++at_;
        exact_ = false;
        return;
      case 'A':
        ++at_;
        return StartAnchor(depth == 0, sequence);
      case 'z':
        ++at_;
        return EndAnchor(depth == 0, sequence);
      case 'd':
      case 'D':
      case 'w':
      case 'W':
      case 's':
      case 'S':
      case 'C':
        ++at_;
        return Repeat({}, sequence);
      default:
        if (const std::optional<unsigned char> byte = EscapedByte()) return Byte(*byte, flags.folds, sequence);
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

  void Byte(unsigned char byte, bool folds, Sequence& sequence) {
    ByteSet set;
    set.Add(byte);
    Repeat({StringsOf(set, folds), {}}, sequence);
  }

  // The bytes of a class, if they are few. The '[' is read.
  Strings Class(bool folds) {
    ByteSet set;
    bool few = !Skip('^');
    for (bool first = true; at_ < regex_.size(); first = false) {
      if (!first && Skip(']')) return few ? StringsOf(set, folds) : std::nullopt;
      const std::string_view two = regex_.substr(at_, 2);
      if (two == "[:") {
        at_ = regex_.find(":]", at_ + 2);
        if (at_ == regex_.npos) break;
        at_ += 2;
        few = false;
        continue;
      }
      if (two.size() == 2 && two[0] == '\\' && std::string_view("dDwWsS").find(two[1]) != std::string_view::npos) {
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

  static Strings StringsOf(const ByteSet& set, bool folds) {
    std::vector<std::string> strings;
    for (int byte = 0; byte < 256; ++byte) {
      const auto has = [&](int c) { return set.Contains(static_cast<unsigned char>(c)); };
      if (folds && byte >= 0x80 && has(byte)) return {};  // Latin-1's letters fold too
      if (!has(byte) && !(folds && byte < 0x80 && (has(std::tolower(byte)) || has(std::toupper(byte))))) continue;
      if (strings.size() == kMaxClass) return {};
      strings.push_back(std::string(1, static_cast<char>(byte)));
    }
    return strings;
  }

  // Appends `part` as often as what follows it says.
  void Repeat(Part part, Sequence& sequence) {
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
    if (least != 1 || most != 1) Skip('?');             // lazy
    if (sequence.ended() && most != 0) exact_ = false;  // it stands behind a '$'

    if (most == 0) return;
    if (!part.strings) return sequence.Append(least > 0 ? std::move(part.required) : Literals{});
    if (least == 0) {
      if (most != 1 || part.strings->size() == kMaxStrings) return sequence.Append(Literals{});
      part.strings->push_back("");
      return sequence.Append(*part.strings);
    }
    for (int i = 0; i < std::min(least, kMostRepeated); ++i) sequence.Append(*part.strings);
    if (most == least && least <= kMostRepeated) return;
    sequence.Append(Literals{});
    sequence.Append(*part.strings);  // what follows stands behind the last repetition
  }

  bool Count(int& count) {
    const std::size_t begin = at_;
    count = 0;
    for (; at_ < regex_.size() && std::isdigit(static_cast<unsigned char>(regex_[at_])) && count < 10000; ++at_)
      count = count * 10 + (regex_[at_] - '0');
    return at_ > begin;
  }

  static constexpr int kMostRepeated = 32;

  const std::string_view regex_;
  std::size_t at_ = 0;
  bool known_ = true;
  bool exact_ = true;
};

}  // namespace

double FrequencyOf(const std::vector<PlacedLiteral>& literals) {
  double sum = 0;
  for (const PlacedLiteral& one : literals) sum += LiteralFrequency(one.text, one.place);
  return literals.empty() ? 1 : std::min(sum, 1.0);
}

RegexLiterals LiteralsOf(std::string_view regex) { return Reader(regex).Read(); }

}  // namespace vexevt
