#include "lib/react/ready_action.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/event/encode.h"
#include "lib/react/command_environment.h"

namespace vexevt {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ReadyActionTest : public ::testing::Test {
 protected:
  ReadyActionTest() {
    Event event;
    event.id = {1, 2};
    event.type = kFsDelete;
    event.pid = 17;
    event.payload = FsPayload{.path = "/a b;$(x)\n"};
    event.attributes = {
        {"LD_PRELOAD", AttributeText{"x"}}, {"a=b", std::int64_t{3}}, {"nul", AttributeBytes{{"\0", 1}}}};
    AppendFrame(event, &frame_);
    EventView::Bind(frame_, &with_.event);
    with_.run = "5";
    with_.step = "stop";
    with_.key = "k";
  }
  static FilledText Text(std::string_view text) { return *FilledText::Compile(text); }

  std::vector<std::byte> frame_;
  Filling with_;
};

TEST_F(ReadyActionTest, FillsEachArgumentByItself) {
  auto ready = MakeReady(RunAction{.command = {Text("rm"), Text("--"), Text("{path}"), Text("x{pid}y")}}, with_);
  ASSERT_TRUE(ready.ok());
  EXPECT_THAT(ready->words, ElementsAre("rm", "--", "/a b;$(x)\n", "x17y"));
  EXPECT_EQ(Describe(*ready), "rm -- $'/a b;$(x)\\n' x17y");
}

TEST_F(ReadyActionTest, GivesAShellNothingButTheScript) {
  auto ready = MakeReady(RunAction{.command = {FilledText::Plain("echo {path} $VEXEVT_PATH")}, .shell = true}, with_);
  ASSERT_TRUE(ready.ok());
  EXPECT_THAT(ready->words, ElementsAre("/bin/sh", "-c", "echo {path} $VEXEVT_PATH"));
}

TEST_F(ReadyActionTest, IsRefusedWhereAValueIsMissing) {
  auto ready = MakeReady(RunAction{.command = {Text("rm"), Text("{path2}/x")}}, with_);
  EXPECT_EQ(ready.status().message(), "the event has no 'path2'");
}

TEST_F(ReadyActionTest, ComesBackFromTheStoreAsItWas) {
  HttpAction http{.url = Text("https://host/{pid}")};
  http.headers.emplace_back("X-Run", Text("{run}"));
  const Action actions[] = {RunAction{.command = {Text("a"), Text("{path}"), Text("")}, .event_on_stdin = true},
                            EmitAction{.type = "vexevt.alert", .fields = {{"attr.x", Text("{path}")}}}, http,
                            WriteAction{"ring:/x"}, SetAction{{{"load", "high"}}}};
  for (const Action& action : actions) {
    auto ready = MakeReady(action, with_);
    ASSERT_TRUE(ready.ok()) << ready.status().message();
    auto decoded = Decode(Encode(*ready));
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(*decoded, *ready);
  }
  for (const std::string_view bad : {"", "r", "r0", "x0a\0", "r0a", "h0a\0"}) EXPECT_FALSE(Decode(bad).ok());
}

TEST_F(ReadyActionTest, PostsTheEventWhereNothingElseIsSaid) {
  auto ready = MakeReady(HttpAction{.url = Text("http://h/")}, with_);
  ASSERT_TRUE(ready.ok());
  EXPECT_THAT(ready->words[2], HasSubstr("\"pid\":17"));
  EXPECT_EQ(Describe(*ready), "POST http://h/");
  ready = MakeReady(HttpAction{.method = "GET", .url = Text("http://h/")}, with_);
  ASSERT_TRUE(ready.ok());
  EXPECT_EQ(ready->words[2], "");
}

TEST_F(ReadyActionTest, CommandsKnowTheEventAndTheRun) {
  Workflow workflow;
  workflow.name = "w";
  workflow.environment = {{"TARGET", Text("{path}")}, {"PATH", Text("/opt")}};
  ProcessUser user{.name = "me", .home = "/home/me"};
  auto environment =
      CommandEnvironment(workflow, user, with_, {.idempotency_key = "i-5-stop", .attempt = 2, .undo = true});
  ASSERT_TRUE(environment.ok());
  for (const char* entry : {"PATH=/opt", "HOME=/home/me", "TARGET=/a b;$(x)\n", "VEXEVT_PATH=/a b;$(x)\n",
                            "VEXEVT_PID=17", "VEXEVT_TYPE=fs.delete", "VEXEVT_WORKFLOW=w", "VEXEVT_RUN=5",
                            "VEXEVT_STEP=stop", "VEXEVT_KEY=k", "VEXEVT_ATTEMPT=2", "VEXEVT_IDEMPOTENCY_KEY=i-5-stop",
                            "VEXEVT_UNDO=1", "VEXEVT_ATTR_LD_PRELOAD=x", "VEXEVT_ATTR_A_B=3"}) {
    EXPECT_THAT(*environment, Contains(entry));
  }
  EXPECT_THAT(*environment, Not(Contains(StartsWith("LD_PRELOAD="))));
  EXPECT_THAT(*environment, Not(Contains(StartsWith("VEXEVT_ATTR_NUL="))));
}

}  // namespace
}  // namespace vexevt
