#include "lib/capture/audit_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "lib/event/event_view.h"
#include "lib/event/json_write.h"

namespace vexevt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Audited {
  std::vector<std::string> events;  // JSON
  std::string error, told;
};

Audited ImportAudit(std::string_view text) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  Audited imported;
  auto source = ImportAuditLog(UniqueFd(ends[0]), "audit.log",
                               {"here", "", [&](std::string_view said) { imported.told = said; }});
  FrameBatch batch;
  for (;;) {
    batch.Clear();
    auto state = source->Drain(&batch);
    for (std::span<const std::byte> rest = batch.frames(); !rest.empty();) {
      EventView event;
      std::size_t size = MeasureFrame(rest).bytes;
      EXPECT_TRUE(EventView::Bind(rest.first(size), &event));
      AppendJson(event, &imported.events.emplace_back());
      rest = rest.subspan(size);
    }
    if (!state.ok()) imported.error = state.status().message();
    if (!state.ok() || *state == DrainState::kEnd) return imported;
  }
}

// A call with these records behind it: `call` is what differs.
std::string Call(int serial, std::string_view call, const std::vector<std::string>& others) {
  std::string stamp = " msg=audit(1700000000.125:" + std::to_string(serial) + "): ";
  std::string text = "type=SYSCALL" + stamp + "arch=c000003e " + std::string(call) +
                     " items=2 ppid=1200 pid=1234 auid=1000 uid=0 gid=50 euid=0 suid=0 fsuid=0 egid=50 sgid=50 "
                     "fsgid=50 tty=pts0 ses=3 comm=\"touch\" exe=\"/usr/bin/touch\" subj=unconfined key=\"watch\"\n";
  text += "type=CWD" + stamp + "cwd=\"/home/ann\"\n";
  for (const std::string& other : others) text += "type=PATH" + stamp + other + "\n";
  return text + "type=PROCTITLE" + stamp + "proctitle=746F756368006E6F746573\n";
}

constexpr std::string_view kParent = "item=0 name=\"/home/ann/\" inode=12 dev=fd:01 mode=040755 nametype=PARENT";

TEST(AuditLogTest, AFileThatIsCreated) {
  Audited imported = ImportAudit(Call(
      77, "syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffd12345678 a2=941 a3=1b6",
      {std::string(kParent),
       "item=1 name=\"notes\" inode=99 dev=fd:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=CREATE cap_fp=0"}));
  EXPECT_EQ(imported.error, "");
  ASSERT_THAT(imported.events, SizeIs(1));
  const std::string& event = imported.events[0];
  for (const char* part :
       {"\"time\":\"2023-11-14T22:13:20.125", "\"type\":\"fs.create\"", "\"path\":\"/home/ann/notes\"", "\"pid\":1234",
        "\"ppid\":1200", "\"gid\":50", "\"comm\":\"touch\"", "\"exe\":\"/usr/bin/touch\"", "\"host\":\"here\"",
        "\"inode\":99", "\"auid\":1000", "\"audit.key\":\"watch\"", "\"audit.serial\":77",
        "\"proctitle\":\"touch notes\""}) {
    EXPECT_THAT(event, HasSubstr(part));
  }
  EXPECT_EQ(event.find("\"result\""), std::string::npos);
}

TEST(AuditLogTest, ACallThatFailed) {
  Audited imported = ImportAudit(Call(1, "syscall=2 success=no exit=-13 a0=7ffd a1=0 a2=0 a3=0",
                                      {"item=0 name=\"/etc/shadow\" inode=5 dev=fd:01 mode=0100640 nametype=NORMAL"}));
  ASSERT_THAT(imported.events, SizeIs(1));
  EXPECT_THAT(imported.events[0], HasSubstr("\"type\":\"fs.open\""));
  EXPECT_THAT(imported.events[0], HasSubstr("\"result\":-13"));
}

