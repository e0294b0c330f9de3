// Selections of Sigma, turned, against what the specification says of their values, tried byte by byte.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "lib/expr/expression.h"
#include "lib/sigma/selection.h"

namespace vexevt {
namespace {

struct Sample {
  std::string modifier;  // "", "contains" …
  bool all = false, cased = false;
  std::vector<std::string> values;
};

bool IsSameByte(char a, char b, bool cased) {
  if (cased) return a == b;
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

// Whether `value` stands for all of `text`.
bool StandsFor(std::string_view value, std::string_view text, bool cased) {
  if (value.empty()) return text.empty();
  const bool escapes = value[0] == '\\' && value.size() > 1 && std::string_view("*?\\").find(value[1]) != value.npos;
  if (!escapes && value[0] == '*') {
    for (std::size_t skipped = 0; skipped <= text.size(); ++skipped) {
      if (StandsFor(value.substr(1), text.substr(skipped), cased)) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  if (escapes) value.remove_prefix(1);
  const bool fits = (!escapes && value[0] == '?') || IsSameByte(value[0], text[0], cased);
  return fits && StandsFor(value.substr(1), text.substr(1), cased);
}

bool Holds(const Sample& sample, std::string_view value, std::string_view path) {
  for (std::size_t begin = 0; begin <= path.size(); ++begin) {
    if (begin > 0 && (sample.modifier.empty() || sample.modifier == "startswith")) break;
    for (std::size_t end = begin; end <= path.size(); ++end) {
      if (end < path.size() && (sample.modifier.empty() || sample.modifier == "endswith")) continue;
      if (StandsFor(value, path.substr(begin, end - begin), sample.cased)) return true;
    }
  }
  return false;
}

bool Holds(const Sample& sample, std::string_view path) {
  const auto holds = [&](const std::string& value) { return Holds(sample, value, path); };
  return sample.all ? std::ranges::all_of(sample.values, holds) : std::ranges::any_of(sample.values, holds);
}

std::string SomeText(std::string_view letters, int most) {
  std::string text;
  for (int left = *rc::gen::inRange(1, most + 1); left > 0; --left) {
    text += letters[*rc::gen::inRange<std::size_t>(0, letters.size())];
  }
  return text;
}

Sample SomeSample() {
  Sample sample;
  sample.modifier = *rc::gen::element<std::string>("", "contains", "startswith", "endswith");
  sample.all = *rc::gen::arbitrary<bool>();
  sample.cased = *rc::gen::arbitrary<bool>();
  for (int left = *rc::gen::inRange(1, 4); left > 0; --left) sample.values.push_back(SomeText("aB/*?\\.$('\"\n", 4));
  return sample;
}

YamlValue SelectionOf(const Sample& sample) {
  YamlValue key{.kind = YamlKind::kText, .text = "TargetFilename"};
  if (!sample.modifier.empty()) key.text += '|' + sample.modifier;
  if (sample.all) key.text += "|all";
  if (sample.cased) key.text += "|cased";
  YamlValue values{.kind = YamlKind::kList};
  for (const std::string& value : sample.values) values.list.push_back({.kind = YamlKind::kText, .text = value});
  YamlValue selection{.kind = YamlKind::kMap};
  selection.map.push_back({std::move(key), std::move(values)});
  return selection;
}

RC_GTEST_PROP(Sigma, ASelectionHoldsWhereItsValuesDo, ()) {
  const Sample sample = SomeSample();
  auto text = SelectionExpression("r.yml", SelectionOf(sample), *FindSigmaCategory("file_delete"));
  RC_ASSERT(text.ok());
  RC_LOG() << *text << "\n";
  auto compiled = CompileExpression(*text);
  // Values of which all are wanted can exclude each other: our expressions are refused then.
  if (!compiled.ok()) {
    RC_ASSERT(sample.all && compiled.status().message().find("can never hold") != std::string::npos);
    return;
  }
  bool ever = false;
  for (int i = 0; i < 20; ++i) {
    const std::string path = SomeText("abB/*?\\.$('\"\n", 5);
    Event event;
    event.payload = FsPayload{.path = path};
    std::vector<std::byte> frame;
    AppendFrame(event, &frame);
    EventView view;
    RC_ASSERT(EventView::Bind(frame, &view));
    const bool holds = Holds(sample, path);
    ever |= holds;
    RC_LOG() << fmt::format("of '{}'\n", path);
    RC_ASSERT(compiled->Matches(view) == holds);
  }
  RC_CLASSIFY(ever, "holds of a path");
}

}  // namespace
}  // namespace vexevt
