#include "lib/doctor/finding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "lib/doctor/back_ends.h"
#include "lib/doctor/examine.h"
#include "lib/doctor/proc_files.h"

namespace vexevt {
namespace {

TEST(Diagnosis, IsWrittenForPeopleAndPrograms) {
  Diagnosis diagnosis{.findings = {{.topic = "a", .text = "fine", .sees = "all"},
                                   {.topic = "longer", .health = Health::kWarn, .text = "a \"b\"", .remedy = "do c"}},
                      .can_capture = true};
  EXPECT_EQ(DiagnosisText(diagnosis, false),
            "ok       a       fine\n"
            "                 sees all\n"
            "warn     longer  a \"b\"\n"
            "                 -> do c\n");
  EXPECT_EQ(DiagnosisJson(diagnosis),
            R"({"can_capture":true,"findings":[{"topic":"a","health":"ok","text":"fine","sees":"all","remedy":""},)"
            R"({"topic":"longer","health":"warn","text":"a \"b\"","sees":"","remedy":"do c"}]})"
            "\n");
}

TEST(Diagnosis, MountPointsOfAnyBytesDoNoHarm) {
  Diagnosis diagnosis{.findings = {{.topic = "mount /a\x1b[2J\xff", .text = "ext4"}}, .can_capture = true};
  EXPECT_EQ(DiagnosisText(diagnosis, false), "ok       mount /a\\x1b[2J\\xff  ext4\n");
  EXPECT_THAT(DiagnosisJson(diagnosis), ::testing::HasSubstr("\"mount /a\\u001b[2J\xef\xbf\xbd\""));
}

TEST(FileMounts, OnlyThoseWithFilesOfPeopleOncePerDevice) {
  auto mounts =
      FileMounts(ParseMounts("1 0 254:0 / / rw - ext4 /dev/vda rw\n"
                             "2 1 0:5 / /proc rw - proc proc rw\n"
                             "3 1 0:6 / /mnt rw - tmpfs hidden rw\n"
                             "4 1 0:7 / /mnt rw - tmpfs above rw\n"
                             "5 1 0:7 / /bind rw - tmpfs above rw\n"));
  ASSERT_EQ(mounts.size(), 2u);
  EXPECT_EQ(mounts[0].point, "/");
  EXPECT_EQ(mounts[1].point, "/bind");
}

TEST(Examine, LooksAtEveryTopicOnThisMachine) {
  Diagnosis diagnosis = Examine();
  std::vector<std::string> topics;
  for (const Finding& finding : diagnosis.findings) {
    topics.push_back(finding.topic);
    EXPECT_FALSE(finding.text.empty()) << finding.topic;
    EXPECT_TRUE(finding.health != Health::kOk || finding.remedy.empty()) << finding.topic;
  }
  for (const char* topic : {"kernel", "rights", "proc connector", "pipes", "clock source"}) {
    EXPECT_NE(std::find(topics.begin(), topics.end(), topic), topics.end()) << topic;
  }
  for (const BackEnd& back_end : AllBackEnds()) {
    auto found = std::ranges::find(diagnosis.findings, back_end.name, &Finding::topic);
    ASSERT_NE(found, diagnosis.findings.end()) << back_end.name;
    EXPECT_EQ(found->sees, back_end.sees);
  }
}

// The page's table is that of the doctor, with what each costs beside it.
TEST(BackEnds, ThePageSaysTheSame) {
  std::ifstream page(VEXEVT_BACK_ENDS_PAGE);
  std::string text((std::istreambuf_iterator<char>(page)), {});
  for (const BackEnd& back_end : AllBackEnds()) {
    for (std::string_view cell : {back_end.name, back_end.sees, back_end.order, back_end.loses, back_end.rights}) {
      EXPECT_THAT(text, ::testing::HasSubstr("| " + std::string(cell) + " |")) << back_end.name;
    }
  }
}

}  // namespace
}  // namespace vexevt