// Type and paths of a call's event.
std::string Told(std::string_view call, const std::vector<std::string>& items) {
  Audited imported = ImportAudit(Call(1, call, items));
  if (imported.events.size() != 1) return "(" + std::to_string(imported.events.size()) + " events)";
  auto value = [&](const std::string& key) -> std::string {
    std::size_t at = imported.events[0].find("\"" + key + "\":\"");
    if (at == std::string::npos) return {};
    at += key.size() + 4;
    return " " + imported.events[0].substr(at, imported.events[0].find('"', at) - at);
  };
  return value("type").substr(1) + value("path") + value("path2");
}

TEST(AuditLogTest, WhatEachCallTells) {
  const std::string parent(kParent), deleted = "name=\"a\" nametype=DELETE", created = "name=\"b\" nametype=CREATE",
                                     normal = "name=\"./c\" nametype=NORMAL";
  EXPECT_EQ(Told("syscall=82 exit=0 a0=1 a1=2", {parent, parent, deleted, created}),
            "fs.rename /home/ann/a /home/ann/b");
  // One that replaces a file deletes that too.
  EXPECT_EQ(Told("syscall=82 exit=0", {parent, parent, deleted, "name=\"b\" nametype=DELETE", created}),
            "fs.rename /home/ann/a /home/ann/b");
  EXPECT_EQ(Told("syscall=87 exit=0", {parent, deleted}), "fs.delete /home/ann/a");
  EXPECT_EQ(Told("syscall=263 exit=0 a0=ffffff9c a1=7f a2=0", {parent, deleted}), "fs.delete /home/ann/a");
  EXPECT_EQ(Told("syscall=263 exit=0 a0=ffffff9c a1=7f a2=200", {parent, deleted}), "fs.rmdir /home/ann/a");
  EXPECT_EQ(Told("syscall=84 exit=0", {parent, deleted}), "fs.rmdir /home/ann/a");
  EXPECT_EQ(Told("syscall=83 exit=0", {parent, created}), "fs.mkdir /home/ann/b");
  EXPECT_EQ(Told("syscall=88 exit=0", {"name=\"../t\" nametype=UNKNOWN", parent, created}),
            "fs.symlink /home/ann/b ../t");
  EXPECT_EQ(Told("syscall=86 exit=0", {normal, parent, created}), "fs.hardlink /home/ann/c /home/ann/b");
  EXPECT_EQ(Told("syscall=90 exit=0", {normal}), "fs.chmod /home/ann/c");
  EXPECT_EQ(Told("syscall=94 exit=0", {normal}), "fs.chown /home/ann/c");
  EXPECT_EQ(Told("syscall=76 exit=0", {normal}), "fs.truncate /home/ann/c");
  EXPECT_EQ(Told("syscall=188 exit=0", {normal}), "fs.setxattr /home/ann/c");
  EXPECT_EQ(Told("syscall=198 exit=0", {normal}), "fs.removexattr /home/ann/c");
  EXPECT_EQ(Told("syscall=59 exit=0", {"name=\"/bin/ls\" nametype=NORMAL", "name=\"/lib/ld.so\" nametype=NORMAL"}),
            "fs.exec /bin/ls");
  EXPECT_EQ(Told("syscall=133 exit=0", {parent, "name=\"p\" mode=010644 nametype=CREATE"}), "fs.mknod /home/ann/p");
  EXPECT_EQ(Told("syscall=41 exit=3", {}), "(0 events)");  // socket
}

TEST(AuditLogTest, ANameRelativeToAnUnknownDirectory) {
  EXPECT_EQ(Told("syscall=257 exit=4 a0=5 a1=7f a2=0", {"name=\"x\" nametype=NORMAL"}), "fs.open ?/x");
  EXPECT_EQ(Told("syscall=257 exit=4 a0=5 a1=7f a2=0", {"name=\"/x\" nametype=NORMAL"}), "fs.open /x");
}

