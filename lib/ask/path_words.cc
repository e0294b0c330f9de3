#include "lib/ask/path_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "lib/ask/rule_text.h"

namespace vexevt {
namespace {

bool IsText(const AskWord& word) { return !word.text.empty() && word.lower != ","; }
bool IsGlob(std::string_view text) { return text.find_first_of("*?[{") != std::string_view::npos; }
bool IsAbsolute(const AskWord& word) { return !word.text.empty() && word.text.front() == '/'; }

// ".log", not "." nor "..".
bool IsEnding(std::string_view text) {
  return text.size() > 1 && text.front() == '.' && text[1] != '.' && text.find('/') == std::string_view::npos;
}

bool StandsAsPath(const AskWord& word) {
  return IsText(word) && (word.quoted || IsAbsolute(word) || IsGlob(word.text) || IsEnding(word.text));
}

std::string WithoutSlash(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return std::string(path);
}

struct Test {
  std::string_view field, op;
  std::string value;
};

// What a word says of a file's path, or of path2, of which there is no field for the name alone.
Test TestOf(std::string_view field, const std::string& text) {
  const bool second = field == "path2";
  const std::string_view name = second ? field : "name";
  if (text.front() == '/') {
    if (IsGlob(text)) return {field, "glob", text};
    return {field, "=", WithoutSlash(text)};
  }
  if (IsGlob(text)) return {name, "glob", second ? "**/" + text : text};
  if (second) return {name, "endswith", IsEnding(text) ? text : "/" + text};
  return {name, "=", text};
}

std::string AnyOfTests(const std::vector<Test>& tests) {
  std::vector<std::string> values, conditions;
  for (const Test& test : tests) {
    values.push_back(test.value);
    conditions.push_back(fmt::format("{} {} {}", test.field, test.op, ValueText(test.value)));
  }
  const auto alike = [&](const Test& test) { return test.op == "=" && test.field == tests[0].field; };
  return std::ranges::all_of(tests, alike) ? EqualToAny(tests[0].field, values) : JoinedByOr(conditions);
}

// Words for which `stands` holds, joined by "or"; empty where the first is none.
template <typename Stands>
std::vector<std::string> ReadList(WordReader& words, Stands stands) {
  std::vector<std::string> texts;
  std::size_t behind = words.at();
  for (;;) {
    const AskWord* const word = words.Peek();
    if (word == nullptr || !stands(*word)) break;
    texts.push_back(word->text);
    words.Advance();
    behind = words.at();
    if (!words.TakeOr()) break;
  }
  words.GoBack(behind);
  return texts;
}

}  // namespace

std::optional<std::string> ReadPaths(WordReader& words, std::string_view field) {
  words.Expect("a path, as in /etc/passwd or *.log");
  std::vector<Test> tests;
  for (const std::string& text : ReadList(words, StandsAsPath)) {
    const bool ending = field == "path" && IsEnding(text) && !IsGlob(text);
    tests.push_back(ending ? Test{"name", "endswith", text} : TestOf(field, text));
  }
  if (tests.empty()) return {};
  return AnyOfTests(tests);
}

std::optional<std::string> ReadNamesOfFiles(WordReader& words) {
  words.Expect("a name, as in core or *.log");
  std::vector<Test> tests;
  for (const std::string& text : ReadList(words, IsText)) tests.push_back(TestOf("path", text));
  if (tests.empty()) return {};
  return AnyOfTests(tests);
}

std::vector<std::string> ReadFolders(WordReader& words) {
  words.Expect("a folder, as in /etc");
  std::vector<std::string> folders = ReadList(words, IsAbsolute);
  for (std::string& folder : folders) folder = WithoutSlash(folder);
  return folders;
}

std::vector<std::string> ReadTexts(WordReader& words, std::string_view what) {
  words.Expect(what);
  return ReadList(words, IsText);
}

}  // namespace vexevt
