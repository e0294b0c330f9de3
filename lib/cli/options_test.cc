#include "lib/cli/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "lib/base/clock.h"
#include "lib/cli/help.h"
#include "lib/cli/option_docs.h"
#include "lib/cli/option_value.h"
#include "lib/cli/tool_main.h"
#include "lib/cli/usage_error.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Tool kTool = {.name = "vexevt-try", .summary = "try things", .usage = "[OPTION]... EXPRESSION [FILE]..."};

struct Parsed {
  CommonOptions common;
  std::string expression;
  std::string error;  // of usage; empty: none
};

Parsed Parse(std::vector<std::string> arguments) {
  Parsed parsed;
  CLI::App app;
  BuildApp(
      kTool,
      [&](CLI::App& tool) {
        AddText(tool, "EXPRESSION", "EXPRESSION", "what to keep", &parsed.expression)->required();
        AddCommonOptions(tool, kAllOptions, &parsed.common);
      },
      &app);
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    parsed.error = UsageMessage(app, error);
  }
  return parsed;
}

TEST(Options, AreReadWithTheirUnits) {
  Parsed parsed = Parse({"x", "-n", "10k", "--duration=1h30m", "--since", "2026-11-23T12:00:00Z", "--format", "json"});
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.common.count, 10'000u);
  EXPECT_EQ(parsed.common.duration_ns, 5400 * kNsPerSecond);
  EXPECT_EQ(parsed.common.since_ns, 1'795'435'200 * kNsPerSecond);
  EXPECT_EQ(parsed.common.until_ns, std::nullopt);
  EXPECT_EQ(parsed.common.format, Format::kJson);
}

TEST(Options, InputsComeFromOptionsAndOperands) {
  Parsed parsed = Parse({"x", "a", "-i", "b", "c", "--", "-d"});
  EXPECT_EQ(parsed.error, "");
  EXPECT_EQ(parsed.expression, "x");
  EXPECT_THAT(parsed.common.inputs, ::testing::UnorderedElementsAre("a", "b", "c", "-d"));
}

TEST(Options, BracketsArePartOfAName) {
  EXPECT_THAT(Parse({"x", "[a,b]", "[]"}).common.inputs, ElementsAre("[a,b]", "[]"));
}

TEST(Options, TheLastOfSeveralCounts) { EXPECT_EQ(Parse({"x", "-n1", "-n", "2"}).common.count, 2u); }

TEST(UsageMessage, NamesWhatIsWrong) {
  EXPECT_EQ(Parse({}).error, "missing EXPRESSION");
  EXPECT_EQ(Parse({"x", "--fromat=text"}).error, "unknown option '--fromat' (did you mean '--format'?)");
  EXPECT_EQ(Parse({"x", "-Z"}).error, "unknown option '-Z'");
  EXPECT_EQ(Parse({"x", "-n"}).error, "--count: an argument is missing");
  EXPECT_EQ(Parse({"x", "--output", ""}).error, "--output: the argument is empty");
  EXPECT_EQ(Parse({"x", "--format", "xml"}).error, "--format: 'xml' is none of frames|text|json|ndjson|csv|tsv|otlp");
  EXPECT_THAT(Parse({"x", "--duration", "5x"}).error, HasSubstr("--duration: invalid duration '5x'"));
}

TEST(Help, FitsATerminal) {
  CLI::App app;
  CommonOptions common;
  BuildApp(
      kTool, [&](CLI::App& tool) { AddCommonOptions(tool, kAllOptions, &common); }, &app);
  for (const std::string& help : {BriefHelp(kTool, app), FullHelp(kTool, app), FieldHelp()}) {
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 79u) << line;
  }
}

TEST(Help, NamesEveryOption) {
  CLI::App app;
  CommonOptions common;
  BuildApp(
      kTool, [&](CLI::App& tool) { AddCommonOptions(tool, kAllOptions, &common); }, &app);
  std::string help = FullHelp(kTool, app);
  std::size_t named = 0;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) continue;
    for (const std::string& name : option->get_lnames()) EXPECT_THAT(help, HasSubstr("--" + name));
    for (const std::string& name : option->get_snames()) EXPECT_THAT(help, HasSubstr("  -" + name));
    ++named;
  }
  EXPECT_GT(named, 15u);
}

TEST(Wrap, BreaksAtBlanksAndKeepsParagraphs) {
  EXPECT_EQ(Wrap("aa bb cc\ndd", 2, 7), "  aa bb\n  cc\n  dd\n");
  EXPECT_EQ(Wrap("a-very-long-word b", 1, 5), " a-very-long-word\n b\n");
}

}  // namespace
}  // namespace vexevt