TEST(AuditLogTest, HexadecimalNames) {
  EXPECT_EQ(Told("syscall=76 exit=0", {"name=2F746D702F6120622E747874 nametype=NORMAL"}), "fs.truncate /tmp/a b.txt");
  EXPECT_EQ(Told("syscall=77 exit=0", {"name=(null) inode=4 nametype=NORMAL"}), "fs.truncate");
}

TEST(AuditLogTest, RecordsOfSeveralEventsAreMixed) {
  std::string one = Call(1, "syscall=76 exit=0", {"name=\"/one\" nametype=NORMAL"});
  std::string two = Call(2, "syscall=76 exit=0", {"name=\"/two\" nametype=NORMAL"});
  std::string mixed;
  while (!one.empty()) {
    for (std::string* text : {&one, &two}) {
      mixed += text->substr(0, text->find('\n') + 1);
      text->erase(0, text->find('\n') + 1);
    }
  }
  Audited imported = ImportAudit(mixed);
  EXPECT_THAT(imported.events, ElementsAre(HasSubstr("\"/one\""), HasSubstr("\"/two\"")));
}

TEST(AuditLogTest, OtherRecordsAndArchitecturesAreLeftOutAndCounted) {
  std::string text =
      "type=USER_LOGIN msg=audit(1700000000.000:1): pid=9 uid=0 msg='op=login acct=\"x\" exe=\"/usr/sbin/sshd\"'\n";
  std::string other = Call(2, "syscall=5 exit=3", {"name=\"/x\" nametype=NORMAL"});
  other.replace(other.find("c000003e"), 8, "40000003");
  Audited imported = ImportAudit(text + other + "type=EOE msg=audit(1700000000.125:2): \n");
  EXPECT_EQ(imported.error, "");
  EXPECT_THAT(imported.events, IsEmpty());
  EXPECT_EQ(imported.told, "'audit.log': 2 of its records and events tell of nothing that is imported");
}

TEST(AuditLogTest, NodesAndWhatIsEnriched) {
  std::string text = Call(1, "syscall=76 exit=0", {"name=\"/x\" nametype=NORMAL\x1dOUID=\"unfinished"});
  std::string nodes;
  while (!text.empty()) {
    nodes += "node=web1 " + text.substr(0, text.find('\n') + 1);
    text.erase(0, text.find('\n') + 1);
  }
  Audited imported = ImportAudit(nodes);
  EXPECT_EQ(imported.error, "");
  EXPECT_THAT(imported.events, ElementsAre(HasSubstr("\"host\":\"web1\"")));
}

TEST(AuditLogTest, ABadLineIsNamedAfterTheEventsBeforeIt) {
  std::string good = Call(1, "syscall=76 exit=0", {"name=\"/x\" nametype=NORMAL"});
  const std::string stamp = "msg=audit(1700000000.125:2): ";
  for (const auto& [line, error] : std::vector<std::pair<std::string, std::string>>{
           {"nonsense", "expected 'type='"},
           {"type=PATH", "expected 'type='"},
           {"type=PATH msg=audit(17:2): name=\"x\"", "expected 'msg=audit("},
           {"type=PATH msg=audit(99999999999999999.000:2): name=\"x\"", "expected 'msg=audit("},
           {"type=PATH " + stamp + "name=\"x", "the quote after 'name=' does not end"},
           {"type=PATH " + stamp + "name=2F7", "'name=2F7' is neither quoted nor hexadecimal"},
           {"type=SYSCALL " + stamp + "arch=c000003e syscall=x", "'syscall=x' is no number"}}) {
    Audited imported = ImportAudit(good + line + "\n" + good);
    EXPECT_THAT(imported.error, HasSubstr("audit.log: line 5: " + error));
    EXPECT_THAT(imported.events, SizeIs(1)) << line;
  }
}

}  // namespace
}  // namespace vexevt
