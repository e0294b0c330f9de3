// The kernel's own writer and checker of frames, compiled in user space, against the encoder and the reader that every
// tool has.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

#include "lib/event/edit.h"
#include "lib/event/encode.h"
#include "lib/event/event_view.h"
#include "lib/event/type.h"
#include "tests/kmod/kframe.h"
#include "tests/property/random_event.h"

namespace vexevt {
namespace {

vexevt_bytes Borrow(std::string_view text) { return {text.data(), text.size()}; }

// What the kernel can tell of `event`; the rest is taken out of it.
vexevt_event ForKernel(Event* event) {
  vexevt_event kernel{};
  kernel.type = event->type;
  kernel.boundary = static_cast<std::uint16_t>(event->boundary);
  kernel.priority = static_cast<std::uint16_t>(event->priority);
  kernel.flags = event->flags;
  kernel.pid = event->pid;
  kernel.tid = event->tid;
  kernel.ppid = event->ppid;
  kernel.uid = event->uid;
  kernel.gid = event->gid;
  kernel.result = event->result;
  kernel.latency_ns = event->latency_ns;
  kernel.comm = Borrow(event->comm);
  kernel.host = Borrow(event->host);
  kernel.cgroup = Borrow(event->cgroup);
  kernel.tenant = Borrow(event->tenant);
  event->exe = {};
  event->context = {};
  event->causes.clear();
  event->attributes.clear();
  if (auto* fs = std::get_if<FsPayload>(&event->payload)) {
    fs->xattr = {};
    fs->mount = 0;
    kernel.payload = VEXEVT_LAYOUT_PAYLOAD_FS_TAG_VALUE;
    kernel.fs = {Borrow(fs->path), Borrow(fs->path2), fs->inode,      fs->size,       fs->offset,
                 fs->length,       fs->device,        fs->generation, fs->open_flags, fs->mode};
  } else if (auto* system = std::get_if<SystemPayload>(&event->payload)) {
    kernel.payload = VEXEVT_LAYOUT_PAYLOAD_SYSTEM_TAG_VALUE;
    kernel.system = {Borrow(system->subject), Borrow(system->object), Borrow(system->detail), system->value};
  } else if (auto* gap = std::get_if<GapPayload>(&event->payload)) {
    kernel.payload = VEXEVT_LAYOUT_PAYLOAD_GAP_TAG_VALUE;
    kernel.gap = {Borrow(gap->cause), gap->lost, gap->since_ns};
  } else {
    event->payload = {};
  }
  return kernel;
}

std::vector<std::uint64_t> KernelFrame(const vexevt_event& event, const vexevt_stamp& stamp) {
  vexevt_frame frame;
  vexevt_frame_prepare(&frame, &event);
  std::vector<std::uint64_t> words(vexevt_frame_stamp(&frame, &stamp) / 8, ~std::uint64_t{0});
  vexevt_frame_write(&frame, words.data());
  return words;
}

std::vector<std::uint64_t> EncoderFrame(const Event& event) {
  std::vector<std::uint64_t> words(EncodedBound(event) / 8 + 1);
  words.resize(Encode(event, reinterpret_cast<std::byte*>(words.data())) / 8);
  return words;
}

bool KernelTakes(const std::vector<std::uint64_t>& words) {
  vexevt_frame_head head;
  return vexevt_frame_check(words.data(), words.size() * 8, &head);
}

bool ReaderTakes(const std::vector<std::uint64_t>& words, EventView* view) {
  return EventView::Bind(std::as_bytes(std::span(words)), view);
}

RC_GTEST_PROP(KernelFrame, IsTheEncodersByteForByte, ()) {
  RandomEvents random;
  Event event = random.Any();
  RC_PRE(event.type != 0);  // what the kernel tells of has one, and so is never empty
  vexevt_event kernel = ForKernel(&event);
  vexevt_stamp stamp{event.id.source, event.id.sequence, event.wall_ns, event.mono_ns, event.hlc};
  std::vector<std::uint64_t> words = KernelFrame(kernel, stamp);
  RC_ASSERT(words == EncoderFrame(event));
  RC_ASSERT(vexevt_frame_size(words.data()) == words.size() * 8);
}

RC_GTEST_PROP(KernelFrame, WhatTheToolsWriteIsTakenAndReadAlike, ()) {
  RandomEvents random;
  Event event = random.Any();
  RC_PRE(event.type != 0);
  std::vector<std::uint64_t> words = EncoderFrame(event);
  vexevt_frame_head head;
  RC_ASSERT(vexevt_frame_check(words.data(), words.size() * 8, &head));
  RC_ASSERT(head.type == event.type && head.flags == event.flags);
  RC_ASSERT(head.boundary == static_cast<std::uint16_t>(event.boundary));
  RC_ASSERT(head.priority == static_cast<std::uint16_t>(event.priority));

  vexevt_frame_set_origin(words.data(), head.flags | VEXEVT_FLAG_INJECTED, VEXEVT_LAYOUT_BOUNDARY_USER);
  event.flags |= kFlagInjected;
  event.boundary = Boundary::kUser;
  RC_ASSERT(words == EncoderFrame(event));
}

// The kernel is stricter in one point only: a type, and so the word that holds it and the flags, has to be there.
RC_GTEST_PROP(KernelFrame, DamagedIsTakenIfTheReaderTakesIt, ()) {
  RandomEvents random;
  Event event = random.Any();
  std::vector<std::uint64_t> words = EncoderFrame(event);
  for (int i = *rc::gen::inRange(1, 4); i > 0; --i) {
    auto bit = *rc::gen::inRange<std::size_t>(0, words.size() * 64);
    words[bit / 64] ^= std::uint64_t{1} << bit % 64;
  }
  if (*rc::gen::inRange(0, 8) == 0) words.resize(*rc::gen::inRange<std::size_t>(1, words.size() + 1));
  EventView view;
  bool readable = ReaderTakes(words, &view);
  bool typed = readable && view.type() != 0 && (words[1] >> 32 & 0xffff) > VEXEVT_LAYOUT_FLAGS / 8;
  RC_TAG(readable);
  RC_ASSERT(KernelTakes(words) == typed);
}

TEST(KernelFrame, TypesAndFlagsAreThoseOfTheTools) {
  EXPECT_EQ(VEXEVT_FS_CREATE, kFsCreate);
  EXPECT_EQ(VEXEVT_FS_DELETE, kFsDelete);
  EXPECT_EQ(VEXEVT_FS_READ, kFsRead);
  EXPECT_EQ(VEXEVT_FS_WRITE, kFsWrite);
  EXPECT_EQ(VEXEVT_FS_RENAME, kFsRename);
  EXPECT_EQ(VEXEVT_FS_MKDIR, kFsMkdir);
  EXPECT_EQ(VEXEVT_FS_RMDIR, kFsRmdir);
  EXPECT_EQ(VEXEVT_FS_SYMLINK, kFsSymlink);
  EXPECT_EQ(VEXEVT_FS_HARDLINK, kFsHardlink);
  EXPECT_EQ(VEXEVT_FS_OPEN, kFsOpen);
  EXPECT_EQ(VEXEVT_FS_CLOSE, kFsClose);
  EXPECT_EQ(VEXEVT_FS_ATTRIB, kFsAttrib);
  EXPECT_EQ(VEXEVT_FS_MOVE_IN, kFsMoveIn);
  EXPECT_EQ(VEXEVT_FS_MOVE_OUT, kFsMoveOut);
  EXPECT_EQ(VEXEVT_FS_EXEC, kFsExec);
  EXPECT_EQ(VEXEVT_FS_CLOSE_WRITE, kFsCloseWrite);
  EXPECT_EQ(VEXEVT_FS_MKNOD, kFsMknod);
  EXPECT_EQ(VEXEVT_SYSTEM_UNMOUNT, kSystemUnmount);
  EXPECT_EQ(VEXEVT_LOST, kVexevtLost);
  EXPECT_EQ(VEXEVT_FLAG_CREDENTIALS, kFlagCredentials);
  EXPECT_EQ(VEXEVT_FLAG_STAT, kFlagStat);
  EXPECT_EQ(VEXEVT_FLAG_DIRECTORY, kFlagDirectory);
  EXPECT_EQ(VEXEVT_FLAG_INJECTED, kFlagInjected);
}

// So that every compiler on every architecture lays the interface out alike.
TEST(KernelInterface, HasNoHiddenPadding) {
  EXPECT_EQ(sizeof(vexevt_setup), 4u * 4 + 64 + 64 + 8 + 8 + 16);
  EXPECT_EQ(sizeof(vexevt_mark), 4u + 4 + 3 * 8);
  EXPECT_EQ(sizeof(vexevt_uids), 8u);
  EXPECT_EQ(sizeof(vexevt_filter), 8u + 4 * 4 + 4 * 8 + 2 * 4 + 16);
  EXPECT_EQ(sizeof(vexevt_counters), 16u * 8);
  EXPECT_EQ(offsetof(vexevt_consumer, urgent), 64u);
  EXPECT_EQ(offsetof(vexevt_producer, normal), 64u);
  EXPECT_EQ(offsetof(vexevt_producer, urgent), 128u);
  EXPECT_EQ(sizeof(vexevt_urgent), 8u);
}

TEST(KernelLayout, IsThatOfTheSchema) {
  auto contents = [](const char* path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  };
  std::string checked_in = contents(VEXEVT_LAYOUT_CHECKED_IN);
  ASSERT_FALSE(checked_in.empty());
  EXPECT_EQ(checked_in, contents(VEXEVT_LAYOUT_GENERATED))
      << "make it again: build/release/lib/event/vexevt_layout_gen --kernel >kmod/layout.h";
}

}  // namespace
}  // namespace vexevt
