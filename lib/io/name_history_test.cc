#include "lib/io/name_history.h"

#include <gmock/gmock.h>

namespace vexevt {
namespace {

using testing::ElementsAre;

class NameHistoryTest : public testing::Test {
 protected:
  void Create(std::string_view name) { history_.Take(IN_CREATE, 0, name); }
  void Delete(std::string_view name) { history_.Take(IN_DELETE, 0, name); }
  void Move(std::string_view from, std::string_view to) {
    history_.Take(IN_MOVED_FROM, ++cookie_, from);
    history_.Take(IN_MOVED_TO, cookie_, to);
  }

  NameHistory history_{"log"};
  std::uint32_t cookie_ = 0;
};

TEST_F(NameHistoryTest, FollowsFilesThroughTheirNames) {
  Create("other");
  Move("log", "log.1");  // that one was before
  Create("log");
  Move("log.1", "log.2");
  Move("log", "log.1");
  Create("log");
  EXPECT_THAT(history_.names(), ElementsAre("log.1", "log"));
  Move("log.1", "log.2");
  EXPECT_THAT(history_.names(), ElementsAre("log.2", "log"));
  history_.Forget();
  Move("log.2", "log.3");
  EXPECT_THAT(history_.names(), ElementsAre());
}

TEST_F(NameHistoryTest, KnowsWhatIsGone) {
  Create("log");
  Move("log", "log.1");
  Create("log");
  Delete("log");
  Create("log");
  Move("log", "log.1");  // over the first
  Move("new", "log");
  EXPECT_THAT(history_.names(), ElementsAre("", "", "log.1", "log"));
  history_.Take(IN_MOVED_FROM, 77, "log.1");  // out of the directory
  EXPECT_THAT(history_.names(), ElementsAre("", "", "", "log"));
}

TEST_F(NameHistoryTest, AFileThatComesBackIsOne) {
  Create("log");
  Move("log", "aside");
  Move("aside", "log");
  EXPECT_THAT(history_.names(), ElementsAre("log"));
}

}  // namespace
}  // namespace vexevt
