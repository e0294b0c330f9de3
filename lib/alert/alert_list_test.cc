#include "lib/alert/alert_list.h"

#include <gtest/gtest.h>

#include "lib/alert/testing/told_board.h"

namespace vexevt {
namespace {

ToldBoard SomeBoard() {
  ToldBoard board("[group]\nwait = '15s'\n" + kDownRule + "for = '1h'\n" + kBusyRule +
                  "severity = 'high'\nsummary = \"{comm}:\\t{count}\"\n[[silence]]\nwhen = 'comm = ld'\n");
  board.Window(10, {{"cc", 150}, {"ld", 150}, {"as", 3}})
      .See(15, kSystemUnmount, "a b")

      .Window(20, {{"cc", 120}, {"ld", 150}})
      .To(29);
  return board;
}

TEST(AlertList, IsATableForPeople) {
  EXPECT_EQ(AlertListText(SomeBoard().board().Keep()),
            "1970-01-01T00:17:09.000000000Z\n"
            "ALERT  STATE    SINCE                           SEVERITY    TOLD  LABELS          SUMMARY\n"
            "busy   firing   1970-01-01T00:16:50.000000000Z  high        yes   comm=cc host=h  cc:\\t120\n"
            "busy   firing   1970-01-01T00:16:50.000000000Z  high        no    comm=ld host=h  ld:\\t150\n"
            "down   pending  1970-01-01T00:16:55.000000000Z  normal      no    comm=a b\n");
  EXPECT_EQ(AlertListText({}),
            "1970-01-01T00:00:00.000000000Z\n"
            "ALERT  STATE    SINCE                           SEVERITY    TOLD  LABELS  SUMMARY\n");
}

TEST(AlertList, IsALineOfJson) {
  const std::string json = AlertListJson(SomeBoard().board().Keep());
  EXPECT_TRUE(json.starts_with(
      R"({"time":"1970-01-01T00:17:09.000000000Z","alerts":[{"alert":"busy","state":"firing","told":true,)"
      R"("severity":"high","since":"1970-01-01T00:16:50.000000000Z","fired":"1970-01-01T00:16:50.000000000Z",)"
      R"("labels":{"comm":"cc","host":"h"},"annotations":{},"summary":"cc:\t120","value":120.0,"unit":"",)"
      R"("lower_bound":false,"flapping":false},)"))
      << json;
  EXPECT_TRUE(json.ends_with(
      R"({"alert":"down","state":"pending","told":false,"severity":"normal","since":"1970-01-01T00:16:55.000000000Z",)"
      R"("labels":{"comm":"a b"},"annotations":{},"summary":"","value":0.0,"unit":"","lower_bound":false,)"
      "\"flapping\":false}]}\n"))
      << json;
  EXPECT_EQ(AlertListJson({}), "{\"time\":\"1970-01-01T00:00:00.000000000Z\",\"alerts\":[]}\n");
}

}  // namespace
}  // namespace vexevt
