// What a live test does and sees: operations in child processes, as a capture leaves its own out, and the events of
// them as values to compare.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "lib/capture/source.h"
#include "lib/event/event_view.h"
#include "lib/event/type.h"
#include "lib/event/unpack.h"

namespace vexevt {

// The strings of an unpacked event live as long as this.
struct Captured {
  EventType type = 0;
  std::string path, path2, comm, exe, token;
  std::string session, transaction, attribute;  // the last one that is text, as "key=value"
  std::uint32_t pid = 0, tid = 0, ppid = 0, uid = 0, gid = 0;
  std::int64_t auid = -1;
  std::int32_t result = 0;
  std::uint64_t latency_ns = 0, trace_low = 0;
  std::uint16_t flags = 0;
  FsPayload fs;  // without its strings
  GapPayload gap;

  // "fs.rename a b", with paths relative to `top`.
  std::string Line(const std::string& top) const {
    auto within = [&](const std::string& name) {
      return name.starts_with(top + "/") ? name.substr(top.size() + 1) : name == top ? "." : name;
    };
    std::string line = TypeName(type) + " " + within(path);
    if (!path2.empty()) line += " " + within(path2);
    return line;
  }
};

inline std::vector<Captured> Take(const FrameBatch& batch) {
  std::vector<Captured> events;
  for (std::span<const std::byte> rest = batch.frames(); !rest.empty();) {
    FrameSize size = MeasureFrame(rest);
    EventView view;
    if (size.state != FrameState::kOk || !EventView::Bind(rest.first(size.bytes), &view)) {
      ADD_FAILURE() << "not a frame";
      return events;
    }
    Event event;
    Unpack(view, &event);
    Captured& captured = events.emplace_back();
    captured.type = event.type;
    captured.comm = event.comm;
    captured.exe = event.exe;
    captured.session = event.context.session;
    captured.transaction = event.context.transaction;
    captured.trace_low = event.context.trace_low;
    captured.result = event.result;
    captured.latency_ns = event.latency_ns;
    captured.tid = event.tid;
    captured.pid = event.pid;
    captured.ppid = event.ppid;
    captured.uid = event.uid;
    captured.gid = event.gid;
    captured.flags = event.flags;
    if (auto* fs = std::get_if<FsPayload>(&event.payload)) {
      captured.path = fs->path;
      captured.path2 = fs->path2;
      captured.fs = *fs;
      captured.fs.path = captured.fs.path2 = captured.fs.xattr = {};
    }
    if (auto* system = std::get_if<SystemPayload>(&event.payload)) captured.path = system->subject;
    if (auto* gap = std::get_if<GapPayload>(&event.payload)) {
      captured.gap = *gap;
      captured.gap.cause = {};
    }
    for (const Attribute& attribute : event.attributes) {
      if (auto* text = std::get_if<AttributeText>(&attribute.value)) {
        captured.token = text->value;
        captured.attribute = std::string(attribute.key) + "=" + captured.token;
      }
      if (auto* number = std::get_if<std::int64_t>(&attribute.value)) captured.auid = *number;
    }
    rest = rest.subspan(size.bytes);
  }
  return events;
}

// Everything that happened before the call, at least.
inline std::vector<Captured> DrainAll(Source* source) {
  std::vector<Captured> all;
  FrameBatch batch;
  Status barrier = source->InsertBarrier("drain");
  EXPECT_TRUE(barrier.ok()) << barrier.message();
  for (bool behind = false; !behind;) {
    batch.Clear();
    Result<DrainState> state = source->Drain(&batch);
    if (!state.ok()) {
      ADD_FAILURE() << state.status().message();
      return all;
    }
    for (Captured& event : Take(batch)) {
      if (event.type == kVexevtBarrier) {
        behind = true;  // and what has happened since comes along
      } else {
        all.push_back(std::move(event));
      }
    }
    if (!behind && *state == DrainState::kIdle) {
      pollfd poll{source->poll_fd(), POLLIN, 0};
      ::poll(&poll, 1, 1000);
    }
  }
  return all;
}

// Runs `work` in a child until it ends well; its pid.
inline pid_t InChild(const std::function<bool()>& work) {
  pid_t pid = ::fork();
  if (pid == 0) ::_exit(work() ? 0 : 1);
  int status = -1;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0) << "the operation itself failed";
  return pid;
}

inline std::vector<std::string> Lines(const std::vector<Captured>& events, const std::string& top) {
  std::vector<std::string> lines;
  for (const Captured& event : events) lines.push_back(event.Line(top));
  return lines;
}

}  // namespace vexevt
