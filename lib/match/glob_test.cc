#include "lib/match/glob.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "lib/match/regex.h"

namespace vexevt {
namespace {

bool Matches(std::string_view glob, std::string_view text) {
  const Result<Glob> compiled = Glob::Compile(glob);
  EXPECT_TRUE(compiled.ok()) << glob << ": " << compiled.status().message();
  const Result<Regex> regex = Regex::Compile(compiled->regex());
  EXPECT_TRUE(regex.ok()) << compiled->regex();
  EXPECT_EQ(compiled->Matches(text), regex->Matches(text)) << "'" << glob << "' and its regex on '" << text << "'";
  return compiled->Matches(text);
}

std::string Error(std::string_view glob) { return Glob::Compile(glob).status().message(); }

TEST(Glob, StarsStopAtSlashesAndDoubleStarsDoNot) {
  EXPECT_TRUE(Matches("/a/*", "/a/b"));
  EXPECT_TRUE(Matches("/a/*", "/a/"));
  EXPECT_FALSE(Matches("/a/*", "/a/b/c"));
  EXPECT_TRUE(Matches("/a/**", "/a/b/c"));
  EXPECT_TRUE(Matches("/a/**", "/a/"));
  EXPECT_FALSE(Matches("/a/**", "/a"));
  EXPECT_FALSE(Matches("/a/**", "/ab/c"));
  EXPECT_TRUE(Matches("/a**z", "/ab/cz"));
  EXPECT_TRUE(Matches("a?c", "abc"));
  EXPECT_FALSE(Matches("a?c", "a/c"));
  EXPECT_TRUE(Matches("/*/x*y/?", "/q/xzzy/1"));
  EXPECT_FALSE(Matches("/*/x*y/?", "/q/r/xy/1"));
  EXPECT_TRUE(Matches("", ""));
  EXPECT_FALSE(Matches("", "a"));
}

TEST(Glob, DoubleStarSlashAlsoStandsForNothing) {
  EXPECT_TRUE(Matches("/a/**/b", "/a/b"));
  EXPECT_TRUE(Matches("/a/**/b", "/a/x/y/b"));
  EXPECT_FALSE(Matches("/a/**/b", "/a/xb"));
  EXPECT_TRUE(Matches("**/b", "b"));
  EXPECT_TRUE(Matches("**/b", "/b"));
  EXPECT_FALSE(Matches("**/b", "ab"));
  EXPECT_TRUE(Matches("**/.git/**", "/home/x/.git/config"));
  EXPECT_TRUE(Matches("**/.git/**", ".git/config"));
  EXPECT_FALSE(Matches("**/.git/**", "/home/x.git/config"));
  EXPECT_TRUE(Matches("**/a.git/**", "/xa.git/a.git/config"));  // the second place counts
  EXPECT_TRUE(Matches("/a/**/**/b", "/a/b"));
  EXPECT_TRUE(Matches("{,x/}**/b", "b"));
  EXPECT_FALSE(Matches("x**/b", "xb"));  // not at the start of a component
}

TEST(Glob, ShapesOfRealRules) {
  EXPECT_TRUE(Matches("/home/**/*.py", "/home/a.py"));
  EXPECT_TRUE(Matches("/home/**/*.py", "/home/b/c/a.py"));
  EXPECT_FALSE(Matches("/home/**/*.py", "/home/b/c/a.pyc"));
  EXPECT_FALSE(Matches("/home/**/*.py", "/home.py"));
  EXPECT_TRUE(Matches("*.log", "a.log"));
  EXPECT_FALSE(Matches("*.log", "/a.log"));
  EXPECT_TRUE(Matches("**/*.{c,h}", "/usr/include/x.h"));
  EXPECT_TRUE(Matches("/srv/*/logs/**/*-[0-9][0-9].{gz,xz}", "/srv/web/logs/a/b-07.xz"));
  EXPECT_FALSE(Matches("/srv/*/logs/**/*-[0-9][0-9].{gz,xz}", "/srv/web/x/logs/a/b-07.xz"));
  EXPECT_FALSE(Matches("ab**bc", "abc"));  // the ends do not overlap
  EXPECT_TRUE(Matches("**secret**", "/x/my secret/y"));
}

TEST(Glob, Classes) {
  EXPECT_TRUE(Matches("[a-c]x", "bx"));
  EXPECT_FALSE(Matches("[!a-c]x", "bx"));
  EXPECT_TRUE(Matches("[^a-c]x", "dx"));
  EXPECT_FALSE(Matches("[!a]", "/"));
  EXPECT_FALSE(Matches("[+-9]", "/"));
  EXPECT_TRUE(Matches("[]x]", "]"));
  EXPECT_TRUE(Matches("[!]]", "x"));
  EXPECT_TRUE(Matches("[a-]", "-"));
  EXPECT_TRUE(Matches("[[:digit:]_]", "7"));
  EXPECT_TRUE(Matches("[\\]]", "]"));
  EXPECT_TRUE(Matches("[\\\\-a]", "^"));
}

TEST(Glob, EveryByteIsAByte) {
  EXPECT_TRUE(Matches("/a/*", "/a/\xff\n\x01"));
  EXPECT_TRUE(Matches("?", "\n"));
  EXPECT_FALSE(Matches("?", "\xc3\xa9"));  // bytes, not characters
  EXPECT_TRUE(Matches("[!\xff]", "\xfe"));
  EXPECT_TRUE(Matches("a\nb**", "a\nb\n"));
  EXPECT_TRUE(Matches("\\*\\{\\[\\?\\\\", "*{[?\\"));
}

TEST(Glob, BracesNestAndMayBeEmpty) {
  EXPECT_TRUE(Matches("a{b,c{d,e}}f", "acef"));
  EXPECT_FALSE(Matches("a{b,c{d,e}}f", "acf"));
  EXPECT_TRUE(Matches("a{,b}", "a"));
  EXPECT_TRUE(Matches("a,b}", "a,b}"));
  EXPECT_EQ(Glob::Compile("{a,b}{c,d}")->alternatives().size(), 4u);
}

TEST(Glob, LongGlobsUseSeveralWords) {
  std::string glob, text;
  for (int i = 0; i < 40; ++i) glob += "[ab]*x/**/", text += "a--x/";
  EXPECT_TRUE(Matches(glob + "end", text + "end"));
  EXPECT_TRUE(Matches(glob + "end", text + "in/between/end"));
  EXPECT_FALSE(Matches(glob + "end", text + "in/betweenend"));
}

TEST(Glob, TakesLinearTimeOnHostileInput) {
  std::string glob = "**";
  for (int i = 0; i < 30; ++i) glob += "a*a**";
  EXPECT_FALSE(Glob::Compile(glob + "b")->Matches(std::string(4095, 'a')));  // exponential for a backtracking matcher
}

TEST(Glob, ErrorsNameTheColumn) {
  EXPECT_EQ(Error("/a/[b"), "column 4: '[' without ']'");
  EXPECT_EQ(Error("/a/{b,[c]"), "column 4: '{' without '}'");
  EXPECT_EQ(Error("abc\\"), "column 4: '\\' at the end escapes nothing");
  EXPECT_EQ(Error("[b-a]"), "column 2: the range ends before it starts");
  EXPECT_EQ(Error("x[a/]"), "column 4: a class never matches '/'");
  EXPECT_EQ(Error("[[:foo:]]"), "column 2: unknown class '[:foo:]'");
  EXPECT_THAT(Error("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"),
              testing::HasSubstr("1024 alternatives"));
  EXPECT_THAT(Error(std::string(100, '{')), testing::HasSubstr("nested too deeply"));
  std::string states;
  for (int i = 0; i < 5000; ++i) states += "*a";
  EXPECT_THAT(Error(states), testing::HasSubstr("longer than"));
}

TEST(Glob, TellsAnIndexItsLiterals) {
  const auto only = [](std::string_view glob) { return Glob::Compile(glob)->alternatives().at(0); };
  EXPECT_TRUE(only("/etc/passwd").IsLiteral());
  EXPECT_TRUE(only("/etc/**").IsPrefix());
  EXPECT_TRUE(only("**/*.py").IsSuffix());
  EXPECT_TRUE(only("**x**").IsContains());
  EXPECT_FALSE(only("**/x/**").IsContains());
  const GlobAlternative both = only("/srv/*/node_modules/**/*.js");
  EXPECT_EQ(both.prefix(), "/srv/");
  EXPECT_EQ(both.inner(), "node_modules/");
  EXPECT_TRUE(both.inner_starts_component());
  EXPECT_EQ(both.suffix(), ".js");
  EXPECT_FALSE(only("/a/*tmp*").inner_starts_component());
}

// What RE2 miscompiles (https://github.com/google/re2/issues/477).
TEST(Regex, FindsBytesAbove7fThatAlternativesBeginWith) {
  const auto matches = [](std::string_view pattern, std::string_view text) {
    const Result<Regex> regex = Regex::Compile(pattern);
    EXPECT_TRUE(regex.ok()) << pattern;
    return regex.ok() && regex->Matches(text);
  };
  EXPECT_TRUE(matches("données\\.txt|données\\.csv", "/srv/données.csv"));
  EXPECT_FALSE(matches("données\\.txt|données\\.csv", "/srv/donn\xc3\x83\xc2\xa9s.csv"));
  EXPECT_TRUE(matches("/(é|è)$", "/è"));
  EXPECT_TRUE(matches("\\xff|\\xffa", "\xff"));
  EXPECT_TRUE(matches("\\377a|\\377b",
                      "\xff"
                      "b"));
  EXPECT_TRUE(matches("(?i)\xe9|\xe9x", "\xc9"));
  EXPECT_TRUE(matches("^(\xfe|\xfe\xfe).[^a]$", "\xfe\x80\n"));
  EXPECT_FALSE(matches("^(\xfe|\xfe\xfe).$", "\xfe\x80\x80\x80"));
  EXPECT_EQ(Regex::Compile("é|é(").status().message(), "column 1: missing ): 'é|é('");
}

TEST(Regex, SearchesBytes) {
  const Result<Regex> regex = Regex::Compile("b.\xff$");
  ASSERT_TRUE(regex.ok());
  EXPECT_TRUE(regex->Matches("ab\n\xff"));
  EXPECT_FALSE(regex->Matches("ab\n\xff\n"));
}

TEST(Regex, ErrorsNameThePiece) {
  EXPECT_EQ(Regex::Compile("ab(c").status().message(), "column 1: missing ): 'ab(c'");
  EXPECT_EQ(Regex::Compile("ab[z-a]").status().message(), "column 4: invalid character class range: 'z-a'");
  EXPECT_EQ(Regex::Compile("a(?=b)").status().message(), "column 2: invalid perl operator: '(?='");
  EXPECT_EQ(Regex::Compile("((a{100}){100}){100}").status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace vexevt
