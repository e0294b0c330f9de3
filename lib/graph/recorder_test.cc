#include "lib/graph/recorder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "lib/graph/testing/teller.h"

namespace vexevt {
namespace {

using Names = std::multiset<std::string>;

Names NamesIn(const Storyteller& teller, Asked asked, std::vector<std::string> asked_of,
              std::optional<std::uint32_t> depth = std::nullopt) {
  Question question{.asked = asked, .names = {}, .depth = depth};
  for (const std::string& name : asked_of) question.names.push_back(*ParseNodeName(name));
  Names names;
  for (const NodeId node : NodesOf(AnswerTo(question, teller.graph()), teller.graph())) {
    names.insert(NameOf(teller.graph().nodes()[node]));
  }
  return names;
}

Names Ancestors(const Storyteller& teller, const std::string& name) {
  return NamesIn(teller, Asked::kAncestors, {name});
}
Names Descendants(const Storyteller& teller, const std::string& name) {
  return NamesIn(teller, Asked::kDescendants, {name});
}

TEST(Recorder, FollowsWhatAProcessReadToWhatItWrote) {
  Storyteller teller;
  teller.Tell(FsEvent(kFsRead, 1, "/a"));
  teller.Tell(FsEvent(kFsWrite, 1, "/b"));
  teller.Tell(FsEvent(kFsRead, 2, "/b"));
  teller.Tell(FsEvent(kFsWrite, 2, "/c"));
  EXPECT_EQ(Ancestors(teller, "/c"), (Names{"/c", "pid:2", "/b", "pid:1", "/a", "host:"}));
  EXPECT_EQ(Descendants(teller, "/a"), (Names{"/a", "pid:1", "/b", "pid:2", "/c"}));
  EXPECT_EQ(NamesIn(teller, Asked::kBetween, {"/a", "/b"}), (Names{"/a", "pid:1", "/b"}));
  EXPECT_EQ(NamesIn(teller, Asked::kBetween, {"/c", "/a"}), (Names{"/a"}));
  EXPECT_EQ(NamesIn(teller, Asked::kDescendants, {"/a"}, 2), (Names{"/a", "pid:1", "/b"}));
  EXPECT_EQ(NamesIn(teller, Asked::kAncestors, {"/c"}, 1), (Names{"/c", "pid:2"}));
}

TEST(Recorder, WhatWasReadAfterwardsLedToNothing) {
  Storyteller teller;
  teller.Tell(FsEvent(kFsWrite, 1, "/b"));
  teller.Tell(FsEvent(kFsRead, 1, "/a"));
  EXPECT_EQ(Ancestors(teller, "/b").count("/a"), 0u);
  EXPECT_EQ(Descendants(teller, "/a").count("/b"), 0u);
  // Each write by itself: the second may hold what was read, and who read between them has not seen it.
  teller.Tell(FsEvent(kFsRead, 2, "/b"));
  teller.Tell(FsEvent(kFsWrite, 1, "/b"));
  EXPECT_EQ(Ancestors(teller, "/b").count("/a"), 1u);
  EXPECT_EQ(Ancestors(teller, "pid:2").count("/a"), 0u);
}

// As of a copy: while its event was queued, what was written went to the event that told of the creation.
TEST(Recorder, WhatWasToldAtOnceMayHaveHappenedInAnyOrder) {
  Storyteller teller;
  teller.Tell(FsEvent(kFsCreate, 1, "/b"));
  teller.Tell(FsEvent(kFsWrite, 1, "/b"), true);
  teller.Tell(FsEvent(kFsRead, 1, "/a"), true);
  teller.Tell(FsEvent(kFsRead, 1, "/late"));
  EXPECT_EQ(Ancestors(teller, "/b"), (Names{"/b", "pid:1", "/a", "host:"}));
  EXPECT_EQ(Descendants(teller, "/a"), (Names{"/a", "pid:1", "/b"}));
}

TEST(Recorder, FlowsAreTakenTogetherWhileNothingNewComes) {
  Storyteller teller;
  teller.Tell(FsEvent(kFsRead, 1, "/a"));
  for (int i = 0; i < 10; ++i) {
    teller.Tell(FsEvent(kFsWrite, 1, "/b"));
    teller.Tell(FsEvent(kFsRead, 1, "/a"));
  }
  ASSERT_EQ(teller.graph().edges().size(), 3u);  // and that the host runs it
  const auto is_write = [](const Edge& edge) { return edge.kind == EdgeKind::kWrite; };
  const auto write = std::ranges::find_if(teller.graph().edges(), is_write);
  EXPECT_EQ(write->count, 10u);
  EXPECT_EQ(write->first_ns, 2'000'000'000u);
  EXPECT_EQ(write->last_ns, 20'000'000'000u);
  EXPECT_EQ(write->event, (EventId{1, 2}));
}

TEST(Recorder, FailedOperationsTellNothing) {
  Storyteller teller;
  Event event = FsEvent(kFsWrite, 1, "/b");
  event.result = 13;
  teller.Tell(event);
  EXPECT_TRUE(teller.graph().nodes().empty());
}

TEST(Recorder, AnOpenReadsWhereItSaysSo) {
  const auto reads = [](std::uint32_t flags) {
    Storyteller teller;
    Event event = FsEvent(kFsOpen, 1, "/a");
    std::get<FsPayload>(event.payload).open_flags = flags;
    teller.Tell(event);
    return Descendants(teller, "/a").count("pid:1") == 1;
  };
  EXPECT_FALSE(reads(0));  // not known
  EXPECT_TRUE(reads(0x8000));
  EXPECT_FALSE(reads(0x8001));
  EXPECT_TRUE(reads(0x8002));
}

TEST(Recorder, ForksLeadToWhatChildrenDo) {
  Storyteller teller;
  teller.Tell(FsEvent(kFsRead, 1, "/script"));
  teller.Tell(WithProcess(FsEvent(kFsWrite, 2, "/out"), 1, "cat", "/bin/cat"));
  teller.Tell(FsEvent(kFsRead, 1, "/later"));
  EXPECT_EQ(Ancestors(teller, "/out"), (Names{"/out", "pid:2", "/bin/cat", "pid:1", "/script", "host:"}));
}

TEST(Recorder, AGrandparentThatIsToldLaterCounts) {
  Storyteller teller;
  teller.Tell(WithProcess(FsEvent(kFsWrite, 3, "/out"), 2, "cc1"));
  teller.Tell(WithProcess(FsEvent(kFsWrite, 2, "/log"), 1, "gcc"));
  EXPECT_EQ(Ancestors(teller, "/out"), (Names{"/out", "pid:3", "pid:2", "pid:1"}));
  EXPECT_EQ(Descendants(teller, "pid:1"), (Names{"/log", "/out", "pid:1", "pid:2", "pid:3"}));
}

TEST(Recorder, APidThatIsUsedAgainIsAnotherProcess) {
  Storyteller teller;
  teller.Tell(WithProcess(FsEvent(kFsRead, 7, "/secret"), 1, "gpg", "/bin/gpg"));
  teller.Tell(WithProcess(FsEvent(kFsWrite, 7, "/log"), 2, "logger", "/bin/logger"));
  EXPECT_EQ(Ancestors(teller, "/log").count("/secret"), 0u);
  // Its parent may have ended, and it may be another program now.
  teller.Tell(WithProcess(FsEvent(kFsWrite, 7, "/orphan"), 1, "sh", "/bin/sh"));
  EXPECT_EQ(Ancestors(teller, "/orphan").count("/bin/logger"), 1u);
}

TEST(Recorder, AnotherProgramIsTheSameProcessWhereItWasExecutedOrTheParentStays) {
  Storyteller teller;
  teller.Tell(WithProcess(FsEvent(kFsRead, 7, "/secret"), 2, "sh", "/bin/sh"));
  teller.Tell(WithProcess(FsEvent(kFsWrite, 7, "/one"), 2, "tee", "/bin/tee"));
  EXPECT_EQ(Ancestors(teller, "/one").count("/secret"), 1u);
  EXPECT_EQ(Ancestors(teller, "/one").count("/bin/tee"), 1u);
  teller.Tell(WithProcess(FsEvent(kFsExec, 7, "/bin/cat"), 2, "tee", "/bin/tee"));
  teller.Tell(WithProcess(FsEvent(kFsWrite, 7, "/two"), 1, "cat", "/bin/cat"));
  EXPECT_EQ(Ancestors(teller, "/two").count("/secret"), 1u);
  EXPECT_EQ(Ancestors(teller, "/two").count("/bin/cat"), 1u);
  const NodeId process = NodesNamed(teller.graph(), *ParseNodeName("pid:7"))[0];
  EXPECT_EQ(NodeTitles(teller.graph()).Of(process), "cat[7] (was sh)");
}

TEST(Recorder, AFileIsTheSameUnderAnotherName) {
  Storyteller teller;
  teller.Tell(FsEvent(kFsCreate, 1, "/tmp/x"));
  teller.Tell(FsEvent(kFsRename, 2, "/tmp/x", "/etc/conf"));
  EXPECT_EQ(Ancestors(teller, "/etc/conf"), (Names{"/etc/conf", "pid:1", "pid:2", "host:"}));
  EXPECT_EQ(Ancestors(teller, "/tmp/x"), (Names{"/etc/conf", "pid:1", "pid:2", "host:"}));
  // What is there now is another one.
  teller.Tell(FsEvent(kFsCreate, 3, "/tmp/x"));
  EXPECT_EQ(Ancestors(teller, "/etc/conf").count("pid:3"), 0u);
}

TEST(Recorder, WhatARenameReplacedIsAnotherFile) {
  Storyteller teller;
  teller.Tell(FsEvent(kFsWrite, 1, "/conf"));
  teller.Tell(FsEvent(kFsWrite, 2, "/conf.new"));
  teller.Tell(FsEvent(kFsRename, 2, "/conf.new", "/conf"));
  teller.Tell(FsEvent(kFsRead, 3, "/conf"));
  teller.Tell(FsEvent(kFsWrite, 3, "/out"));
  EXPECT_EQ(Ancestors(teller, "/out").count("pid:1"), 0u);
  EXPECT_EQ(Ancestors(teller, "/conf").count("pid:1"), 1u);  // it is asked for all that had the path
}

TEST(Recorder, AFileThatIsMadeAgainIsAnother) {
  Storyteller teller;
  teller.Tell(FsEvent(kFsWrite, 1, "/a"));
  teller.Tell(FsEvent(kFsDelete, 1, "/a"));
  teller.Tell(FsEvent(kFsCreate, 2, "/a"));
  teller.Tell(FsEvent(kFsRead, 3, "/a"));
  EXPECT_EQ(Ancestors(teller, "pid:3"), (Names{"/a", "pid:2", "pid:3", "host:"}));
}

TEST(Recorder, WhatLiesInARenamedDirectoryMovesWithIt) {
  Storyteller teller;
  teller.Tell(FsEvent(kFsWrite, 1, "/d/a"));
  teller.Tell(FsEvent(kFsWrite, 1, "/d.c"));
  teller.Tell(FsEvent(kFsRename, 2, "/d", "/e"));
  teller.Tell(FsEvent(kFsRead, 3, "/e/a"));
  EXPECT_EQ(Ancestors(teller, "pid:3").count("pid:1"), 1u);
  EXPECT_EQ(Ancestors(teller, "/d/a").count("pid:1"), 1u);
  EXPECT_EQ(NamesIn(teller, Asked::kDescendants, {"/d.c"}), (Names{"/d.c"}));
}

TEST(Recorder, AMoveAcrossTheBorderKeepsTheFileWhereItsOtherEndIsKnown) {
  Storyteller teller;
  teller.Tell(FsEvent(kFsWrite, 1, "/in/a"));
  teller.Tell(FsEvent(kFsMoveOut, 2, "/in/a", "/out/a"));
  teller.Tell(FsEvent(kFsMoveIn, 3, "/in/b", "/out/a"));
  EXPECT_EQ(Ancestors(teller, "/in/b"), (Names{"/in/b", "pid:1", "pid:2", "pid:3", "host:"}));
  teller.Tell(FsEvent(kFsMoveOut, 4, "/in/b"));
  EXPECT_TRUE(teller.graph().nodes()[NodesNamed(teller.graph(), *ParseNodeName("/in/b"))[0]].gone);
}

TEST(Recorder, AFileIsKnownByItsNewestNames) {
  Storyteller teller;
  for (int i = 0; i < 200; ++i) {
    teller.Tell(WithInode(FsEvent(kFsHardlink, 1, fmt::format("/{}", i)), 10, 1));
  }
  EXPECT_EQ(NodesNamed(teller.graph(), *ParseNodeName("/199")).size(), 1u);
  EXPECT_EQ(NodesNamed(teller.graph(), *ParseNodeName("/135")).size(), 1u);
  EXPECT_EQ(NodesNamed(teller.graph(), *ParseNodeName("/134")).size(), 0u);
}

TEST(Recorder, InodesTellFilesApartAndLinksTogether) {
  Storyteller teller;
  teller.Tell(WithInode(FsEvent(kFsWrite, 1, "/a"), 10, 1));
  teller.Tell(WithInode(FsEvent(kFsHardlink, 1, "/b"), 10, 1));  // as fanotify tells it
  teller.Tell(WithInode(FsEvent(kFsRead, 2, "/b"), 10, 1));
  EXPECT_EQ(Ancestors(teller, "pid:2").count("pid:1"), 1u);
  // It has a name left, and what is written through a descriptor after the last one has gone is written to it.
  teller.Tell(WithInode(FsEvent(kFsDelete, 1, "/b"), 10, 1));
  EXPECT_FALSE(teller.graph().nodes()[NodesNamed(teller.graph(), *ParseNodeName("/a"))[0]].gone);
  teller.Tell(WithInode(FsEvent(kFsDelete, 1, "/a"), 10, 1));
  EXPECT_TRUE(teller.graph().nodes()[NodesNamed(teller.graph(), *ParseNodeName("/a"))[0]].gone);
  teller.Tell(WithInode(FsEvent(kFsWrite, 4, "/a"), 10, 1));
  EXPECT_EQ(NodesNamed(teller.graph(), *ParseNodeName("/a")).size(), 1u);
  // A replacement that was not seen.
  teller.Tell(WithInode(FsEvent(kFsWrite, 3, "/a"), 11, 1));
  EXPECT_EQ(NodesNamed(teller.graph(), *ParseNodeName("/a")).size(), 2u);
  // The number is given to another file.
  teller.Tell(WithInode(FsEvent(kFsCreate, 3, "/c"), 10, 2));
  EXPECT_EQ(Ancestors(teller, "/c"), (Names{"/c", "pid:3", "host:"}));
}

TEST(Recorder, HostsHaveFilesAndProcessesOfTheirOwn) {
  Storyteller teller;
  for (const char* host : {"one", "two"}) {
    Event event = FsEvent(kFsWrite, 1, "/a");
    event.host = host;
    teller.Tell(event);
  }
  EXPECT_EQ(Ancestors(teller, "/a"), (Names{"/a", "/a", "pid:1", "pid:1", "host:one", "host:two"}));
}

TEST(Recorder, WhereTheProcessIsNotKnownTheHostWrites) {
  Storyteller teller;
  teller.Tell(FsEvent(kFsRead, 0, "/a"));
  teller.Tell(FsEvent(kFsWrite, 0, "/b"));
  EXPECT_EQ(Ancestors(teller, "/b"), (Names{"/b", "host:"}));
}

TEST(Recorder, AgentsActThroughProcesses) {
  Storyteller teller;
  Event event;
  event.type = *ParseType("agent.decision");
  event.pid = 5;
  event.payload = AgentPayload{.agent = "indexer"};
  teller.Tell(event);
  teller.Tell(FsEvent(kFsDelete, 5, "/a"));
  EXPECT_EQ(Ancestors(teller, "/a"), (Names{"/a", "pid:5", "agent:indexer", "host:"}));
}

TEST(Recorder, ASearchMayFindWhatWasWrittenToAnyVector) {
  Storyteller teller;
  Event event;
  event.type = *ParseType("vector.create");
  event.pid = 5;
  event.payload = VectorPayload{.collection = "docs", .vector = "1"};
  teller.Tell(event);
  event.type = *ParseType("vector.search");
  event.pid = 6;
  event.payload = VectorPayload{.collection = "docs"};
  teller.Tell(event);
  EXPECT_EQ(Ancestors(teller, "pid:6"), (Names{"pid:6", "vector:docs", "vector:docs/1", "pid:5", "host:"}));
}

TEST(Recorder, CausesLeadFromWhatEventsWereAbout) {
  Storyteller teller;
  const EventId write = teller.Tell(FsEvent(kFsWrite, 1, "/a"));
  Event match;
  match.type = kVexevtMatch;
  match.payload = MatchPayload{.pattern = "mass"};
  match.causes = {write, {99, 99}};
  const EventId matched = teller.Tell(match);
  Event action;
  action.type = kVexevtAction;
  action.payload = ActionPayload{.workflow = "guard", .step = "stop"};
  action.causes = {matched};
  const EventId done = teller.Tell(action);
  Event caused = FsEvent(kFsDelete, 9, "/b");
  caused.causes = {done};
  teller.Tell(caused);
  EXPECT_EQ(Ancestors(teller, "/b"), (Names{"/b", "pid:9", "action:guard/stop", "match:mass", "/a", "pid:1", "host:"}));
  EXPECT_EQ(teller.unknown().causes, 1u);
}

TEST(Recorder, AGraphThatIsFullTellsWhereItEnds) {
  Storyteller teller(3);
  teller.Tell(FsEvent(kFsWrite, 1, "/a"));
  teller.Tell(FsEvent(kFsWrite, 1, "/b"));
  EXPECT_EQ(teller.unknown().ends_ns, 2'000'000'000u);
  EXPECT_EQ(NodesNamed(teller.graph(), *ParseNodeName("/b")).size(), 0u);
  ASSERT_EQ(Caveats(teller.unknown()).size(), 1u);
}

TEST(NodeName, RefusesWhatCannotBeOne) {
  EXPECT_FALSE(ParseNodeName("").ok());
  EXPECT_FALSE(ParseNodeName("pid:").ok());
  EXPECT_FALSE(ParseNodeName("pid:1x").ok());
  EXPECT_FALSE(ParseNodeName("pid:99999999999").ok());
  EXPECT_EQ(ParseNodeName("agent:a:b")->text, "a:b");
  EXPECT_EQ(ParseNodeName("/pid:1")->text, "/pid:1");
}

}  // namespace
}  // namespace vexevt
