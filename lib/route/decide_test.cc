#include "lib/route/decide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <string>
#include <thread>

#include "lib/event/encode.h"
#include "lib/event/event.h"

namespace vexevt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DecideTest : public testing::Test {
 protected:
  void Rules(std::initializer_list<const char*> texts) {
    for (const char* text : texts) {
      Result<Expression> rule = CompileExpression(text);
      ASSERT_TRUE(rule.ok()) << text << ": " << rule.status().message();
      rules_.push_back(std::move(rule).value());
      pointers_.push_back(&rules_.back());
    }
    table_ = std::make_unique<DecisionTable>(std::move(DecisionTable::Build(pointers_)).value());
    decider_ = std::make_unique<Decider>(*table_);
  }

  std::vector<std::uint32_t> Decide(const Event& event) {
    std::vector<std::byte> frame;
    AppendFrame(event, &frame);
    EventView view;
    EXPECT_TRUE(EventView::Bind(frame, &view));
    decider_->Decide({&view, 1}, decisions_);
    EXPECT_EQ(decisions_.size(), 1u);
    return {decisions_[0].begin(), decisions_[0].end()};
  }

  std::vector<std::uint32_t> Decide(EventType type, std::string_view path) {
    Event event;
    event.type = type;
    event.boundary = Boundary::kKernel;
    event.payload = FsPayload{.path = path};
    return Decide(event);
  }

  std::list<Expression> rules_;
  std::vector<const Expression*> pointers_;
  std::unique_ptr<DecisionTable> table_;
  std::unique_ptr<Decider> decider_;
  Decisions decisions_;
};

TEST_F(DecideTest, NoRulesHoldNothing) {
  Rules({});
  EXPECT_THAT(Decide(kFsCreate, "/a"), IsEmpty());
}

TEST_F(DecideTest, RulesComeInOrder) {
  Rules({"path glob \"**/*.py\"", "type = fs.*", "path under \"/srv\" and type = fs.delete", "boundary = fuse",
         "not path contains \"x\"", "path matches \"[0-9]+\\\\.py$\""});
  EXPECT_THAT(Decide(kFsCreate, "/srv/a1.py"), ElementsAre(0, 1, 4, 5));
  EXPECT_THAT(Decide(kFsDelete, "/srv"), ElementsAre(1, 2, 4));
  EXPECT_THAT(Decide(kFsDelete, "/srvx"), ElementsAre(1));
}

TEST_F(DecideTest, AnEventWithoutAPathFailsConditionsOnIt) {
  Rules({"path startswith \"/\"", "not path startswith \"/\"", "not path under \"/a\" and not name = b"});
  Event event;
  event.type = 0x0201;
  EXPECT_THAT(Decide(event), ElementsAre(1, 2));
}

TEST_F(DecideTest, WhatThePathLeavesOpenTheExpressionSettles) {
  Rules({"path under \"/a\" and uid = 0", "name glob \"*\" and pid > 5", "dir = \"/a\"", "ext = gz"});
  Event event;
  event.type = kFsCreate;
  event.flags = kFlagCredentials;
  event.uid = 1000;
  event.pid = 6;
  event.payload = FsPayload{.path = "/a/b/x.tar.gz"};
  EXPECT_THAT(Decide(event), ElementsAre(1, 3));
  event.uid = 0;
  event.payload = FsPayload{.path = "/a/.gz"};
  EXPECT_THAT(Decide(event), ElementsAre(0, 1, 2));
}

TEST_F(DecideTest, ManyPathsAndManyRulesOutgrowTheCache) {
  std::vector<std::string> texts;
  for (int i = 0; i < 300; ++i) texts.push_back("path startswith \"/d" + std::to_string(i % 7) + "\"");
  for (const std::string& text : texts) {
    rules_.push_back(std::move(CompileExpression(text)).value());
    pointers_.push_back(&rules_.back());
  }
  Rules({});
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 40000; ++i) {
      const std::vector<std::uint32_t> rules =
          Decide(kFsCreate, "/d" + std::to_string(i % 9) + "/" + std::to_string(i));
      ASSERT_EQ(rules.size(), i % 9 >= 7 ? 0u : i % 9 < 300 % 7 ? 43u : 42u) << i;
      for (const std::uint32_t rule : rules) ASSERT_EQ(rule % 7, static_cast<std::uint32_t>(i % 9));
    }
  }
}

TEST_F(DecideTest, LongPathsAreDecidedWithoutTheCache) {
  Rules({"path endswith \".x\""});
  const std::string path = "/" + std::string(4000, 'a');
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Decide(kFsCreate, path + ".x"), ElementsAre(0));
    EXPECT_THAT(Decide(kFsCreate, path), IsEmpty());
  }
}

TEST_F(DecideTest, OneTableServesManyThreadsWhileItsScannerCompiles) {
  for (int i = 0; i < 50; ++i) {
    rules_.push_back(std::move(CompileExpression("path matches \"/t" + std::to_string(i) + "/[a-z]+_x\"")).value());
    pointers_.push_back(&rules_.back());
  }
  Rules({"path = \"/\""});
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < 3; ++t) {
    threads.emplace_back([this, t] {
      Decider decider(*table_);
      Decisions decisions;
      for (std::uint32_t i = 0; i < 3000; ++i) {
        // Each path is new, so that none is answered from what the decider remembers.
        const std::string path = "/" + std::to_string(i * 3 + t) + "/t" + std::to_string(i % 50) + "/a_x";
        Event event;
        event.type = kFsCreate;
        event.boundary = Boundary::kKernel;
        event.payload = FsPayload{.path = path};
        std::vector<std::byte> frame;
        AppendFrame(event, &frame);
        EventView view;
        ASSERT_TRUE(EventView::Bind(frame, &view));
        decider.Decide({&view, 1}, decisions);
        ASSERT_THAT(decisions[0], ElementsAre(i % 50));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace vexevt
