// Random events of every payload and shape, for properties.
#pragma once

#include <rapidcheck/gtest.h>

#include <bit>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "lib/event/event.h"

namespace vexevt {

// Makes random events, and owns their strings.
class RandomEvents {
 public:
  Event Any() {
    Event event;
    event.id = {Number(), Number()};
    event.wall_ns = Number() / 1'000'000'000 * 1'000'000'000 + *rc::gen::inRange<std::uint64_t>(0, 1'000'000'000);
    if (event.wall_ns / 1'000'000'000 >= UINT64_MAX / 1'000'000'000) event.wall_ns = 0;
    event.mono_ns = Number();
    event.hlc = Number();
    event.type = *rc::gen::oneOf(rc::gen::arbitrary<EventType>(), rc::gen::element(kFsCreate, kVexevtLost));
    event.boundary = static_cast<Boundary>(Small());
    event.priority = static_cast<Priority>(Small());
    event.flags = *rc::gen::arbitrary<std::uint16_t>();
    event.pid = Number32();
    event.tid = Number32();
    event.ppid = Number32();
    event.uid = Number32();
    event.gid = Number32();
    event.result = static_cast<std::int32_t>(Number32());
    event.latency_ns = Number();
    event.comm = Bytes();
    event.exe = Bytes();
    event.host = Bytes();
    event.cgroup = Bytes();
    event.tenant = Bytes();
    event.payload = AnyPayload();
    event.context = {Number(), Number(), Number(), Bytes(), Bytes()};
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i) event.causes.push_back({Number(), Number()});
    for (int i = *rc::gen::inRange(0, 5); i > 0; --i) event.attributes.push_back(AnyAttribute());
    return event;
  }

 private:
  // Zero, small and large alike.
  static std::uint64_t Number() {
    auto bits = *rc::gen::inRange(0, 65);
    return bits == 0 ? 0 : *rc::gen::arbitrary<std::uint64_t>() >> (64 - bits);
  }
  static std::uint32_t Number32() { return static_cast<std::uint32_t>(Number()); }
  static std::uint16_t Small() {
    return *rc::gen::oneOf(rc::gen::inRange<std::uint16_t>(0, 10), rc::gen::arbitrary<std::uint16_t>());
  }
  static double Real() {
    return *rc::gen::oneOf(rc::gen::arbitrary<double>(), rc::gen::just(-0.0), rc::gen::just(1.0),
                           rc::gen::map(rc::gen::arbitrary<std::uint64_t>(),
                                        [](std::uint64_t bits) { return std::bit_cast<double>(bits); }));
  }
  std::string_view Bytes() {
    auto any = rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    auto plain = rc::gen::container<std::string>(rc::gen::inRange('a', '{'));
    return strings_.emplace_back(
        *rc::gen::oneOf(any, plain, rc::gen::element<std::string>("", "/srv/\xc3\xa9", "\"\\\n")));
  }
  Payload AnyPayload() {
    switch (*rc::gen::inRange(0, 12)) {
      case 1:
        return FsPayload{.path = Bytes(),
                         .path2 = Bytes(),
                         .xattr = Bytes(),
                         .inode = Number(),
                         .size = Number(),
                         .offset = Number(),
                         .length = Number(),
                         .device = Number32(),
                         .generation = Number32(),
                         .mount = Number32(),
                         .open_flags = Number32(),
                         .mode = static_cast<std::uint16_t>(Number())};
      case 2:
        return GraphPayload{Bytes(), Bytes(), Bytes(), Bytes(), Number()};
      case 3:
        return VectorPayload{Bytes(), Bytes(), Bytes(), Number32(), Number32(), Real()};
      case 4:
        return AgentPayload{Bytes(), Bytes(), Bytes(), Bytes(), Number(), Real()};
      case 5:
        return SystemPayload{Bytes(), Bytes(), Bytes(), static_cast<std::int64_t>(Number())};
      case 6:
        return SemanticPayload{Bytes(), Bytes(), Bytes(), Bytes(), Real()};
      case 7:
        return ObservabilityPayload{Bytes(), Bytes(), Bytes(), Real()};
      case 8:
        return MatchPayload{Bytes(), Number(), Number32(), *rc::gen::arbitrary<bool>()};
      case 9:
        return ActionPayload{Bytes(), Bytes(), Bytes(), Number32()};
      case 10:
        return AuditPayload{Bytes(), Bytes(), Bytes(), Bytes()};
      case 11:
        return GapPayload{Bytes(), Number(), 1'795'438'800'123'456'789u + Number32()};
      default:
        return {};
    }
  }
  Attribute AnyAttribute() {
    std::string_view key = *rc::gen::arbitrary<bool>() ? Bytes() : "key";
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        return {key, AttributeText{Bytes()}};
      case 1:
        return {key, static_cast<std::int64_t>(Number())};
      case 2:
        return {key, Real()};
      case 3:
        return {key, *rc::gen::arbitrary<bool>()};
      default:
        return {key, AttributeBytes{Bytes()}};
    }
  }

  std::deque<std::string> strings_;
};

}  // namespace vexevt
