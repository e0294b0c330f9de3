// Events for tests: one of each payload and shape, every field set in one of them.
#pragma once

#include <vector>

#include "lib/event/encode.h"
#include "lib/event/event.h"

namespace vexevt {

inline std::vector<std::byte> FrameOf(const Event& event) {
  std::vector<std::byte> frame;
  AppendFrame(event, &frame);
  return frame;
}

inline std::vector<Event> SampleEvents() {
  std::vector<Event> events;
  events.emplace_back();

  Event file;
  file.id = {0x0123456789abcdef, 42};
  file.wall_ns = 1'795'438'800'123'456'789;
  file.mono_ns = 987'654'321;
  file.type = kFsCreate;
  file.boundary = Boundary::kKernel;
  file.flags = kFlagCredentials | kFlagStat;
  file.pid = 4711;
  file.uid = 1000;
  file.gid = 1000;
  file.ppid = 1;
  file.comm = "cc1plus";
  file.exe = "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus";
  file.host = "builder";
  file.payload = FsPayload{
      .path = "/srv/build/obj/status.o", .inode = 131'073, .size = 4096, .device = 8 << 20 | 1, .mode = 0100644};
  events.push_back(file);

  Event rename = file;
  rename.id.sequence = 43;
  rename.type = kFsRename;
  rename.payload = FsPayload{.path = "/srv/\xff\n\"old",
                             .path2 = "/srv/new",
                             .xattr = "user.tag",
                             .inode = 7,
                             .size = 1,
                             .offset = 2,
                             .length = 3,
                             .device = 4,
                             .generation = 5,
                             .mount = 6,
                             .open_flags = 0x8000,
                             .mode = 0100600};
  rename.tid = 4712;
  rename.result = 2;
  rename.latency_ns = 1500;
  rename.hlc = 0x1122334455660001;
  rename.cgroup = "/system.slice/docker-1.scope";
  rename.tenant = "acme";
  rename.context = {1, 2, 3, "session-9", "tx-1"};
  rename.causes = {{1, 2}, {3, 4}};
  rename.attributes = {{"note", AttributeText{"h\xc3\xa9"}},
                       {"n", std::int64_t{-5}},
                       {"ratio", 0.25},
                       {"ok", true},
                       {"raw", AttributeBytes{"\x01\x02"}}};
  events.push_back(rename);

  auto with = [&](EventType type, Boundary boundary, Payload payload) {
    Event event = file;
    event.type = type;
    event.boundary = boundary;
    event.payload = std::move(payload);
    events.push_back(event);
  };
  with(0x0204, Boundary::kGraph, GraphPayload{"kg", "n1", "n2", "knows", 3});
  with(0x0304, Boundary::kVector, VectorPayload{"docs", "v-7", "cosine", 768, 10, 0.83});
  with(0x0403, Boundary::kAgent, AgentPayload{"planner", "t1", "delete", "m", 512, 0.5});
  with(kSystemMount, Boundary::kKernel, SystemPayload{"/dev/sda1", "/mnt", "ext4", -1});
  with(0x0604, Boundary::kUser, SemanticPayload{"a", "of", "b", "tidy up", 1.0});
  with(0x0801, Boundary::kAnalytics, ObservabilityPayload{"load", "", "1", 1.5});
  with(kVexevtMatch, Boundary::kAnalytics, MatchPayload{"mass-delete", 21, 2, true});
  with(kVexevtAction, Boundary::kAnalytics, ActionPayload{"quarantine", "move", "done", 1});
  with(kVexevtAudit, Boundary::kUser, AuditPayload{"root", "reload", "rules.toml", "done"});
  with(kVexevtLost, Boundary::kKernel, GapPayload{"fanotify", 854, 1'795'438'800'000'000'000});

  Event context_only;
  context_only.context.session = "s";
  events.push_back(context_only);
  Event empty_values;
  empty_values.attributes = {{"", AttributeText{""}}, {"k", AttributeText{""}}};
  empty_values.causes = {{0, 0}};
  events.push_back(empty_values);
  return events;
}

}  // namespace vexevt
