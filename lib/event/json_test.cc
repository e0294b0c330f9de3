// json_read.h and json_write.h.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cerrno>
#include <limits>

#include "lib/event/encode.h"
#include "lib/event/json_pointer.h"
#include "lib/event/json_read.h"
#include "lib/event/json_write.h"
#include "lib/event/testing/samples.h"

namespace vexevt {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string JsonOf(const Event& event) {
  std::vector<std::byte> frame = FrameOf(event);
  EventView view;
  EXPECT_TRUE(EventView::Bind(frame, &view));
  std::string text;
  AppendJson(view, &text);
  EXPECT_LE(text.size() + 8, JsonBound(view));
  return text;
}

// Checks that the event comes back from its JSON as the same frame; returns the JSON.
std::string ExpectRoundTrip(const Event& event) {
  std::string text = JsonOf(event);
  EXPECT_THAT(text, EndsWith("}\n"));
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  JsonReader reader;
  Event back;
  Result<bool> read = reader.Read(text, &back);
  EXPECT_TRUE(read.ok()) << read.status().message() << "\n" << text;
  if (!read.ok()) return text;
  EXPECT_EQ(FrameOf(back), FrameOf(event)) << text << JsonOf(back);
  return text;
}

std::string ErrorOf(std::string_view line) {
  JsonReader reader;
  Event event;
  Result<bool> read = reader.Read(line, &event);
  EXPECT_FALSE(read.ok()) << line;
  if (read.ok()) return {};
  EXPECT_EQ(read.status().code(), StatusCode::kDataLoss);
  return read.status().message();
}

Event FileEvent(std::string_view path) {
  Event event;
  event.type = kFsCreate;
  event.payload = FsPayload{.path = path};
  return event;
}

TEST(Json, RoundTripsEveryShape) {
  for (const Event& event : SampleEvents()) ExpectRoundTrip(event);
}

TEST(Json, ReadsWell) {
  EXPECT_EQ(JsonOf(SampleEvents()[1]),
            R"({"id":"0123456789abcdef000000000000002a","time":"2026-11-23T13:00:00.123456789Z","mono":987654321,)"
            R"("type":"fs.create","boundary":"kernel","pid":4711,"ppid":1,"uid":1000,"gid":1000,"comm":"cc1plus",)"
            R"("exe":"/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus","host":"builder","flags":["credentials","stat"],)"
            R"("path":"/srv/build/obj/status.o","size":4096,"mode":"100644","inode":131073,"device":"8:1"})"
            "\n");
  EXPECT_EQ(JsonOf(Event{}), "{\"type\":\"0x0000\"}\n");
}

TEST(Json, NonUtf8BytesHaveATwin) {
  std::string text = ExpectRoundTrip(FileEvent("/a\xff\xc3/\xc3\xa9"));
  EXPECT_THAT(text, HasSubstr("\"path\":\"/a\xef\xbf\xbd\xef\xbf\xbd/\xc3\xa9\",\"path_b64\":\"L2H/wy/DqQ==\""));
  EXPECT_THAT(ExpectRoundTrip(FileEvent("/a\xef\xbf\xbd")), Not(HasSubstr("_b64")));
}

TEST(Json, EveryByteAtEveryPlaceOfAWordRoundTrips) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (std::size_t at = 0; at < 20; ++at) {
      std::string path(20, 'x');
      path[at] = static_cast<char>(byte);
      std::string text = ExpectRoundTrip(FileEvent(path));
      for (char c : text) ASSERT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)) << byte;
    }
  }
}

