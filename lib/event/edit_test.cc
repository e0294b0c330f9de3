#include "lib/event/edit.h"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "lib/base/bytes.h"
#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "lib/event/newer.capnp.h"
#include "lib/event/testing/samples.h"
#include "lib/event/unpack.h"

namespace vexevt {
namespace {

std::vector<std::byte> Edited(std::span<const std::byte> frame, const std::function<void(FrameEditor&)>& change) {
  FrameEditor editor;
  std::vector<std::byte> out;
  EXPECT_TRUE(editor.Load(frame).ok());
  change(editor);
  EXPECT_TRUE(editor.Save(&out).ok());
  return out;
}

bool Contains(std::span<const std::byte> frame, std::string_view bytes) {
  return AsText(frame).find(bytes) != std::string_view::npos;
}

TEST(FrameEditor, ChangesNothingUnasked) {
  for (const Event& event : SampleEvents()) {
    EXPECT_EQ(Edited(FrameOf(event), [](FrameEditor&) {}), FrameOf(event)) << TypeName(event.type);
  }
}

// Each change to a frame gives what encoding the changed event gives.
TEST(FrameEditor, ChangesAreThoseOfTheEvent) {
  struct Change {
    std::function<void(FrameEditor&)> edit;
    std::function<void(Event&)> model;
  };
  const std::string long_text(5000, 'x');
  const std::vector<Change> changes = {
      {[](FrameEditor& e) { e.SetPriority(Priority::kCritical); }, [](Event& e) { e.priority = Priority::kCritical; }},
      {[](FrameEditor& e) { e.SetPriority(Priority::kNormal); }, [](Event& e) { e.priority = Priority::kNormal; }},
      {[](FrameEditor& e) {
         e.AddCause({7, 8});
       },
       [](Event& e) {
         e.causes.push_back({7, 8});
       }},
      {[](FrameEditor& e) { e.SetBytes(*FindField("host"), "other"); }, [](Event& e) { e.host = "other"; }},
      {[&](FrameEditor& e) { e.SetBytes(*FindField("tenant"), long_text); }, [&](Event& e) { e.tenant = long_text; }},
      {[](FrameEditor& e) { e.SetBytes(*FindField("comm"), ""); }, [](Event& e) { e.comm = ""; }},
      {[](FrameEditor& e) { e.SetBytes(*FindField("session"), "S"); }, [](Event& e) { e.context.session = "S"; }},
      {[](FrameEditor& e) { e.Clear(*FindField("transaction")); }, [](Event& e) { e.context.transaction = ""; }},
      {[](FrameEditor& e) { e.Clear(*FindField("span")); }, [](Event& e) { e.context.span = 0; }},
      {[](FrameEditor& e) { e.Clear(*FindField("pid")); }, [](Event& e) { e.pid = 0; }},
      {[](FrameEditor& e) { e.Clear(*FindField("uid")); },
       [](Event& e) {
         e.uid = e.gid = e.ppid = 0;
         e.flags = static_cast<std::uint16_t>(e.flags & ~kFlagCredentials);
       }},
      {[](FrameEditor& e) { e.SetBytes(*FindField("path"), "/p"); },
       [](Event& e) {
         if (auto* fs = std::get_if<FsPayload>(&e.payload)) fs->path = "/p";
       }},
      {[](FrameEditor& e) { e.SetBytes(*FindField("graph.node"), ""); },
       [](Event& e) {
         if (auto* graph = std::get_if<GraphPayload>(&e.payload)) graph->node = "";
       }},
      {[](FrameEditor& e) { e.Clear(*FindField("vector.score")); },
       [](Event& e) {
         if (auto* vector = std::get_if<VectorPayload>(&e.payload)) vector->score = 0;
       }},
      {[](FrameEditor& e) {
         e.SetAttribute({"new", AttributeBytes{"\x01"}});
       },
       [](Event& e) {
         e.attributes.push_back({"new", AttributeBytes{"\x01"}});
       }},
      {[](FrameEditor& e) { e.RemoveAttribute("n"); },
       [](Event& e) { std::erase_if(e.attributes, [](const Attribute& a) { return a.key == "n"; }); }},
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    for (Event event : SampleEvents()) {
      std::vector<std::byte> edited = Edited(FrameOf(event), changes[i].edit);
      changes[i].model(event);
      EXPECT_EQ(edited, FrameOf(event)) << "change " << i << ", " << TypeName(event.type);
    }
  }
}

TEST(FrameEditor, AttributesAreReplacedByKey) {
  Event event;
  event.attributes = {{"a", AttributeText{"1"}}, {"k", AttributeText{"secret"}}, {"b", 0.5}, {"k", true}, {"c", true}};
  for (const Attribute& value : std::vector<Attribute>{{"k", AttributeText{"v"}},
                                                       {"k", std::int64_t{-1}},
                                                       {"k", 1.5},
                                                       {"k", true},
                                                       {"k", AttributeBytes{"b"}},
                                                       {"k", AttributeText{""}}}) {
    std::vector<std::byte> edited = Edited(FrameOf(event), [&](FrameEditor& e) { e.SetAttribute(value); });
    Event expected = event;
    expected.attributes = {{"a", AttributeText{"1"}}, value, {"b", 0.5}, {"c", true}};
    EXPECT_EQ(edited, FrameOf(expected));
    EXPECT_FALSE(Contains(edited, "secret"));
  }
  event.attributes[1].value = std::int64_t{0x746572636573};  // "secret"
  EXPECT_FALSE(Contains(Edited(FrameOf(event),
                               [](FrameEditor& e) {
                                 e.SetAttribute({"k", AttributeText{"v"}});
                               }),
                        "secret"));
  Event unnamed;
  unnamed.attributes = {{"", AttributeText{""}}};
  EXPECT_EQ(Edited(FrameOf(Event{}), [&](FrameEditor& e) { e.SetAttribute(unnamed.attributes[0]); }), FrameOf(unnamed));
  std::vector<std::byte> edited = Edited(FrameOf(event), [](FrameEditor& e) {
    for (std::string_view key : {"k", "a", "b", "c", "none"}) e.RemoveAttribute(key);
  });
  EXPECT_EQ(edited, FrameOf(Event{}));
}

TEST(FrameEditor, RefusesWhatIsNoEvent) {
  FrameEditor editor;
  std::vector<std::byte> frame = FrameOf(SampleEvents()[2]);
  for (std::size_t size = 0; size < frame.size(); size += 8) {
    Status status = editor.Load(std::span(frame).first(size));
    EXPECT_EQ(status.code(), StatusCode::kDataLoss) << size;
  }
  // A struct where the list of attributes should be: capnp copies it, its accessors would throw.
  std::vector<std::byte> wrong(8 + 8 * (1 + layout::kAttributes + 1));
  Store<std::uint32_t>(wrong.data() + 4, static_cast<std::uint32_t>(wrong.size() / 8 - 1));
  Store<std::uint64_t>(wrong.data() + 8, std::uint64_t{layout::kAttributes + 1} << 48);
  Store<std::uint64_t>(wrong.data() + wrong.size() - 8, 0xfffffffc);
  EXPECT_EQ(editor.Load(wrong).code(), StatusCode::kDataLoss);
}

TEST(FrameEditor, RefusesToGrowBeyondTheLimit) {
  const std::string text(kMaxFrameBytes, 'x');
  FrameEditor editor;
  std::vector<std::byte> out;
  ASSERT_TRUE(editor.Load(FrameOf(SampleEvents()[1])).ok());
  editor.SetBytes(*FindField("tenant"), text);
  EXPECT_EQ(editor.Save(&out).code(), StatusCode::kDataLoss);
}

capnp::Data::Reader DataOf(std::string_view text) {
  return {reinterpret_cast<const kj::byte*>(text.data()), text.size()};
}

TEST(FrameEditor, KeepsWhatOnlyANewerSchemaKnows) {
  capnp::MallocMessageBuilder builder;
  auto event = builder.initRoot<newer::Event>();
  event.setType(kFsCreate);
  event.getPayload().initFs().setPath(DataOf("/x"));
  event.setMoreNumber(11);
  event.setMoreText(DataOf("more"));
  auto causes = event.initCauses(1);
  causes[0].setSource(1);
  causes[0].setMoreNumber(12);
  causes[0].setMoreText(DataOf("cause"));
  auto attributes = event.initAttributes(3);
  for (unsigned i = 0; i < 3; ++i) {
    attributes[i].setKey(DataOf(std::string(1, static_cast<char>('a' + i))));
    attributes[i].getValue().setInt(i);
    attributes[i].setMoreNumber(20 + i);
    attributes[i].setMoreText(DataOf("attribute"));
  }
  kj::Array<capnp::word> flat = capnp::messageToFlatArray(builder);
  std::vector<std::byte> edited = Edited(std::as_bytes(std::span(flat.begin(), flat.size())), [](FrameEditor& editor) {
    editor.SetPriority(Priority::kHigh);
    editor.SetBytes(*FindField("path"), "/y");
    editor.SetBytes(*FindField("session"), "s");
    editor.Clear(*FindField("uid"));
    editor.AddCause({2, 3});
    editor.SetAttribute({"b", true});
    editor.SetAttribute({"d", AttributeText{"new"}});
    editor.RemoveAttribute("a");
  });

  capnp::FlatArrayMessageReader reader(
      {reinterpret_cast<const capnp::word*>(edited.data()), edited.size() / sizeof(capnp::word)});
  auto back = reader.getRoot<newer::Event>();
  EXPECT_EQ(back.getMoreNumber(), 11u);
  EXPECT_EQ(back.getMoreText(), DataOf("more"));
  EXPECT_EQ(back.getPriority(), newer::Event::Priority::HIGH);
  EXPECT_EQ(back.getPayload().getFs().getPath(), DataOf("/y"));
  ASSERT_EQ(back.getCauses().size(), 2u);
  EXPECT_EQ(back.getCauses()[0].getMoreNumber(), 12u);
  EXPECT_EQ(back.getCauses()[0].getMoreText(), DataOf("cause"));
  EXPECT_EQ(back.getCauses()[1].getSequence(), 3u);
  ASSERT_EQ(back.getAttributes().size(), 3u);
  EXPECT_EQ(back.getAttributes()[0].getKey(), DataOf("b"));
  EXPECT_TRUE(back.getAttributes()[0].getValue().getBool());
  EXPECT_EQ(back.getAttributes()[0].getMoreNumber(), 21u);
  EXPECT_EQ(back.getAttributes()[1].getMoreNumber(), 22u);
  EXPECT_EQ(back.getAttributes()[1].getMoreText(), DataOf("attribute"));
  EXPECT_EQ(back.getAttributes()[2].getKey(), DataOf("d"));
}

}  // namespace
}  // namespace vexevt
