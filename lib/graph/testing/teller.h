// Streams for tests of graphs: events a second apart, or told at once, from one in 1970 on, whose ids count up from 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "lib/graph/recorder.h"
#include "lib/graph/write.h"

namespace vexevt {

inline Event FsEvent(EventType type, std::uint32_t pid, std::string_view path, std::string_view path2 = {}) {
  Event event;
  event.type = type;
  event.pid = pid;
  event.payload = FsPayload{.path = path, .path2 = path2};
  return event;
}

inline Event WithInode(Event event, std::uint64_t inode, std::uint32_t generation = 0) {
  auto& fs = std::get<FsPayload>(event.payload);
  fs.inode = inode;
  fs.generation = generation;
  return event;
}

inline Event WithProcess(Event event, std::uint32_t ppid, std::string_view comm, std::string_view exe = {}) {
  event.flags |= kFlagCredentials;
  event.ppid = ppid;
  event.comm = comm;
  event.exe = exe;
  return event;
}

class Storyteller {
 public:
  explicit Storyteller(std::size_t most_nodes = Recorder::kMostNodes) : recorder_(most_nodes) {}

  // Gives the event's id.
  EventId Tell(Event event, bool at_once = false) {
    event.id = {1, ++count_};
    wall_ns_ = at_once ? wall_ns_ + 1 : (wall_ns_ / kSecond + 1) * kSecond;
    event.wall_ns = wall_ns_;
    std::vector<std::byte> frame;
    AppendFrame(event, &frame);
    EventView view;
    if (EventView::Bind(frame, &view)) recorder_.Take(view);
    return event.id;
  }

  const Graph& graph() const { return recorder_.graph(); }
  const Unknown& unknown() const { return recorder_.unknown(); }

 private:
  static constexpr std::uint64_t kSecond = 1'000'000'000;

  Recorder recorder_;
  std::uint64_t count_ = 0, wall_ns_ = 0;
};

using Writer = Status (*)(const Graph&, const Answer&, const std::vector<std::string>&, const TextOut&);

// `name` as ParseNodeName takes it.
inline std::string Written(Writer write, const Storyteller& teller, Asked asked, std::vector<std::string> names = {},
                           std::optional<std::uint32_t> depth = std::nullopt) {
  Question question{.asked = asked, .names = {}, .depth = depth};
  for (const std::string& name : names) {
    auto parsed = ParseNodeName(name);
    if (!parsed.ok()) return parsed.status().message();
    question.names.push_back(std::move(*parsed));
  }
  std::string text;
  const TextOut out = [&](std::string_view piece) {
    text += piece;
    return Status();
  };
  const Status status = write(teller.graph(), AnswerTo(question, teller.graph()), Caveats(teller.unknown()), out);
  return status.ok() ? text : status.message();
}

}  // namespace vexevt
