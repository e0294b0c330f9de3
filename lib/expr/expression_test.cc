#include "lib/expr/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lib/event/encode.h"
#include "lib/event/testing/samples.h"
#include "lib/match/string_set.h"

namespace vexevt {
namespace {

// A frame and the view into it.
struct Bound {
  std::vector<std::byte> frame;
  EventView view;

  explicit Bound(const Event& event) {
    AppendFrame(event, &frame);
    EXPECT_TRUE(EventView::Bind(frame, &view));
  }
};

NamedLists Lists() {
  NamedLists lists;
  EXPECT_TRUE(lists.Add("compilers", {"cc1plus", "clang"}).ok());
  EXPECT_TRUE(lists.Add("ids", {"7", "1000", "0x20"}).ok());
  EXPECT_TRUE(lists.Add("folders", {"/srv/build/", "/etc"}).ok());
  EXPECT_TRUE(lists.Add("nothing", {}).ok());
  EXPECT_TRUE(lists.Add("editors", {"vim", "x"}).ok());
  return lists;
}

bool Matches(std::string_view text, const Event& event) {
  auto expression = CompileExpression(text, Lists());
  EXPECT_TRUE(expression.ok()) << text << ": " << expression.status().message();
  return expression.ok() && expression->Matches(Bound(event).view);
}

std::string ErrorOf(std::string_view text) {
  auto expression = CompileExpression(text, Lists());
  EXPECT_FALSE(expression.ok()) << text;
  if (expression.ok()) return "";
  EXPECT_EQ(expression.status().code(), StatusCode::kInvalidArgument);
  return expression.status().message();
}

const Event& Created() {
  static const std::vector<Event> events = SampleEvents();
  return events[1];
}
const Event& Renamed() {
  static const std::vector<Event> events = SampleEvents();
  return events[2];
}

struct Case {
  std::string_view text;
  bool created, renamed;  // whether it holds for that event
};

class ComparisonTest : public testing::TestWithParam<Case> {};

TEST_P(ComparisonTest, HoldsOrNot) {
  EXPECT_EQ(Matches(GetParam().text, Created()), GetParam().created) << GetParam().text;
  EXPECT_EQ(Matches(GetParam().text, Renamed()), GetParam().renamed) << GetParam().text;
}

constexpr Case kCases[] = {
    {"type = fs.create", true, false},
    {"type != fs.create", false, true},
    {"type = fs.*", true, true},
    {"type in (fs.delete, fs.rename)", false, true},
    {"type not in (graph.*, fs.rename)", true, false},
    {"type in (graph.*, 0x0101)", true, false},
    {"boundary = kernel", true, true},
    {"boundary in (fuse, user)", false, false},
    {"priority >= normal", true, true},
    {"priority > normal", false, false},
    {"uid = 1000", true, true},
    {"uid != 1000", false, false},
    {"uid in (0, 7)", false, false},
    {"uid in $ids", true, true},
    {"uid in ($ids, 5)", true, true},
    {"uid not in $nothing", true, true},
    {"uid in $nothing", false, false},
    {"uid < 1000", false, false},
    {"uid <= 1000", true, true},
    {"uid > 999", true, true},
    {"pid in (4711)", true, true},
    {"tid = 4712", false, true},
    {"tid != 4712", true, false},
    {"tid exists", false, true},
    {"size >= 4K", true, false},
    {"size < 4KB", false, true},
    {"size = 4096", true, false},
    {"mode = 0644", false, false},
    {"mode = 100644", true, false},
    {"mode has 0444", true, false},
    {"mode has 0600", true, true},
    {"device = 8:1", true, false},
    {"result = ENOENT", false, true},
    {"result = 0", true, false},
    {"result > -1", true, true},
    {"result < 0", false, false},
    {"latency > 1us", false, true},
    {"latency = 1500ns", false, true},
    {"time >= 2026-11-23T12:00:00Z", true, true},
    {"time < \"2026-11-23T13:00:00.123456789+01:00\"", false, false},
    {"path = /srv/build/obj/status.o", true, false},
    {"path = \"/srv/\\xff\\n\\\"old\"", false, true},
    {"path under /srv", true, true},
    {"path under /srv/", true, true},
    {"path under /sr", false, false},
    {"path under /", true, true},
    {"path under /srv/build/obj/status.o", true, false},
    {"path under (/etc, /srv/build)", true, false},
    {"path under $folders", true, false},
    {"path under ($folders, /, /x, /y, /z)", true, true},
    {"path startswith /srv/b", true, false},
    {"path endswith .o", true, false},
    {"path contains build", true, false},
    {"path glob /srv/**", true, true},
    {"path glob /srv/*", false, true},
    {"path glob **/*.o", true, false},
    {"path glob \"**/*.{c,o}\"", true, false},
    {"path matches \"\\\\.(o|a)$\"", true, false},
    {"path matches \\.o$", true, false},
    {"path2 exists", false, true},
    {"path2 = /srv/new", false, true},
    {"name = status.o", true, false},
    {"name != status.o", false, true},
    {"dir = /srv/build/obj", true, false},
    {"ext in (c, o)", true, false},
    {"ext exists", true, false},
    {"comm = cc1plus", true, true},
    {"comm in (a, b, c, d, e, cc1plus)", true, true},
    {"comm not in (a, b, c, d, e, cc1plus)", false, false},
    {"comm in $compilers", true, true},
    {"comm not in ($compilers, x)", false, false},
    {"tenant = acme", false, true},
    {"tenant != acme", true, false},
    {"session = session-9", false, true},
    {"trace = 00000000000000010000000000000002", false, true},
    {"span = 3", false, true},
    {"span exists", false, true},
    {"hlc = 1122334455660001", false, true},
    {"id = 0123456789abcdef000000000000002a", true, false},
    {"directory", false, false},
    {"not directory", true, true},
    {"directory = false", true, true},
    {"directory in (true, false)", true, true},
    {"graph.node = x", false, false},
    {"graph.node != x", true, true},
    {"graph.results > 0", false, false},
    {"not graph.results > 0", true, true},
    {"gap.lost exists", false, false},
    {"attr.note exists", false, true},
    {"attr.note = \"h\xc3\xa9\"", false, true},
    {"attr.note startswith h", false, true},
    {"attr.n = -5", false, true},
    {"attr.n < 0.5", false, true},
    {"attr.n in (1, -5.0)", false, true},
    {"attr.n = five", false, false},
    {"attr.ratio >= 0.25", false, true},
    {"attr.ratio != 0.25", true, false},
    {"attr.ok", false, true},
    {"attr.ok = false", false, false},
    {"attr.raw = \"\\x01\\x02\"", false, true},
    {"attr.none = 1", false, false},
    {"attr.none not in (1, 2)", true, true},
    {"timeofday in (13:00-14:00)", true, true},  // 13:00:00.1 UTC
    {"timeofday in (23:00-13:00)", false, false},
    {"timeofday in (14:00-15:00) zone Europe/Berlin", true, true},
    {"timeofday >= 13:00", true, true},
    {"timeofday < 13:00", false, false},
    {"weekday = mon", true, true},
    {"weekday in (tue-sun)", false, false},
    {"weekday in (sun-mon)", true, true},
    {"uid = 1000 and size > 1K", true, false},
    {"uid = 0 or size > 1K", true, false},
    {"not (uid = 0 or size > 1K)", false, true},
    {"! uid = 0 && (type = fs.rename || ext = o)", true, true},
    {"type = fs.create and path glob \"/srv/**/*.o\" and not comm in (rsync, cp) and size > 1K", true, false},
};
INSTANTIATE_TEST_SUITE_P(Sample, ComparisonTest, testing::ValuesIn(kCases));

struct ErrorCase {
  std::string_view text, error;
};
class ErrorTest : public testing::TestWithParam<ErrorCase> {};

TEST_P(ErrorTest, SaysWhereAndWhat) { EXPECT_EQ(ErrorOf(GetParam().text), GetParam().error); }

constexpr ErrorCase kErrors[] = {
    {"", "1: the expression is empty"},
    {"uid = 0 and pth = /x", "13: unknown field 'pth' (did you mean 'path'?)"},
    {"pth = /x", "1: unknown field 'pth' (did you mean 'path'?)"},
    {"path = ", "8: expected a value after '=', not the end"},
    {"path ~ x", "6: expected an operator after 'path', not '~' (did you mean 'matches'?)"},
    {"path equals /x", "6: expected an operator after 'path', not 'equals'"},
    {"path glob", "10: expected a value after 'glob', not the end"},
    {"path glob \"[a\"", "11: glob '[a': column 1: '[' without ']'"},
    {"path matches \"(\"", "14: regex '(': column 1: missing ): '('"},
    {"path matches \"a**\"", "14: regex 'a**': column 2: bad repetition operator: '**'"},
    {"uid = root", "7: 'uid' is compared with a number, not with 'root'"},
    {"uid = -1", "7: 'uid' is never negative"},
    {"uid = 5000000000", "1: this can never hold: 'uid' is at most 4294967295"},
    {"uid != 5000000000", "1: this always holds: 'uid' is at most 4294967295"},
    {"uid < 0", "1: this can never hold: no 'uid' is below 0"},
    {"size < 0", "1: this can never hold: no 'size' is below 0"},
    {"size > 10X", "8: 'size' is compared with a size as 4096, 10M or 1KB, not with '10X'"},
    {"pid = 0", "1: this can never hold: a 'pid' of 0 means that there is none: ask 'pid exists'"},
    {"span = 0", "1: this can never hold: a 'span' of 0 means that there is none: ask 'span exists'"},
    {"type = fs.craete", "8: unknown type 'fs.craete' (did you mean 'fs.create'?)"},
    {"type = fs", "8: unknown type 'fs' (did you mean 'fs.*'?)"},
    {"type = foo.*", "8: unknown type 'foo.*'"},
    {"type = 0x99999", "8: unknown type '0x99999'"},
    {"type < fs.create", "6: 'type' is a type, which has no '<'"},
    {"type contains fs", "6: 'type' is a type, which has no 'contains'"},
    {"type = fs.create and type = fs.delete", "22: this can never hold together with 'type = fs.create' at column 1"},
    {"type = fs.create and uid = 3 and type in (graph.*)",
     "34: this can never hold together with 'type = fs.create' at column 1"},
    {"size > 10M and size < 1M", "16: this can never hold together with 'size > 10M' at column 1"},
    {"comm = a and comm = b", "14: this can never hold together with 'comm = a' at column 1"},
    {"comm = \"\"", "1: this can never hold: an empty 'comm' is as none: ask 'comm exists'"},
    {"name = a/b", "1: this can never hold: 'name' is the last part of a path, without '/'"},
    {"ext = .py", "1: this can never hold: 'ext' is what follows the last '.' of the name, without it"},
    {"priority = urgent", "12: unknown priority 'urgent': known are critical, high, normal, low, background"},
    {"boundary = kernal", "12: unknown boundary 'kernal' (did you mean 'kernel'?)"},
    {"result = ENOFILE", "10: 'result' is compared with an error as ENOENT, or 0, not with 'ENOFILE'"},
    {"time > now-1h",
     "8: 'now-1h' is not known here, as an expression decides on a recording as it did live: give the time, or use "
     "--since and --until"},
    {"time > 2026-11-23", "8: '2026-11-23' has no zone: end it with Z or +01:00"},
    {"time > \"2026-11-23 12:00\"", "8: '2026-11-23 12:00' has no zone: end it with Z or +01:00"},
    {"mode has 0", "10: no bits are asked for"},
    {"mode has 9", "10: 'mode' is compared with an octal number, not with '9'"},
    {"mode = 8", "8: 'mode' is compared with an octal number, not with '8'"},
    {"device = 5", "10: 'device' is compared with a device as 8:1, not with '5'"},
    {"id = 12", "6: 'id' is compared with an id of 32 hexadecimal digits, not with '12'"},
    {"comm in rsync", "9: 'in' takes a list, (a, b) or $name, not 'rsync'"},
    {"comm in $editor", "9: unknown list '$editor' (did you mean '$editors'?)"},
    {"comm in (a, b", "9: the list that begins here has no ')'"},
    {"comm in ()", "10: expected a value after '(', not ')'"},
    {"comm = $editors", "8: a list stands after 'in' or 'under', not after '='"},
    {"comm = and", "8: expected a value after '=', not 'and' (as a value it is quoted: \"and\")"},
    {"comm = a b", "10: expected 'and', 'or' or the end, not 'b'"},
    {"comm = a or", "12: expected a field, not the end"},
    {"(comm = a", "1: '(' has no ')'"},
    {"comm = a)", "9: ')' has no '(' before it"},
    {"not", "4: expected a field, not the end"},
    {"path", "5: 'path' is text, so it is compared with something, or 'path exists'"},
    {"directory and", "14: expected a field, not the end"},
    {"directory = maybe", "13: 'directory' is compared with true or false, not with 'maybe'"},
    {"comm = 'x'", "8: text is quoted with \"…\", not with '…'"},
    {"comm = \"x", "8: the text that begins here has no closing '\"'"},
    {"comm = \"\\q\"", "9: unknown escape: known are \\n \\t \\\\ \\\" \\xNN (a backslash itself is written \\\\)"},
    {"comm = \"\\x1\"", "9: '\\x' takes two hexadecimal digits"},
    {"$editors = a", "1: expected a field, not '$editors'"},
    {"timeofday = 08:00", "11: 'timeofday' is compared by 'in (08:00-18:00)' and '<' '>='"},
    {"timeofday in (08:00)", "15: '08:00' is not a range of times as 08:00-18:00"},
    {"timeofday in (8-18)", "15: '8-18' is not a range of times as 08:00-18:00"},
    {"timeofday in (08:00-18:00) zone Europe/Berln",
     "33: unknown time zone 'Europe/Berln': there is no '/usr/share/zoneinfo/Europe/Berln'"},
    {"timeofday in (08:00-18:00) zone ../../etc/passwd", "33: '../../etc/passwd' is not the name of a time zone"},
    {"timeofday < 00:00", "1: this can never hold: a day has 24 hours"},
    {"weekday = monday", "11: 'monday' is not a day as mon, or days as mon-fri"},
    {"weekday > mon", "9: 'weekday' is compared by '=', '!=' and 'in (mon-fri, sun)'"},
    {"comm = a zone UTC", "15: 'zone' belongs to 'timeofday' and 'weekday'"},
    {"attr. = x", "1: 'attr.' is followed by the key of an attribute"},
    {"attr.k > x", "10: 'x' is not a number, and attributes are ordered by number alone"},
    {"attr.k has 1", "8: 'has' is for 'mode' and whole numbers of the schema"},
    {"comm not startswith a", "10: after a field 'not' stands only before 'in': write 'not FIELD …'"},
    {"comm & a", "6: '&' is written '&&' or 'and'"},
    {"uid in $editors", "8: list 'editors': 'uid' is compared with a number, not with 'vim'"},
    {"priority > critical", "1: this can never hold: no 'priority' is above critical"},
    {"priority < background", "1: this can never hold: no 'priority' is below background"},
    {"uid >= 5000000000", "1: this can never hold: no 'uid' is at or above 5000000000"},
    {"mode = 7777777", "1: this can never hold: 'mode' is at most 177777"},
};
INSTANTIATE_TEST_SUITE_P(Each, ErrorTest, testing::ValuesIn(kErrors));

TEST(LimitsTest, NestingIsBounded) {
  std::string deepest = std::string(200, '(') + "directory" + std::string(200, ')');
  EXPECT_TRUE(CompileExpression(deepest).ok());
  EXPECT_EQ(ErrorOf("(" + deepest + ")"), "202: nested deeper than 200");
  EXPECT_EQ(ErrorOf(std::string(1 << 20, '(')), "202: nested deeper than 200");
  std::string nots;
  for (int i = 0; i < 100'000; ++i) nots += "not ";
  EXPECT_EQ(ErrorOf(nots + "directory"), "805: nested deeper than 200");
}

TEST(LimitsTest, SizeIsBounded) {
  std::string text = "uid = 1";
  while (text.size() + 11 <= kMaxExpressionBytes) text += " or uid = 1";
  EXPECT_TRUE(CompileExpression(text).ok());
  text.resize(kMaxExpressionBytes, ' ');
  EXPECT_TRUE(CompileExpression(text).ok());
  EXPECT_THAT(ErrorOf(text + " "), testing::HasSubstr("longer than 1 MiB"));
}

TEST(PrintTest, IsCanonical) {
  auto print = [](std::string_view text) { return CompileExpression(text, Lists())->Print(); };
  EXPECT_EQ(print("  ((uid==1))&&! ( directory||comm=\"and\" or(not(path=\"/a\") )  )"),
            "uid = 1 and not (directory or comm = \"and\" or not path = /a)");
  EXPECT_EQ(print("(uid = 1 and uid = 1) and (uid = 2 or (uid = 3 or uid = 4))"),
            "uid = 1 and uid = 1 and (uid = 2 or uid = 3 or uid = 4)");
  EXPECT_EQ(print("comm in (\"a b\",$editors , \"\\x01\\n\\\"\")"), "comm in (\"a b\", $editors, \"\\x01\\n\\\"\")");
}

TEST(ExplainTest, TellsEachComparisonWithTheEventsValue) {
  auto expression = CompileExpression(
      "type = fs.rename and not (uid = 0 or comm startswith cc) and attr.n > -9 and attr.none exists and weekday = "
      "mon");
  ASSERT_TRUE(expression.ok()) << expression.status().message();
  EXPECT_EQ(expression->Explain(Bound(Renamed()).view),
            "false  all of\n"
            "true     type = fs.rename    (type is fs.rename)\n"
            "false    not\n"
            "true       one of\n"
            "false        uid = 0    (uid is 1000)\n"
            "true         comm startswith cc    (comm is cc1plus)\n"
            "true     attr.n > -9    (attr.n is -5)\n"
            "false    attr.none exists    (there is no attr.none)\n"
            "true     weekday = mon    (time is 2026-11-23T13:00:00.123456789Z)\n");
}

TEST(NamedListsTest, RefusesNamesThatNoExpressionCanSay) {
  NamedLists lists;
  EXPECT_EQ(lists.Add("a b", {}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(lists.Add("", {}).code(), StatusCode::kInvalidArgument);
}

TEST(NamedListsTest, ExpressionOutlivesThem) {
  auto expression = [] { return CompileExpression("comm in $compilers", Lists()); }();
  ASSERT_TRUE(expression.ok());
  EXPECT_TRUE(expression->Matches(Bound(Created()).view));
}

TEST(CompileAny, JoinsWholeExpressionsAndKeepsTheirColumns) {
  using Texts = std::vector<std::string>;
  auto print = [](const Texts& texts, bool inverted) {
    auto compiled = CompileAny(texts, inverted);
    return compiled.ok() ? compiled->Print() : compiled.status().message();
  };
  EXPECT_EQ(print({"pid = 1"}, false), "pid = 1");
  EXPECT_EQ(print({"pid = 1"}, true), "not pid = 1");
  EXPECT_EQ(print({"not pid = 1"}, true), "not not pid = 1");
  EXPECT_EQ(print({"pid = 1 or pid = 2", "uid = 3 and pid = 4", "pid = 5"}, false),
            "pid = 1 or pid = 2 or uid = 3 and pid = 4 or pid = 5");
  EXPECT_EQ(print({"pid = 1", "pid = 2"}, true), "not (pid = 1 or pid = 2)");
  EXPECT_EQ(print({"pid = 1", "uid = 1 and pdi = 2"}, false), "13: unknown field 'pdi' (did you mean 'pid'?)");
  EXPECT_EQ(print({"pid = 1) or (pid = 2"}, false).substr(0, 3), "8: ") << "no part of another's parentheses";
}

}  // namespace
}  // namespace vexevt
