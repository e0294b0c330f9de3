#include "lib/react/filled_text.h"

#include <fmt/format.h>

#include <utility>

namespace vexevt {
namespace {

constexpr std::string_view kJsonForm = ":json";

Status At(std::size_t offset, std::string_view what) {
  return InvalidArgument(fmt::format("{}: {}", offset + 1, what));
}

// Percent-encodes all from `start` on but what RFC 3986 calls unreserved.
void EncodeFrom(std::size_t start, std::string* out) {
  static constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  const std::string value = out->substr(start);
  out->resize(start);
  for (const char c : value) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      out->push_back(c);
    } else {
      out->append(fmt::format("%{:02X}", static_cast<unsigned char>(c)));
    }
  }
}

}  // namespace

Result<FilledText::Place> FilledText::PlaceOf(std::string_view name) {
  struct Word {
    std::string_view name;
    Kind kind;
  };
  static constexpr Word kWords[] = {
      {"run", Kind::kRun}, {"step", Kind::kStep}, {"key", Kind::kKey}, {"count", Kind::kCount}};
  Place place;
  for (const Word& word : kWords) {
    if (name != word.name) continue;
    place.kind = word.kind;
    return place;
  }
  if (name.ends_with(kJsonForm)) {
    place.form = ValueForm::kJson;
    name.remove_suffix(kJsonForm.size());
  }
  VEXEVT_ASSIGN(place.column, ParseColumn(name));
  return place;
}

Result<FilledText> FilledText::Compile(std::string_view text, FilledAs as) {
  FilledText compiled;
  compiled.source_ = text;
  compiled.as_ = as;
  std::string literal;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const std::string_view rest = text.substr(i + 1);
    if (c != '{' && c != '}') {
      literal += c;
    } else if (rest.starts_with(c)) {
      literal += c;
      ++i;
    } else if (c == '}') {
      return At(i, "'}' without '{' (for the character, write '}}')");
    } else {
      const std::size_t close = rest.find('}');
      if (close == std::string_view::npos) return At(i, "'{' without '}' (for the character, write '{{')");
      auto place = PlaceOf(rest.substr(0, close));
      if (!place.ok()) return At(i + 1, place.status().message());
      place->before = std::exchange(literal, {});
      compiled.places_.push_back(std::move(*place));
      i += close + 1;
    }
  }
  compiled.end_ = std::move(literal);
  return compiled;
}

FilledText FilledText::Plain(std::string text) {
  FilledText plain;
  plain.source_ = text;
  plain.end_ = std::move(text);
  return plain;
}

std::vector<const Field*> FilledText::fields() const {
  std::vector<const Field*> fields;
  for (const Place& place : places_) {
    if (place.column.field != nullptr) fields.push_back(place.column.field);
  }
  return fields;
}

Status FilledText::Append(const Filling& with, std::string* out) const {
  const std::size_t start = out->size();
  const auto refuse = [&](const Place& place, std::string_view what) {
    out->resize(start);
    return InvalidArgument(fmt::format("{} '{}'", what, place.column.name));
  };
  for (const Place& place : places_) {
    out->append(place.before);
    const std::size_t value = out->size();
    switch (place.kind) {
      case Kind::kRun:
        out->append(with.run);
        break;
      case Kind::kStep:
        out->append(with.step);
        break;
      case Kind::kKey:
        out->append(with.key);
        break;
      case Kind::kCount:
        out->append(fmt::format_int(with.count).str());
        break;
      case Kind::kField:
        if (!AppendValue(with.event, place.column, place.form, out)) return refuse(place, "the event has no");
        break;
    }
    const std::string_view refused =
        as_ == FilledAs::kHeader ? std::string_view("\0\r\n", 3) : std::string_view("\0", 1);
    if (out->find_first_of(refused, value) != std::string::npos) return refuse(place, "a control character in");
    if (as_ == FilledAs::kUrl) EncodeFrom(value, out);
  }
  out->append(end_);
  return {};
}

}  // namespace vexevt
