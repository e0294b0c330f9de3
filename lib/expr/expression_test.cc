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
};
INSTANTIATE_TEST_SUITE_P(Each, ErrorTest, testing::ValuesIn(kErrors));

}  // namespace
}  // namespace vexevt
