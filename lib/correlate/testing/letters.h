// Streams for tests of matchers, written as letters: "ab a" are events a second apart, whose comm is the letter; a
// space is a second in which nothing happens, and a digit is the pid of the events from there on, and their size.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/event/encode.h"
#include "lib/event/event_view.h"

namespace vexevt {

inline constexpr std::uint64_t kSecond = 1'000'000'000, kFirstSecond = 1000;

// The event's id is its letter's place in the stream, from 1.
struct Letter {
  std::vector<std::byte> frame;
  EventView view;
  std::uint64_t wall_ns = 0;
};

inline std::vector<Letter> LettersOf(std::string_view text) {
  std::vector<Letter> letters;
  Event event;
  event.pid = 1;
  std::uint64_t second = kFirstSecond;
  for (const char& c : text) {
    if (c >= '0' && c <= '9') {
      event.pid = static_cast<std::uint32_t>(c - '0');
      continue;
    }
    event.wall_ns = second++ * kSecond;
    if (c == ' ') continue;
    event.id = {1, static_cast<std::uint64_t>(letters.size() + 1)};
    event.type = kFsOpen;
    event.comm = {&c, 1};
    event.payload = FsPayload{.path = "/x", .size = event.pid};
    event.flags = kFlagStat;
    Letter& letter = letters.emplace_back();
    AppendFrame(event, &letter.frame);
    letter.wall_ns = event.wall_ns;
  }
  for (Letter& letter : letters) EventView::Bind(letter.frame, &letter.view);
  return letters;
}

}  // namespace vexevt
