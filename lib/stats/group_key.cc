#include "lib/stats/group_key.h"

#include <bit>
#include <cstring>

namespace vexevt {
namespace {

// In the order in which they stand in a key.
enum class Tag : char { kAbsent = 1, kBool, kUint, kInt, kReal, kWide, kText };

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

// Bytes in an order that compares as the numbers do.
void PutWord(std::uint64_t word, std::string* key) {
  const std::uint64_t big = __builtin_bswap64(word);
  key->append(reinterpret_cast<const char*>(&big), sizeof big);
}

// How many bytes it has, then those: small numbers are many, and keys of up to 15 bytes are kept in place.
void PutNumber(std::uint64_t number, std::string* key) {
  const auto bytes = static_cast<std::size_t>(std::bit_width(number) + 7) / 8;
  const std::uint64_t big = __builtin_bswap64(number);
  key->push_back(static_cast<char>(bytes));
  key->append(reinterpret_cast<const char*>(&big) + sizeof big - bytes, bytes);
}

// A NUL is written 00 FF, and the end 00 01, so that "a" stands before "a\0" and "ab" behind both. As in FoundationDB's
// tuples.
void PutText(std::string_view text, std::string* key) {
  while (const void* nul = text.empty() ? nullptr : std::memchr(text.data(), 0, text.size())) {
    const auto length = static_cast<std::size_t>(static_cast<const char*>(nul) - text.data()) + 1;
    key->append(text.data(), length);
    key->push_back('\xff');
    text.remove_prefix(length);
  }
  key->append(text);
  key->append("\0\x01", 2);
}

std::uint64_t OrderedReal(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return bits & kSignBit ? ~bits : bits | kSignBit;
}

double RealOf(std::uint64_t ordered) {
  return std::bit_cast<double>(ordered & kSignBit ? ordered & ~kSignBit : ~ordered);
}

struct KeyWriter {
  std::string* key;

  void Put(Tag tag) const { key->push_back(static_cast<char>(tag)); }
  void operator()(std::monostate) const { Put(Tag::kAbsent); }
  void operator()(bool value) const {
    Put(Tag::kBool);
    key->push_back(value ? 1 : 0);
  }
  void operator()(std::uint64_t value) const {
    Put(Tag::kUint);
    PutNumber(value, key);
  }
  void operator()(std::int64_t value) const {
    Put(Tag::kInt);
    PutWord(static_cast<std::uint64_t>(value) ^ kSignBit, key);
  }
  void operator()(double value) const {
    Put(Tag::kReal);
    PutWord(OrderedReal(value), key);
  }
  void operator()(const Wide& value) const {
    Put(Tag::kWide);
    PutWord(value.high, key);
    PutWord(value.low, key);
  }
  void operator()(std::string_view value) const {
    Put(Tag::kText);
    PutText(value, key);
  }
};

class KeyReader {
 public:
  explicit KeyReader(std::string_view key) : rest_(key) {}

  bool Read(FieldValue* value, std::string* text) {
    if (rest_.empty()) return false;
    const auto tag = static_cast<Tag>(rest_[0]);
    rest_.remove_prefix(1);
    std::uint64_t word = 0, low = 0;
    switch (tag) {
      case Tag::kAbsent:
        *value = std::monostate();
        return true;
      case Tag::kBool:
        if (rest_.empty()) return false;
        *value = rest_[0] != 0;
        rest_.remove_prefix(1);
        return true;
      case Tag::kUint:
        if (!GetNumber(&word)) return false;
        *value = word;
        return true;
      case Tag::kInt:
        if (!GetWord(&word)) return false;
        *value = static_cast<std::int64_t>(word ^ kSignBit);
        return true;
      case Tag::kReal:
        if (!GetWord(&word)) return false;
        *value = RealOf(word);
        return true;
      case Tag::kWide:
        if (!GetWord(&word) || !GetWord(&low)) return false;
        *value = Wide{word, low};
        return true;
      case Tag::kText:
        if (!GetText(text)) return false;
        *value = std::string_view(*text);
        return true;
    }
    return false;
  }
  bool done() const { return rest_.empty(); }

 private:
  bool GetWord(std::uint64_t* word) {
    if (rest_.size() < sizeof *word) return false;
    *word = __builtin_bswap64(Load<std::uint64_t>(rest_.data()));
    rest_.remove_prefix(sizeof *word);
    return true;
  }

  bool GetNumber(std::uint64_t* number) {
    const std::size_t bytes = rest_.empty() ? sizeof *number + 1 : static_cast<unsigned char>(rest_[0]);
    if (bytes > sizeof *number || rest_.size() <= bytes) return false;
    *number = 0;
    for (const char c : rest_.substr(1, bytes)) *number = *number << 8 | static_cast<unsigned char>(c);
    rest_.remove_prefix(1 + bytes);
    return static_cast<std::size_t>(std::bit_width(*number) + 7) / 8 == bytes;  // else there would be two keys of it
  }

  bool GetText(std::string* text) {
    text->clear();
    for (std::size_t nul = 0; (nul = rest_.find('\0')) + 1 < rest_.size();) {
      text->append(rest_.substr(0, nul));
      const char next = rest_[nul + 1];
      rest_.remove_prefix(nul + 2);
      if (next == '\x01') return true;
      if (next != '\xff') return false;
      text->push_back('\0');
    }
    return false;
  }

  std::string_view rest_;
};

}  // namespace

void ReadGroupKey(const EventView& event, const std::vector<Column>& by, std::string* key) {
  key->clear();
  for (const Column& column : by) std::visit(KeyWriter{key}, ReadColumn(event, column));
}

bool DecodeGroupKey(std::string_view key, std::size_t fields, std::vector<FieldValue>* values,
                    std::vector<std::string>* texts) {
  values->assign(fields, std::monostate());
  texts->resize(fields);
  KeyReader reader(key);
  for (std::size_t i = 0; i < fields; ++i) {
    if (!reader.Read(&(*values)[i], &(*texts)[i])) return false;
  }
  return reader.done();
}

}  // namespace vexevt
