#include "lib/match/glob_parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

namespace vexevt {
namespace {

// Braces multiply: these bound what a hostile or careless glob can ask for.
constexpr std::size_t kMaxBranches = 1024;
constexpr std::size_t kMaxItems = 64 * 1024;
constexpr int kMaxBraceDepth = 32;

struct Item {
  enum Kind : std::uint8_t { kByte, kSet, kStar, kDeep } kind;
  unsigned char byte = 0;
  ByteSet set{};
};
using Row = std::vector<Item>;

ByteSet AnyButSlash() {
  ByteSet set;
  set.Invert();
  set.Remove('/');
  return set;
}

std::optional<ByteSet> NamedClass(std::string_view name) {
  struct Named {
    std::string_view name;
    int (*test)(int);
  };
  static constexpr Named kNamed[] = {{"alnum", std::isalnum}, {"alpha", std::isalpha}, {"blank", std::isblank},
                                     {"cntrl", std::iscntrl}, {"digit", std::isdigit}, {"graph", std::isgraph},
                                     {"lower", std::islower}, {"print", std::isprint}, {"punct", std::ispunct},
                                     {"space", std::isspace}, {"upper", std::isupper}, {"xdigit", std::isxdigit}};
  for (const Named& named : kNamed) {
    if (named.name != name) continue;
    ByteSet set;
    for (int byte = 0; byte < 128; ++byte) {
      if (named.test(byte)) set.Add(static_cast<unsigned char>(byte));
    }
    return set;
  }
  return std::nullopt;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<Row>> Parse() { return Sequence(0); }

 private:
  bool AtEnd() const { return at_ == text_.size(); }
  char Peek() const { return text_[at_]; }
  Status Error(std::size_t at, std::string_view what) const {
    return InvalidArgument(fmt::format("column {}: {}", at + 1, what));
  }

  // Up to the end, or when inside braces (depth > 0) up to the ',' or '}' that ends the alternative.
  Result<std::vector<Row>> Sequence(int depth) {
    std::vector<Row> rows(1);
    while (!AtEnd()) {
      const char c = Peek();
      if (depth > 0 && (c == ',' || c == '}')) break;
      if (c == '{') {
        VEXEVT_ASSIGN(std::vector<Row> alternatives, Braces(depth));
        VEXEVT_TRY(Multiply(rows, alternatives));
        continue;
      }
      VEXEVT_ASSIGN(Item item, Single());
      if (rows.size() * (rows[0].size() + 1) > kMaxItems) return Error(at_, "the glob is too long");
      for (Row& row : rows) row.push_back(item);
    }
    return rows;
  }

  Result<std::vector<Row>> Braces(int depth) {
    const std::size_t open = at_++;
    if (depth == kMaxBraceDepth) return Error(open, "braces are nested too deeply");
    std::vector<Row> alternatives;
    for (;;) {
      VEXEVT_ASSIGN(std::vector<Row> rows, Sequence(depth + 1));
      alternatives.insert(alternatives.end(), std::make_move_iterator(rows.begin()),
                          std::make_move_iterator(rows.end()));
      if (AtEnd()) return Error(open, "'{' without '}'");
      if (text_[at_++] == '}') break;
    }
    if (alternatives.size() > kMaxBranches) return Error(open, "the braces stand for more than 1024 alternatives");
    return alternatives;
  }

  Status Multiply(std::vector<Row>& rows, const std::vector<Row>& alternatives) {
    std::size_t items = 0;
    for (const Row& row : rows) items += row.size() * alternatives.size();
    for (const Row& row : alternatives) items += row.size() * rows.size();
    if (rows.size() * alternatives.size() > kMaxBranches || items > kMaxItems) {
      return Error(at_ - 1, "the braces stand for more than 1024 alternatives");
    }
    std::vector<Row> product;
    product.reserve(rows.size() * alternatives.size());
    for (const Row& head : rows) {
      for (const Row& tail : alternatives) {
        product.push_back(head);
        product.back().insert(product.back().end(), tail.begin(), tail.end());
      }
    }
    rows = std::move(product);
    return Status::Ok();
  }

  Result<Item> Single() {
    const std::size_t start = at_;
    const char c = text_[at_++];
    switch (c) {
      case '*': {
        const std::size_t end = std::min(text_.find_first_not_of('*', at_), text_.size());
        at_ = end;
        return Item{end - start > 1 ? Item::kDeep : Item::kStar};
      }
      case '?':
        return Item{Item::kSet, 0, AnyButSlash()};
      case '[':
        return Class(start);
      case '\\':
        if (AtEnd()) return Error(start, "'\\' at the end escapes nothing");
        return Byte(text_[at_++]);
      default:
        return Byte(c);
    }
  }

  static Item Byte(char c) {
    Item item{Item::kByte, static_cast<unsigned char>(c)};
    item.set.Add(item.byte);
    return item;
  }

  // As POSIX: ']' is itself when first, '-' when first or last; '!' or '^' first inverts.
  Result<Item> Class(std::size_t open) {
    Item item{Item::kSet};
    const bool invert = !AtEnd() && (Peek() == '!' || Peek() == '^');
    if (invert) ++at_;
    for (bool first = true;; first = false) {
      if (AtEnd()) return Error(open, "'[' without ']'");
      if (Peek() == ']' && !first) break;
      if (text_.substr(at_, 2) == "[:") {
        const std::size_t end = text_.find(":]", at_ + 2);
        if (end == text_.npos) return Error(at_, "'[:' without ':]'");
        const std::optional<ByteSet> named = NamedClass(text_.substr(at_ + 2, end - at_ - 2));
        if (!named) return Error(at_, fmt::format("unknown class '{}'", text_.substr(at_, end + 2 - at_)));
        for (unsigned byte = 0; byte < 256; ++byte) {
          if (named->Contains(static_cast<unsigned char>(byte))) item.set.Add(static_cast<unsigned char>(byte));
        }
        at_ = end + 2;
        continue;
      }
      const std::size_t start = at_;
      VEXEVT_ASSIGN(const unsigned char low, ClassByte(open));
      unsigned char high = low;
      if (at_ + 1 < text_.size() && Peek() == '-' && text_[at_ + 1] != ']') {
        ++at_;
        VEXEVT_ASSIGN(high, ClassByte(open));
        if (high < low) return Error(start, "the range ends before it starts");
      } else if (low == '/') {
        return Error(start, "a class never matches '/'");
      }
      item.set.AddRange(low, high);
    }
    ++at_;
    if (invert) item.set.Invert();
    item.set.Remove('/');
    if (item.set.empty()) return Error(open, "the class matches nothing");
    return item;
  }

  Result<unsigned char> ClassByte(std::size_t open) {
    if (Peek() == '\\') ++at_;
    if (AtEnd()) return Error(open, "'[' without ']'");
    return static_cast<unsigned char>(text_[at_++]);
  }

  const std::string_view text_;
  std::size_t at_ = 0;
};

// Two gaps in a row as one. "**/" and then '*' is any bytes again; '*' and then "**/" cannot be, as "**/" starts a
// component; of other pairs the wider one holds all.
GlobGap Join(GlobGap first, GlobGap second) {
  if (first == GlobGap::kDirs && second == GlobGap::kStar) return GlobGap::kDeep;
  return std::max(first, second);
}

GlobBranch ToBranch(const Row& row) {
  GlobBranch branch;
  GlobGap gap = GlobGap::kNone;
  bool at_component = true;  // at the start, or just after a '/'
  for (std::size_t i = 0; i < row.size(); ++i) {
    const Item& item = row[i];
    switch (item.kind) {
      case Item::kStar:
        gap = Join(gap, GlobGap::kStar);
        at_component = false;
        break;
      case Item::kDeep:
        if (at_component && i + 1 < row.size() && row[i + 1].kind == Item::kByte && row[i + 1].byte == '/') {
          gap = Join(gap, GlobGap::kDirs);
          ++i;
        } else {
          gap = Join(gap, GlobGap::kDeep);
          at_component = false;
        }
        break;
      default:
        branch.units.push_back({gap, item.kind == Item::kByte, item.byte, item.set});
        gap = GlobGap::kNone;
        at_component = item.kind == Item::kByte && item.byte == '/';
    }
  }
  branch.tail = gap;
  return branch;
}

void AppendByte(std::string& regex, unsigned char byte) {
  if (byte < 0x20 || byte >= 0x7f) {
    regex += fmt::format("\\x{:02x}", byte);
  } else {
    if (!std::isalnum(byte)) regex += '\\';
    regex += static_cast<char>(byte);
  }
}

void AppendSet(std::string& regex, ByteSet set) {
  // Most sets that hold a newline are inverted ones; written inverted they stay short.
  const bool invert = set.Contains('\n');
  if (invert) set.Invert();
  regex += invert ? "[^" : "[";
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (!set.Contains(static_cast<unsigned char>(byte))) continue;
    unsigned last = byte;
    while (last + 1 < 256 && set.Contains(static_cast<unsigned char>(last + 1))) ++last;
    AppendByte(regex, static_cast<unsigned char>(byte));
    if (last > byte) {
      if (last > byte + 1) regex += '-';
      AppendByte(regex, static_cast<unsigned char>(last));
    }
    byte = last;
  }
  regex += ']';
}

void AppendGap(std::string& regex, GlobGap gap) {
  switch (gap) {
    case GlobGap::kNone:
      break;
    case GlobGap::kStar:
      regex += "[^/]*";
      break;
    case GlobGap::kDirs:
      regex += "(?:.*/)?";
      break;
    case GlobGap::kDeep:
      regex += ".*";
      break;
  }
}

}  // namespace

Result<std::vector<GlobBranch>> ParseGlob(std::string_view glob) {
  VEXEVT_ASSIGN(const std::vector<Row> rows, Parser(glob).Parse());
  std::vector<GlobBranch> branches;
  branches.reserve(rows.size());
  for (const Row& row : rows) branches.push_back(ToBranch(row));
  return branches;
}

std::string BranchRegex(const GlobBranch& branch) {
  std::string regex;
  for (const GlobUnit& unit : branch.units) {
    AppendGap(regex, unit.gap);
    if (unit.literal) {
      AppendByte(regex, unit.byte);
    } else {
      AppendSet(regex, unit.set);
    }
  }
  AppendGap(regex, branch.tail);
  return regex;
}

}  // namespace vexevt
