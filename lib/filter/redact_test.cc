#include "lib/filter/redact.h"

#include <gtest/gtest.h>

#include "lib/event/testing/samples.h"

namespace vexevt {
namespace {

constexpr std::string_view kKey = "0123456789abcdef0123456789abcdef";

struct Changed {
  std::vector<std::byte> frame;
  EventView view;
};

Changed Redacted(const Event& event, std::vector<Redaction> redactions, std::string_view key = kKey) {
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  EventView view;
  EXPECT_TRUE(EventView::Bind(frame, &view));
  Redactor redactor{std::string(key)};
  auto changed = redactor.Redact(view, redactions);
  EXPECT_TRUE(changed.ok()) << changed.status().message();
  Changed result{{changed->begin(), changed->end()}, {}};
  EXPECT_TRUE(EventView::Bind(result.frame, &result.view));
  return result;
}

bool Contains(const std::vector<std::byte>& frame, std::string_view text) {
  return AsText(frame).find(text) != std::string_view::npos;
}

TEST(Redactor, WhatIsRemovedIsGoneFromTheBytes) {
  Event event = SampleEvents()[2];
  Changed changed = Redacted(event, {{{"path2", {}}, RedactWith::kRemove}, {{"attr.note", {}}, RedactWith::kRemove}});
  EXPECT_EQ(changed.view.path2(), "");
  EXPECT_FALSE(Contains(changed.frame, "/srv/new"));
  EXPECT_FALSE(Contains(changed.frame, "h\xc3\xa9"));
  EXPECT_EQ(changed.view.path(), std::get<FsPayload>(event.payload).path);
  EXPECT_EQ(changed.view.attribute_count(), event.attributes.size() - 1);
}

TEST(Redactor, AMaskKeepsTheLength) {
  EXPECT_EQ(Redacted(SampleEvents()[1], {{{"comm", {}}, RedactWith::kMask}}).view.comm(), "*******");
}

TEST(Redactor, HashesOfEqualValuesAreEqualUnderOneKey) {
  std::vector<Redaction> hash = {{{"comm", {}}, RedactWith::kHash}};
  Changed a = Redacted(SampleEvents()[1], hash), b = Redacted(SampleEvents()[2], hash);
  EXPECT_EQ(a.view.comm().size(), 32u);
  EXPECT_EQ(a.view.comm(), b.view.comm());
  EXPECT_NE(a.view.comm(), Redacted(SampleEvents()[1], hash, "another key of enough bytes").view.comm());
}

TEST(Redactor, WhatIsNotThereStaysAway) {
  Event event = SampleEvents()[1];
  std::vector<std::byte> before;
  AppendFrame(event, &before);
  EXPECT_EQ(Redacted(event, {{{"path2", {}}, RedactWith::kHash}, {{"attr.none", {}}, RedactWith::kMask}}).frame,
            before);
}

TEST(Redactor, AHashWantsAKey) {
  auto rules = ParseRules("[[rule]]\nredact=[{field='comm', with='hash'}]\n", "r.toml");
  ASSERT_TRUE(rules.ok());
  EXPECT_TRUE(CheckRedactionKey(rules->rules, kKey).ok());
  EXPECT_EQ(CheckRedactionKey(rules->rules, "short").message(),
            "redacting 'comm' by a hash wants a key of at least 16 bytes in VEXEVT_REDACTION_KEY");
}

}  // namespace
}  // namespace vexevt
