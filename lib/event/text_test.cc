// column.h, csv.h, template.h and text_line.h.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <ctime>

#include "lib/event/csv.h"
#include "lib/event/encode.h"
#include "lib/event/template.h"
#include "lib/event/testing/samples.h"
#include "lib/event/text_line.h"

namespace vexevt {
namespace {

using testing::HasSubstr;

// What `print` (a TextLine, Csv or Template) makes of an event.
template <typename Printer>
std::string Printed(Printer&& print, const Event& event) {
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  EventView view;
  EXPECT_TRUE(EventView::Bind(frame, &view));
  std::string out;
  print.Append(view, &out);
  return out;
}

class Text : public testing::Test {
 protected:
  Text() {
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
  }
  ~Text() override {
    unsetenv("TZ");
    tzset();
  }
  static std::string Line(const Event& event, bool color = false) { return Printed(TextLine(color), event); }
};

TEST_F(Text, ShowsFiles) {
  Event event = SampleEvents()[1];
  EXPECT_EQ(Line(event),
            "Nov 23 14:00:00.123456 fs.create      cc1plus[4711]        /srv/build/obj/status.o  4K 0644\n");
  event.flags = kFlagDirectory;
  event.type = kFsRename;
  event.wall_ns = 1'782'900'000'000'000'000;  // summer time
  event.payload = FsPayload{.path = "/a", .path2 = "/b"};
  event.result = EACCES;
  event.priority = Priority::kHigh;
  EXPECT_EQ(Line(event), "Jul 01 12:00:00.000000 fs.rename      cc1plus[4711]        /a/ -> /b/ EACCES !high\n");
}

TEST_F(Text, ShowsEverythingElse) {
  EXPECT_EQ(Line(Event{}), "Jan 01 01:00:00.000000 0x0000         -\n");
  Event event = SampleEvents()[2];
  EXPECT_EQ(Line(event),
            "Nov 23 14:00:00.123456 fs.rename      cc1plus[4711]        /srv/\\xff\\n\"old -> /srv/new xattr=user.tag "
            "[3 at 2]  1 0600 ENOENT note=h\xc3\xa9 n=-5 ratio=0.25 ok=true raw=\\x01\\x02\n");
  event.payload = GraphPayload{"kg", "n 1", "", "", 3};
  event.type = 0x0204;
  event.attributes.clear();
  event.result = 0;
  EXPECT_EQ(Line(event),
            "Nov 23 14:00:00.123456 graph.edge-create cc1plus[4711]        graph=kg node=\"n 1\" results=3\n");
}

TEST_F(Text, LossesStandOut) {
  Event event;
  event.type = kVexevtLost;
  event.payload = GapPayload{"fanotify", 854, 1'795'438'800'000'000'000};
  EXPECT_EQ(Line(event),
            "Jan 01 01:00:00.000000 vexevt.lost    -                    854 events are missing here: fanotify since "
            "Nov 23 14:00:00.000000\n");
  EXPECT_THAT(Line(event, true), HasSubstr("\x1b[1;37;41m854 events are missing here: fanotify\x1b[0m"));
  event.payload = GapPayload{};
  EXPECT_THAT(Line(event), HasSubstr("how many is unknown"));
}

TEST_F(Text, NoByteOfAnEventReachesTheTerminalAsAControl) {
  std::string hostile;
  for (int byte = 0; byte < 256; ++byte) hostile.push_back(static_cast<char>(byte));
  hostile += "\x1b]0;title\x07\xc2\x9b";
  Event event;
  event.comm = hostile;
  event.attributes = {{hostile, AttributeText{hostile}}, {"b", AttributeBytes{hostile}}};
  for (const Payload& payload :
       {Payload(FsPayload{.path = hostile, .path2 = hostile, .xattr = hostile}),
        Payload(GraphPayload{hostile, hostile, hostile, hostile}), Payload(GapPayload{hostile})}) {
    event.payload = payload;
    std::string line = Line(event);
    EXPECT_EQ(line.back(), '\n');
    line.pop_back();
    for (char c : line) ASSERT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7f);
    EXPECT_EQ(line.find("\xc2\x9b"), std::string::npos);
  }
}

TEST_F(Text, ColorIsOnlyWhereAskedFor) {
  Event event = SampleEvents()[1];
  EXPECT_EQ(Line(event).find('\x1b'), std::string::npos);
  std::string colored = Line(event, true);
  EXPECT_THAT(colored, HasSubstr("\x1b[32mfs.create\x1b[0m"));
}

TEST(CsvForm, QuotesAsRfc4180) {
  auto csv = Csv::Make("time,type,path,pid,uid,size,attr.note");
  ASSERT_TRUE(csv.ok());
  std::string header;
  csv->AppendHeader(&header);
  EXPECT_EQ(header, "time,type,path,pid,uid,size,attr.note\n");
  Event event = SampleEvents()[1];
  event.payload = FsPayload{.path = "/a,\"b\"\n\xff", .size = 4096};
  event.attributes = {{"note", AttributeText{"plain"}}};
  EXPECT_EQ(Printed(*csv, event),
            "2026-11-23T13:00:00.123456789Z,fs.create,\"/a,\"\"b\"\"\\n\\xff\",4711,1000,4096,plain\n");
  event.flags = 0;
  event.pid = 0;
  event.attributes.clear();
  EXPECT_EQ(Printed(*csv, event), "2026-11-23T13:00:00.123456789Z,fs.create,\"/a,\"\"b\"\"\\n\\xff\",,,,\n");
}

TEST(CsvForm, HasTabsAndNoQuotesInTsv) {
  auto tsv = Csv::Make("type,path,uid,attr.a\tb", '\t');
  ASSERT_TRUE(tsv.ok());
  std::string header;
  tsv->AppendHeader(&header);
  EXPECT_EQ(header, "type\tpath\tuid\tattr.a\\tb\n");
  Event event{.type = kFsCreate};
  event.payload = FsPayload{.path = "/a,\"b\"\tc\nd\\e\xff"};
  EXPECT_EQ(Printed(*tsv, event), "fs.create\t/a,\"b\"\\tc\\nd\\\\e\\xff\t\t\n");
}

TEST(CsvForm, RefusesUnknownFields) {
  EXPECT_EQ(Csv::Make("time,pth").status().message(), "unknown field 'pth' (did you mean 'path'?)");
  EXPECT_FALSE(Csv::Make("").ok());
  EXPECT_FALSE(Csv::Make("time,").ok());
  EXPECT_FALSE(Csv::Make("attr.").ok());
  EXPECT_TRUE(Csv::Make(kDefaultCsvFields).ok());
}

std::string Filled(std::string_view text, const Event& event, bool escape = false) {
  auto made = Template::Make(text, escape);
  EXPECT_TRUE(made.ok()) << made.status().message();
  return made.ok() ? Printed(*made, event) : std::string();
}

TEST(TemplateForm, FillsIn) {
  Event event = SampleEvents()[1];
  event.attributes = {{"a:b", std::int64_t{-5}}, {"ratio", 0.5}, {"ok", true}};
  EXPECT_EQ(Filled("{time} {type} {pid}", event), "2026-11-23T13:00:00.123456789Z fs.create 4711\n");
  EXPECT_EQ(Filled("{name}|{ext}|{mode}|{device}|{size}|{result}|{id}", event),
            "status.o|o|100644|8:1|4096|0|0123456789abcdef000000000000002a\n");
  EXPECT_EQ(Filled("{{{path}}}\\t\\\\\\n", event), "{/srv/build/obj/status.o}\t\\\n");
  EXPECT_EQ(Filled("{path}\\0", event), std::string("/srv/build/obj/status.o\0", 24));
  EXPECT_EQ(Filled("{attr.a:b} {attr.ratio} {attr.ok:json} {attr.none}|{attr.none:json}|{attr.none:q}", event),
            "-5 0.5 true |null|''\n");
  EXPECT_EQ(Filled("{tid}{tid:json}{tid:q}", event), "null''\n");
  EXPECT_EQ(Filled("", event), "\n");
}

TEST(TemplateForm, NamesAttributesWithoutPrefixWhereTheyAreKnown) {
  Event event;
  event.comm = "cc";
  event.attributes = {{"rate", std::int64_t{7}}, {"comm", AttributeText{"ld"}}};
  const std::vector<std::string> known = {"rate", "comm"};
  auto made = Template::Make("{rate} {attr.rate} {comm}", false, '\n', known);
  ASSERT_TRUE(made.ok()) << made.status().message();
  EXPECT_EQ(Printed(*made, event), "7 7 ld\n");
  EXPECT_FALSE(Template::Make("{rate}", false).ok());
}

TEST(TemplateForm, QuotesForShellsJsonAndTerminals) {
  Event event;
  event.payload = FsPayload{.path = "/a b\xff\x1b"};
  event.attributes = {{"k", AttributeBytes{"\xff"}}, {"t", AttributeText{"x y"}}};
  EXPECT_EQ(Filled("{path}", event), "/a b\xff\x1b\n");
  EXPECT_EQ(Filled("{path}", event, true), "/a b\\xff\\x1b\n");
  EXPECT_EQ(Filled("{path:q} {attr.t:q}", event), "$'/a b\\xff\\x1b' 'x y'\n");
  EXPECT_EQ(Filled("{path:json} {attr.k:json} {type:json}", event),
            "\"/a b\xef\xbf\xbd\\u001b\" {\"b64\":\"/w==\"} \"0x0000\"\n");
}

TEST(TemplateForm, SaysWhereItIsWrong) {
  auto error = [](std::string_view text) { return Template::Make(text, false).status().message(); };
  EXPECT_EQ(error("{time} {pth}"), "column 9: unknown field 'pth' (did you mean 'path'?)");
  EXPECT_EQ(error("{path:x}"), "column 7: unknown form 'x' (q and json are known)");
  EXPECT_EQ(error("ab{path"), "column 3: '{' without '}' (for the character, write '{{')");
  EXPECT_EQ(error("ab}"), "column 3: '}' without '{' (for the character, write '}}')");
  EXPECT_EQ(error("a\\x"), "column 2: a backslash goes before n, t, 0 or \\");
  EXPECT_EQ(error("a\\"), "column 2: a backslash goes before n, t, 0 or \\");
  EXPECT_EQ(error("{}"), "column 2: unknown field ''");
}

}  // namespace
}  // namespace vexevt