TEST(Json, TerminalSequencesAreEscaped) {
  EXPECT_THAT(ExpectRoundTrip(FileEvent("\x1b[31m\x7f\xc2\x9b"
                                        "1m\"\\\t")),
              HasSubstr(R"("\u001b[31m\u007f\u009b1m\"\\\t")"));
}

TEST(Json, NumbersStayExact) {
  Event event = FileEvent("/x");
  event.id = {UINT64_MAX, (std::uint64_t{1} << 53) + 1};
  event.wall_ns = UINT64_MAX / 1'000'000'000 * 1'000'000'000 - 1;
  event.mono_ns = UINT64_MAX;
  event.hlc = UINT64_MAX - 1;
  event.latency_ns = (std::uint64_t{1} << 53) + 1;
  event.result = std::numeric_limits<std::int32_t>::min();
  std::get<FsPayload>(event.payload).inode = UINT64_MAX;
  std::get<FsPayload>(event.payload).device = UINT32_MAX;
  event.attributes = {{"least", std::numeric_limits<std::int64_t>::min()},
                      {"most", std::numeric_limits<std::int64_t>::max()},
                      {"odd", (std::int64_t{1} << 53) + 1}};
  ExpectRoundTrip(event);
  event.result = ENOENT;
  EXPECT_THAT(ExpectRoundTrip(event), HasSubstr("\"result\":\"ENOENT\""));
}

TEST(Json, FloatsStayExactAndApartFromIntegers) {
  Event event;
  event.type = kVexevtAlert;
  const double nan_with_payload = std::bit_cast<double>(std::uint64_t{0x7ff8000000000001});
  for (double value :
       {1.0, -0.0, 0.1, 1e22, 5e-324, 1.7976931348623157e308, 1.0 / 3, 1e300 * 1e10, -1e300 * 1e10,
        std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::quiet_NaN(), nan_with_payload}) {
    event.payload = ObservabilityPayload{"load", "", "1", value};
    event.attributes = {{"float", value}, {"int", std::int64_t{1}}};
    ExpectRoundTrip(event);
  }
  event.attributes = {{"float", 1.0}, {"int", std::int64_t{1}}};
  EXPECT_THAT(JsonOf(event), HasSubstr(R"("attributes":{"float":1.0,"int":1})"));
}

TEST(Json, AttributesKeepTypeOrderAndKeys) {
  Event event;
  event.attributes = {
      {"b", AttributeBytes{"\x01"}}, {"t", AttributeText{"\xff"}}, {"a", AttributeText{""}}, {"y", true}};
  EXPECT_THAT(ExpectRoundTrip(event),
              HasSubstr("\"attributes\":{\"b\":{\"b64\":\"AQ==\"},\"t\":{\"text\":\"\xef\xbf\xbd\",\"b64\":\"/w==\"},"
                        "\"a\":\"\",\"y\":true}"));
  event.attributes = {{"k", std::int64_t{1}}, {"k", std::int64_t{1}}, {"", false}};
  EXPECT_THAT(ExpectRoundTrip(event),
              HasSubstr(R"("attributes":[{"key":"k","value":1},{"key":"k","value":1},{"key":"","value":false}])"));
  event.attributes = {{"\xff", AttributeText{"v"}}, {"\xfe", AttributeText{"v"}}};
  EXPECT_THAT(ExpectRoundTrip(event), HasSubstr("\"key_b64\":\"/w==\""));
  event.attributes.clear();
  std::vector<std::string> keys;
  for (int i = 0; i < 100; ++i) keys.push_back("key" + std::to_string(i));
  for (const std::string& key : keys) event.attributes.push_back({key, AttributeText{key}});
  EXPECT_THAT(ExpectRoundTrip(event), HasSubstr("\"attributes\":{"));
  event.attributes.push_back({"key50", 0.5});
  EXPECT_THAT(ExpectRoundTrip(event), HasSubstr("\"attributes\":["));
}

TEST(Json, FlagsAndEnumsUnknownHereSurvive) {
  Event event = FileEvent("");
  event.flags = 0xffff;
  event.boundary = static_cast<Boundary>(200);
  event.priority = static_cast<Priority>(77);
  event.type = 0x7f01;
  EXPECT_THAT(ExpectRoundTrip(event), HasSubstr("\"type\":\"0x7f01\",\"boundary\":200,\"priority\":77"));
  for (unsigned bit = 0; bit < 16; ++bit) {
    event.flags = static_cast<std::uint16_t>(1u << bit);
    ExpectRoundTrip(event);
  }
}

TEST(Json, ValuesWithoutTheirFlagSurvive) {
  Event event = FileEvent("/x");
  event.uid = 5;
  EXPECT_THAT(ExpectRoundTrip(event), HasSubstr("\"flags\":[]"));
  event.uid = 0;
  std::get<FsPayload>(event.payload).mode = 1;
  ExpectRoundTrip(event);
  event.flags = kFlagDirectory;
  ExpectRoundTrip(event);
  event.payload = GraphPayload{};
  event.flags = kFlagStat;
  EXPECT_THAT(ExpectRoundTrip(event), HasSubstr("\"graph\":{}"));
}

TEST(JsonRead, TakesWhatPeopleWrite) {
  JsonReader reader;
  Event event;
  ASSERT_TRUE(*reader.Read(R"({"type":"fs.create","path":"/x"})", &event));
  EXPECT_TRUE(event == FileEvent("/x"));
  ASSERT_TRUE(*reader.Read(R"( { "path" : "/x" , "uid" : 0, "size":10, "type" : "fs.create" } )", &event));
  EXPECT_EQ(event.flags, kFlagCredentials | kFlagStat);
  ASSERT_TRUE(
      *reader.Read(R"({"type":"graph.edge-create","graph":{"node":"a","target":"b"},"priority":"high"})", &event));
  EXPECT_EQ(event.payload, Payload(GraphPayload{.node = "a", .target = "b"}));
  EXPECT_EQ(event.priority, Priority::kHigh);
  ASSERT_TRUE(
      *reader.Read(R"({"type":"fs.open","fs":{"path":"/y"},"result":13,"time":"2026-11-23T14:00:00+01:00"})", &event));
  EXPECT_EQ(event.result, EACCES);
  EXPECT_EQ(event.wall_ns, 1'795'438'800'000'000'000u);
  EXPECT_EQ(reader.lines(), 4u);
}

TEST(JsonRead, SkipsBlankLinesAndGoesOnAfterErrors) {
  JsonReader reader;
  Event event;
  EXPECT_FALSE(*reader.Read("", &event));
  EXPECT_FALSE(*reader.Read(" \r", &event));
  EXPECT_THAT(reader.Read("{", &event).status().message(), StartsWith("line 3: not JSON"));
  EXPECT_TRUE(*reader.Read(R"({"type":"fs.open"})", &event));
}

TEST(JsonRead, SaysWhatIsWrong) {
  EXPECT_EQ(ErrorOf(R"({"type":"fs.create","pth":"/x"})"), "line 1: unknown key 'pth' (did you mean 'path'?)");
  EXPECT_EQ(ErrorOf(R"({"type":"fs.creat"})"), "line 1: unknown type 'fs.creat' (did you mean 'fs.create'?)");
  EXPECT_EQ(ErrorOf(R"({"type":"fs.open","pid":"x"})"),
            "line 1: 'pid' is \"x\": not a whole number from 0 to 4294967295");
  EXPECT_EQ(ErrorOf(R"({"type":"fs.open","pid":4294967296})"),
            "line 1: 'pid' is 4294967296: not a whole number from 0 to 4294967295");
  EXPECT_EQ(ErrorOf(R"({"type":"fs.open","pid":-1})"), "line 1: 'pid' is -1: not a whole number from 0 to 4294967295");
  EXPECT_EQ(ErrorOf(R"({"type":"fs.open","pid":1.5})"),
            "line 1: 'pid' is 1.5: not a whole number from 0 to 4294967295");
  EXPECT_EQ(ErrorOf(R"({"type":"fs.open","flags":["directoy"]})"),
            "line 1: unknown flag 'directoy' (did you mean 'directory'?)");
  EXPECT_EQ(ErrorOf(R"({"type":"fs.open","path":"/x","graph":{"node":"a"}})"),
            "line 1: 'path' and 'graph' are of different payloads: an event has one");
  EXPECT_EQ(ErrorOf(R"({"type":"fs.open","graph":{"nod":"a"}})"),
            "line 1: unknown key 'graph.nod' (did you mean 'graph.node'?)");
  EXPECT_EQ(ErrorOf(R"({"type":"fs.open","path":"/x","path":"/y"})"), "line 1: 'path' stands twice");
  EXPECT_EQ(ErrorOf(R"({"path":"/x"})"), "line 1: the event has no 'type'");
  EXPECT_EQ(ErrorOf(R"([1])"), "line 1: [1] is not an event");
  EXPECT_EQ(ErrorOf(R"({"type":"fs.open","directory":true})"),
            "line 1: 'directory' is a flag: write \"flags\":[\"directory\"]");
  EXPECT_EQ(ErrorOf("{\"type\":\"fs.open\",\"path\":\"\xff\"}"), "line 1: not JSON: it is not UTF-8");
}

TEST(JsonRead, RefusesWhatDoesNotFit) {
  for (const char* line : {R"({"type":1})",
                           R"({"type":"fs.open","time":"noon"})",
                           R"({"type":"fs.open","time":5})",
                           R"({"type":"fs.open","id":"12"})",
                           R"({"type":"fs.open","id":"0123456789abcdef000000000000002g"})",
                           R"({"type":"fs.open","mode":"8"})",
                           R"({"type":"fs.open","mode":644})",
                           R"({"type":"fs.open","mode":"200000"})",
                           R"({"type":"fs.open","device":"8"})",
                           R"({"type":"fs.open","device":"4096:0"})",
                           R"({"type":"fs.open","device":"8:1x"})",
                           R"({"type":"fs.open","result":"EWHAT"})",
                           R"({"type":"fs.open","result":4294967296})",
                           R"({"type":"fs.open","path":null})",
                           R"({"type":"fs.open","path_b64":"x"})",
                           R"({"type":"fs.open","pid_b64":"eA=="})",
                           R"({"type":"fs.open","boundary":"kernal"})",
                           R"({"type":"fs.open","priority":65536})",
                           R"({"type":"fs.open","span":"12"})",
                           R"({"type":"fs.open","causes":"x"})",
                           R"({"type":"fs.open","causes":["x"]})",
                           R"({"type":"fs.open","attributes":1})",
                           R"({"type":"fs.open","attributes":{"a":null}})",
                           R"({"type":"fs.open","attributes":{"a":[1]}})",
                           R"({"type":"fs.open","attributes":{"a":9223372036854775808}})",
                           R"({"type":"fs.open","attributes":{"a":{"b64":"x"}}})",
                           R"({"type":"fs.open","attributes":{"a":{"b64":"","x":1}}})",
                           R"({"type":"fs.open","attributes":[{"key":"a"}]})",
                           R"({"type":"fs.open","attributes":[1]})",
                           R"({"type":"fs.open","flags":["0x10000"]})",
                           R"({"type":"fs.open","flags":[],"flags":[]})",
                           R"({"type":"fs.open","name":"x"})",
                           R"({"type":"fs.open","seq":1})",
                           R"({"type":"fs.open","fs":{"type":"fs.open"}})",
                           R"({"type":"match","match":{}})",
                           R"({"type":"vexevt.match","match":{"uncertain":1}})",
                           R"({"type":"fs.open"}})",
                           R"({"type":"fs.open"} {"type":"fs.open"})",
                           R"({"type":"fs.open")",
                           "nonsense",
                           "\"\\ud800\""}) {
    EXPECT_THAT(ErrorOf(line), StartsWith("line 1: ")) << line;
  }
}

// Lines at the edge of what PlainJson takes. A space in front keeps a line from it.
TEST(JsonRead, ReadsPlainLinesAsAllOthers) {
  const std::string long_path(3000, 'x');
  for (const std::string& line : std::initializer_list<std::string>{
           R"({"type":"fs.open"})",
           R"({"type": "fs.open", "pid": 1, "path": "/x"})",
           R"({"path":"/a b","type":"fs.open","size":0,"mode":"0"})",
           R"({"type":"fs.open","path":"/é/日本"})",
           R"({"type":"fs.open","path":"/a\"b\\"})",
           R"({"type":"fs.open","path":"/a\u00e9"})",
           R"({"type":"fs.open","path":")" + long_path + R"(","comm":")" + long_path + R"("})",
           R"({"type":"fs.open","path":""})",
           R"({"type":"fs.open","inode":12345678,"size":123456789,"offset":1234567890123456789})",
           R"({"type":"fs.open","inode":18446744073709551615})",
           R"({"type":"fs.open","inode":18446744073709551616})",
           R"({"type":"fs.open","pid":00})",
           R"({"type":"fs.open","pid":-0})",
           R"({"type":"fs.open","pid":1e2})",
           R"({"type":"fs.open","uid":0,"flags":[]})",
           R"({"type":"fs.open","flags":["stat","directory"],"size":1})",
           R"({"type":"fs.open","flags":["stat",]})",
           R"({"type":"fs.open","time":"2026-11-23T12:00:00.123456789Z"})",
           R"({"type":"fs.open","time":"2026-11-23T23:59:60.123456789Z"})",
           R"({"type":"fs.open","time":"2026-02-30T12:00:00.123456789Z"})",
           R"({"type":"fs.open","time":"2554-07-21T23:34:33.709551616Z"})",
           R"({"type":"fs.open","time":"1969-12-31T23:59:59.999999999Z"})",
           R"({"type":"fs.open","id":"0123456789abcdefFEDCBA9876543210"})",
           R"({"type":"fs.open","result":"ENOENT"})",
           R"({"type":"fs.open","result":-7})",
           R"({"type":"0x0777"})",
           R"({"type":"graph.node-create","graph":{"node":"a"},"causes":["0123456789abcdef0123456789abcdef"]})",
           R"({"type":"graph.node-create","graph":{},"path":"/x"})",
           R"({"type":"graph.node-create","graph":{"node":"a"},"graph":{"label":"b"}})",
           R"({"type":"graph.node-create","graph":{"node":"a"})",
           R"({"type":"fs.open","fs":{}})",
           R"({"type":"system.sync","system":{"value":-9223372036854775808}})",
           R"({"type":"system.sync","system":{"value":-0}})",
           R"({"type":"agent.query","agent":{"confidence":-0}})",
           R"({"type":"agent.query","agent":{"confidence":1e-400}})",
           R"({"type":"agent.query","agent":{"confidence":0.1,"tokens":5}})",
           R"({"type":"agent.query","agent":{"confidence":1.}})",
           R"({"type":"agent.query","agent":{"confidence":.5}})",
           R"({"type":"agent.query","agent":{"confidence":1E+2}})",
           R"({"type":"agent.query","agent":{"confidence":"nan"}})",
           R"({"type":"vexevt.match","match":{"uncertain":true}})",
           R"({"type":"vexevt.match","match":{"uncertain":false}})",
           R"({"type":"fs.open","attributes":{}})",
           R"({"type":"fs.open","attributes":{"a":"x", "b": 1,"c":-2.5,"d":true,"e":false,"a":1}})",
           R"({"type":"fs.open","attributes":{"a":truth}})",
           R"({"type":"fs.open","attributes":{"a":1,}})",
           R"({"type":"fs.open","session":"s","transaction":"t","trace":"00000000000000000000000000000001"})",
           R"({"type":"fs.open","span":"00f067aa0ba902b7","hlc":"00f067aa0ba902b7"})",
           R"({"type":"fs.open","path":"/x)",
           "{\"type\":\"fs.open\",\"path\":\"/\x01\"}",
           "{\"type\":\"fs.open\",\"path\":\"/\xc3\"}",
           "{\"type\":\"fs.open\"}\r\n",
           "{\"type\":\"fs.open\"} x"}) {
    JsonReader plain, other;
    Event event, spaced;
    Result<bool> read = plain.Read(line, &event), read_spaced = other.Read(" " + line, &spaced);
    ASSERT_EQ(read.ok(), read_spaced.ok()) << line;
    if (read.ok()) {
      EXPECT_EQ(FrameOf(event), FrameOf(spaced)) << line;
    } else {
      EXPECT_EQ(read.status().message(), read_spaced.status().message());
    }
  }
}

TEST(JsonPointer, GivesTheTextThatStandsThere) {
  constexpr std::string_view kJson = R"({"choices":[{"message":{"content":"a\nb"},"n":1}]})";
  EXPECT_EQ(*JsonTextAt(kJson, "/choices/0/message/content"), "a\nb");
  EXPECT_EQ(JsonTextAt(kJson, "/choices/0/n").status().message(), "JSON without a text at '/choices/0/n'");
  EXPECT_EQ(JsonTextAt(kJson, "/choices/1").status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(JsonTextAt("{", "/a").status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(JsonTextAt("", "/a").status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace vexevt
