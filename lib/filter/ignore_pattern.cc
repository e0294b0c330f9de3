#include "lib/filter/ignore_pattern.h"

#include <cctype>
#include <utility>

#include "lib/match/byte_set.h"

namespace vexevt {
namespace {

// Spaces at the end count only where a backslash stands before them. As trim_trailing_spaces in git's dir.c.
std::string_view TrimSpaces(std::string_view line) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == ' ') continue;
    if (line[i] == '\\' && ++i == line.size()) return line;
    end = i + 1;
  }
  return line.substr(0, end);
}

bool IsSpecial(char c) { return c == '*' || c == '?' || c == '[' || c == '\\'; }

// What git's wildmatch.c reads, written as lib/match/glob.h reads it.
class Translator {
 public:
  // `in_path`: the pattern is for a path, where '*' stops at '/' and "**" does not; else for one name.
  Translator(std::string_view pattern, bool in_path) : pattern_(pattern), in_path_(in_path) {
    while (literal_ < pattern.size() && !IsSpecial(pattern[literal_])) ++literal_;
  }

  // nullopt: it is malformed, so that it matches nothing.
  std::optional<std::string> Translate() {
    for (at_ = 0; at_ < pattern_.size();) {
      const char c = pattern_[at_];
      if (c == '*') {
        Stars();
      } else if (c == '?') {
        glob_ += c;
        ++at_;
      } else if (c == '[') {
        if (!Class()) return std::nullopt;
      } else {
        if (c == '\\' && ++at_ == pattern_.size()) return std::nullopt;
        AppendByte(pattern_[at_++]);
      }
    }
    return std::move(glob_);
  }

 private:
  void AppendByte(char c) {
    if (IsSpecial(c) || c == ']' || c == '{' || c == '}' || c == ',') glob_ += '\\';
    glob_ += c;
  }
  char At(std::size_t at) const { return at < pattern_.size() ? pattern_[at] : '\0'; }

  void Stars() {
    const std::size_t first = at_;
    while (At(at_) == '*') ++at_;
    // git compares what stands before the first wildcard by itself, and so takes it for the start of the rest.
    const bool starts = first == 0 || first == literal_ || pattern_[first - 1] == '/';
    const bool escaped_slash = At(at_) == '\\' && At(at_ + 1) == '/';
    const bool ends = at_ == pattern_.size() || At(at_) == '/' || escaped_slash;
    if (!in_path_ || at_ - first == 1 || !starts || !ends) {
      glob_ += '*';
    } else if (at_ == pattern_.size()) {
      glob_ += "**";
    } else if (escaped_slash) {
      glob_ += "*/**/";  // not nothing, unlike the next
      at_ += 2;
    } else {
      const bool component = first == 0 || pattern_[first - 1] == '/';
      glob_ += component ? "**/" : "{,**/}";
      ++at_;
    }
  }

  // As POSIX, but that an unknown [:class:] or a missing ']' make the whole pattern match nothing.
  bool Class() {
    ByteSet set;
    ++at_;
    const bool negated = At(at_) == '!' || At(at_) == '^';
    if (negated) ++at_;
    char before = '\0';  // what a '-' may start a range from; none
    for (bool first = true; first || At(at_) != ']'; first = false) {
      if (at_ >= pattern_.size()) return false;
      char c = pattern_[at_++];
      if (c == '-' && before != '\0' && at_ < pattern_.size() && pattern_[at_] != ']') {
        c = pattern_[at_++];
        if (c == '\\') {
          if (at_ >= pattern_.size()) return false;
          c = pattern_[at_++];
        }
        set.AddRange(static_cast<unsigned char>(before), static_cast<unsigned char>(c));
        before = '\0';
        continue;
      }
      if (c == '[' && At(at_) == ':') {
        const std::size_t end = pattern_.find(']', at_ + 1);
        if (end == std::string_view::npos) return false;
        if (end > at_ + 1 && pattern_[end - 1] == ':') {
          if (!AddNamed(pattern_.substr(at_ + 1, end - at_ - 2), &set)) return false;
          at_ = end + 1;
          before = '\0';
          continue;
        }
      } else if (c == '\\') {
        if (at_ >= pattern_.size()) return false;
        c = pattern_[at_++];
      }
      before = c;
      set.Add(static_cast<unsigned char>(c));
    }
    ++at_;
    if (negated) set.Invert();
    set.Remove('/');
    set.Remove('\0');  // no path has it
    if (set.empty()) return false;
    AppendSet(set);
    return true;
  }

  static bool AddNamed(std::string_view name, ByteSet* set) {
    constexpr std::pair<std::string_view, int (*)(int)> kNamed[] = {
        {"alnum", std::isalnum}, {"alpha", std::isalpha}, {"blank", std::isblank}, {"cntrl", std::iscntrl},
        {"digit", std::isdigit}, {"graph", std::isgraph}, {"lower", std::islower}, {"print", std::isprint},
        {"punct", std::ispunct}, {"space", std::isspace}, {"upper", std::isupper}, {"xdigit", std::isxdigit}};
    for (const auto& [known, test] : kNamed) {
      if (known != name) continue;
      for (int byte = 0; byte < 128; ++byte) {
        if (test(byte)) set->Add(static_cast<unsigned char>(byte));
      }
      return true;
    }
    return false;
  }

  void AppendSet(const ByteSet& set) {
    auto in = [&](unsigned byte) { return byte < 256 && set.Contains(static_cast<unsigned char>(byte)); };
    glob_ += '[';
    for (unsigned low = 0; low < 256; ++low) {
      if (!in(low)) continue;
      unsigned high = low;
      while (in(high + 1)) ++high;
      (glob_ += '\\') += static_cast<char>(low);
      if (high > low) ((glob_ += '-') += '\\') += static_cast<char>(high);
      low = high;
    }
    glob_ += ']';
  }

  const std::string_view pattern_;
  const bool in_path_;
  std::size_t literal_ = 0;  // how much of it stands before the first wildcard
  std::size_t at_ = 0;
  std::string glob_;
};

}  // namespace

std::optional<IgnorePattern> ParseIgnoreLine(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with('#')) return std::nullopt;
  line = TrimSpaces(line);
  IgnorePattern pattern;
  if (line.starts_with('!')) {
    pattern.negated = true;
    line.remove_prefix(1);
  }
  if (line.ends_with('/')) {
    pattern.directories_only = true;
    line.remove_suffix(1);
  }
  if (line.empty()) return std::nullopt;
  const bool in_path = line.find('/') != std::string_view::npos;
  if (line.starts_with('/')) line.remove_prefix(1);
  std::optional<std::string> glob = Translator(line, in_path).Translate();
  if (!glob) return std::nullopt;
  pattern.glob = in_path ? std::move(*glob) : "**/" + *glob;
  return pattern;
}

}  // namespace vexevt
