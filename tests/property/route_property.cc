// The router's decisions against asking every rule's expression about every event. A case is 100 rules and 100 events,
// so 10^4 decisions, made twice; the 200 cases of a run are 2 * 10^6 different decisions, and all must agree.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <list>
#include <string>
#include <vector>

#include "lib/event/encode.h"
#include "lib/event/event.h"
#include "lib/expr/expression.h"
#include "lib/route/decide.h"

namespace vexevt {
namespace {

template <typename T>
T Pick(std::initializer_list<T> values) {
  return *rc::gen::elementOf(std::vector<T>(values));
}

bool Chance(int of_ten) { return *rc::gen::inRange(0, 10) < of_ten; }

// Few names, so that rules and paths meet.
std::string Name() { return Pick<std::string>({"a", "b", "src", "a.py", "b.c", ".git", "x.tar.gz", "c\nd", "log"}); }

std::string Path() {
  std::string path;
  for (int depth = *rc::gen::inRange(0, 5); depth >= 0; --depth) path += "/" + Name();
  if (Chance(1)) path += "/";
  if (Chance(1)) path.erase(0, 1);
  return path;
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
    } else {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string PathTest() {
  const std::string field = Pick<std::string>({"path", "path", "path", "name", "dir", "ext", "path2"});
  switch (*rc::gen::inRange(0, 9)) {
    case 0:
      return field + " = " + Quoted(field == "path" ? Path() : Pick<std::string>({"a", "py", "gz", "/a", "/src"}));
    case 1:
      return field + " startswith " + Quoted(Pick<std::string>({"/", "/a", "/src/", "a", "x", "."}));
    case 2:
      return field + " endswith " + Quoted(Pick<std::string>({"py", ".c", "/", "log", "z", "src/a.py"}));
    case 3:
      return field + " contains " + Quoted(Pick<std::string>({"rc", "/.git", "/src/", "c\nd", "t", ".tar"}));
    case 4:
      return field + " under " + Quoted(Pick<std::string>({"/", "/a", "/src", "/a/b", "/src/"}));
    case 5:
      return field + " glob " +
             Quoted(Pick<std::string>(
                 {"**/*.py", "/src/**", "*", "**", "/*/*.c", "**/.git/**", "[ab]*", "/**/src/*.{c,py}", "*.tar.*"}));
    case 6:
      return field + " matches " +
             Quoted(Pick<std::string>(
                 {"^/src/.*\\.py$", "/[ab]/", "\\.c$", "c\\sd", "(a|b)\\.(py|c)", "^/a", "g.t", "/$"}));
    default:
      return field + " in (" + Quoted(Path()) + ", " + Quoted(Name()) + ", py)";
  }
}

std::string Test() {
  switch (*rc::gen::inRange(0, 12)) {
    case 0:
      return "type = " + Pick<std::string>({"fs.create", "fs.*", "graph.*", "fs.rename"});
    case 1:
      return "type in (fs.create, fs.delete)";
    case 2:
      return "boundary = " + Pick<std::string>({"kernel", "fuse"});
    case 3:
      return "uid = " + Pick<std::string>({"0", "1000"});
    case 4:
      return "pid < 100";
    default:
      return PathTest();
  }
}

std::string Rule() {
  std::string rule;
  for (int i = *rc::gen::inRange(0, 4); i >= 0; --i) {
    if (Chance(2)) rule += "not ";
    rule += Chance(2) ? "(" + Test() + " or " + Test() + ")" : Test();
    if (i > 0) rule += Chance(7) ? " and " : " or ";
  }
  return rule;
}

struct Frames {
  std::vector<std::byte> bytes;
  std::vector<std::size_t> ends;

  void Add(const Event& event) {
    AppendFrame(event, &bytes);
    ends.push_back(bytes.size());
  }
  std::vector<EventView> Views() const {
    std::vector<EventView> views(ends.size());
    for (std::size_t i = 0; i < ends.size(); ++i) {
      const std::size_t begin = i == 0 ? 0 : ends[i - 1];
      EXPECT_TRUE(EventView::Bind(std::span(bytes).subspan(begin, ends[i] - begin), &views[i]));
    }
    return views;
  }
};

Frames RandomEvents(std::size_t count) {
  Frames frames;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string path = Path();
    const std::string path2 = Path();
    Event event;
    event.type = Pick<EventType>({kFsCreate, kFsDelete, kFsRename, 0x0201, 0xfffe});
    event.boundary = Pick<Boundary>({Boundary::kKernel, Boundary::kFuse});
    event.flags = kFlagCredentials;
    event.uid = Pick<std::uint32_t>({0, 1000});
    event.pid = Pick<std::uint32_t>({0, 7, 4711});
    if (Chance(9)) {
      FsPayload payload;
      if (Chance(9)) payload.path = path;
      if (Chance(2)) payload.path2 = path2;
      event.payload = payload;
    }
    frames.Add(event);
  }
  return frames;
}

RC_GTEST_PROP(Decider, AgreesWithEveryExpressionByItself, ()) {
  std::list<Expression> rules;
  std::vector<const Expression*> pointers;
  int tries = 0;
  while (rules.size() < 100 && ++tries < 400) {
    Result<Expression> rule = CompileExpression(Rule());
    if (!rule.ok()) continue;  // it can never hold, which the checker refuses
    rules.push_back(std::move(rule).value());
    pointers.push_back(&rules.back());
  }
  RC_ASSERT(rules.size() == 100u);
  const DecisionTable table = std::move(DecisionTable::Build(pointers)).value();
  const Frames frames = RandomEvents(100);
  const std::vector<EventView> events = frames.Views();

  Decider decider(table);
  Decisions decisions;
  const bool warm = Chance(5);
  if (warm) table.Warm();
  for (int round = 0; round < 2; ++round) {  // the second from the cache
    decider.Decide(events, decisions);
    RC_ASSERT(decisions.size() == events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      std::vector<std::uint32_t> expected;
      for (std::uint32_t rule = 0; rule < pointers.size(); ++rule) {
        if (pointers[rule]->Matches(events[i])) expected.push_back(rule);
      }
      const std::vector<std::uint32_t> decided(decisions[i].begin(), decisions[i].end());
      if (decided != expected) {
        for (std::uint32_t rule = 0; rule < pointers.size(); ++rule) {
          const bool a = std::find(decided.begin(), decided.end(), rule) != decided.end();
          if (a != pointers[rule]->Matches(events[i])) RC_LOG() << pointers[rule]->Explain(events[i]) << "\n";
        }
      }
      RC_ASSERT(decided == expected);
    }
  }
}

}  // namespace
}  // namespace vexevt
