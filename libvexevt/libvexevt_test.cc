#include "libvexevt/libvexevt.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "lib/event/event_view.h"
#include "lib/event/lost_event.h"
#include "lib/stream/testing/streams.h"

namespace vexevt {
namespace {

using ::testing::HasSubstr;

struct FreeAll {
  void operator()(vexevt_draft* draft) const { vexevt_draft_free(draft); }
  void operator()(vexevt_writer* writer) const { EXPECT_EQ(vexevt_writer_close(writer), VEXEVT_OK); }
  void operator()(vexevt_reader* reader) const { vexevt_reader_close(reader); }
};
using Draft = std::unique_ptr<vexevt_draft, FreeAll>;
using Writer = std::unique_ptr<vexevt_writer, FreeAll>;
using Reader = std::unique_ptr<vexevt_reader, FreeAll>;

Draft NewDraft(const char* type) {
  vexevt_draft* draft = nullptr;
  EXPECT_EQ(vexevt_draft_new(type, &draft), VEXEVT_OK) << vexevt_error();
  return Draft(draft);
}
Writer OpenWriter(const std::string& endpoint, unsigned flags = 0) {
  vexevt_writer* writer = nullptr;
  EXPECT_EQ(vexevt_writer_open(endpoint.c_str(), flags, &writer), VEXEVT_OK) << vexevt_error();
  return Writer(writer);
}
Reader OpenReader(const std::string& endpoint) {
  vexevt_reader* reader = nullptr;
  EXPECT_EQ(vexevt_reader_open(endpoint.c_str(), &reader), VEXEVT_OK) << vexevt_error();
  return Reader(reader);
}
const vexevt_event* Next(const Reader& reader) {
  const vexevt_event* event = nullptr;
  EXPECT_EQ(vexevt_next(reader.get(), &event), VEXEVT_OK) << vexevt_error();
  return event;
}
std::string Text(const vexevt_event* event, const char* field) {
  const char* text = nullptr;
  size_t size = 0;
  int result = vexevt_event_text(event, field, &text, &size);
  if (result == VEXEVT_ABSENT) return "absent";
  return result == VEXEVT_OK ? std::string(text, size) : vexevt_error();
}
int64_t Int(const vexevt_event* event, const char* field) {
  int64_t value = 0;
  EXPECT_EQ(vexevt_event_int(event, field, &value), VEXEVT_OK) << vexevt_error();
  return value;
}

void WriteFile(const std::string& path, std::span<const std::byte> bytes) {
  UniqueFd fd(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  WriteBytes(fd.get(), bytes);
}

TEST(Vexevt, WhatIsSentIsRead) {
  TestDirectory directory;
  const std::string file = directory / "a.evt";
  Draft draft = NewDraft("vector.search");
  for (auto [field, text] : std::vector<std::pair<const char*, const char*>>{{"vector.collection", "docs"},
                                                                             {"vector.k", "9"},
                                                                             {"vector.score", "0.5"},
                                                                             {"attr.team", "ml"},
                                                                             {"attr.tries", "-3"},
                                                                             {"latency", "2ms"},
                                                                             {"vector.k", "10"}}) {
    ASSERT_EQ(vexevt_draft_set(draft.get(), field, text), VEXEVT_OK) << vexevt_error();
  }
  {
    Writer writer = OpenWriter(file);
    ASSERT_EQ(vexevt_send(writer.get(), draft.get()), VEXEVT_OK) << vexevt_error();
    ASSERT_EQ(vexevt_draft_set(draft.get(), "tenant", "acme"), VEXEVT_OK);
    ASSERT_EQ(vexevt_send(writer.get(), draft.get()), VEXEVT_OK) << vexevt_error();
  }
  Reader reader = OpenReader(file);
  const vexevt_event* event = Next(reader);
  const std::string id = Text(event, "id");
  EXPECT_EQ(Text(event, "type"), "vector.search");
  EXPECT_EQ(Text(event, "vector.collection"), "docs");
  EXPECT_EQ(Int(event, "vector.k"), 10);
  EXPECT_EQ(Text(event, "vector.score"), "0.5");
  EXPECT_EQ(Int(event, "latency"), 2'000'000);
  EXPECT_EQ(Int(event, "type"), 0x0304);
  EXPECT_EQ(Int(event, "attr.tries"), -3);
  EXPECT_EQ(Text(event, "attr.team"), "ml");
  EXPECT_EQ(Text(event, "tenant"), "absent");
  EXPECT_EQ(Text(event, "attr.other"), "absent");
  EXPECT_NE(Text(event, "host"), "absent");
  EXPECT_GT(Int(event, "time"), 0);
  size_t size = 0;
  const auto* frame = static_cast<const std::byte*>(vexevt_event_frame(event, &size));
  EXPECT_EQ(MeasureFrame({frame, size}).bytes, size);
  event = Next(reader);
  EXPECT_EQ(Text(event, "tenant"), "acme");
  EXPECT_NE(Text(event, "id"), id);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(vexevt_next(reader.get(), &event), VEXEVT_END);
  EXPECT_EQ(event, nullptr);
  EXPECT_EQ(vexevt_reader_lost(reader.get()), 0u);
}

TEST(Vexevt, TextsStayUntilTheNextEvent) {
  TestDirectory directory;
  WriteFile(directory / "a", SampleStream());
  Reader reader = OpenReader(directory / "a");
  for (const Event& sample : SampleEvents()) {
    const vexevt_event* event = Next(reader);
    const char *comm = nullptr, *host = nullptr;
    const bool has = vexevt_event_text(event, "comm", &comm, nullptr) == VEXEVT_OK;
    for (int i = 0; i < 100; ++i) vexevt_event_text(event, "id", &host, nullptr);
    EXPECT_EQ(has ? comm : "", sample.comm);
  }
}

TEST(Vexevt, RingsAndSockets) {
  TestDirectory directory;
  Draft draft = NewDraft("fs.create");
  for (std::string name : {"ring:", "unix"}) {
    const bool ring = name == "ring:";
    Reader reader;
    Writer writer;
    if (ring) {
      writer = OpenWriter(name + (directory / "r"), VEXEVT_NONBLOCK);
      reader = OpenReader(name + (directory / "r"));
    } else {
      reader = OpenReader("unix-listen:" + (directory / "s"));
      writer = OpenWriter("unix:" + (directory / "s"), VEXEVT_NONBLOCK);
    }
    ASSERT_EQ(vexevt_send(writer.get(), draft.get()), VEXEVT_OK) << vexevt_error();
    EXPECT_EQ(Text(Next(reader), "type"), "fs.create");
  }
}

TEST(Vexevt, LossIsCounted) {
  TestDirectory directory;
  std::vector<std::byte> bytes;
  EventIds ids;
  AppendFrame(LostEvent({.cause = "a", .count = 7}, &ids), &bytes);
  AppendFrame(LostEvent({.cause = "b"}, &ids), &bytes);
  WriteFile(directory / "a", bytes);
  Reader reader = OpenReader(directory / "a");
  Next(reader);
  EXPECT_EQ(vexevt_reader_lost(reader.get()), 7u);
  Next(reader);
  EXPECT_EQ(vexevt_reader_lost(reader.get()), 8u);
}

// What does not fit waits in the library, or is refused; the stream stays whole.
TEST(Vexevt, AFullPipeIsNotWaitedFor) {
  TestDirectory directory;
  const std::string path = directory / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  UniqueFd from(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  Writer writer = OpenWriter(path, VEXEVT_NONBLOCK);
  Draft draft = NewDraft("fs.create");
  ASSERT_EQ(vexevt_draft_set(draft.get(), "path", std::string(3000, 'x').c_str()), VEXEVT_OK);
  std::size_t sent = 0;
  int result = VEXEVT_OK;
  while ((result = vexevt_send(writer.get(), draft.get())) == VEXEVT_OK) ++sent;
  EXPECT_EQ(result, VEXEVT_AGAIN);
  EXPECT_GT(sent, 10u);
  Reader reader = OpenReader(path);
  from.reset();
  std::size_t read = 0;
  std::thread drain([&] {
    const vexevt_event* event = nullptr;
    while (vexevt_next(reader.get(), &event) == VEXEVT_OK) ++read;
  });
  writer.reset();  // writes the end of the last one
  drain.join();
  EXPECT_EQ(read, sent);
}

TEST(Vexevt, AClosedPipeIsAnErrorAndNoSignal) {
  TestDirectory directory;
  const std::string path = directory / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  for (unsigned flags : {0u, VEXEVT_NONBLOCK}) {
    UniqueFd from(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    vexevt_writer* writer = nullptr;
    ASSERT_EQ(vexevt_writer_open(path.c_str(), flags, &writer), VEXEVT_OK);
    from.reset();
    EXPECT_EQ(::signal(SIGPIPE, SIG_DFL), SIG_DFL);
    Draft draft = NewDraft("fs.create");
    EXPECT_EQ(vexevt_send(writer, draft.get()), VEXEVT_EIO);
    EXPECT_THAT(vexevt_error(), HasSubstr("Broken pipe"));
    vexevt_writer_close(writer);
    sigset_t pending;
    ::sigpending(&pending);
    EXPECT_EQ(::sigismember(&pending, SIGPIPE), 0);
  }
}

TEST(Vexevt, WrongArgumentsAreErrorsWithAMessage) {
  TestDirectory directory;
  vexevt_draft* draft = nullptr;
  EXPECT_EQ(vexevt_draft_new(nullptr, &draft), VEXEVT_EINVAL);
  EXPECT_THAT(vexevt_error(), HasSubstr("NULL"));
  EXPECT_EQ(vexevt_draft_new("fs.create", nullptr), VEXEVT_EINVAL);
  EXPECT_EQ(vexevt_draft_new("fs.creat", &draft), VEXEVT_EINVAL);
  EXPECT_THAT(vexevt_error(), HasSubstr("did you mean 'fs.create'?"));
  EXPECT_EQ(draft, nullptr);

  Draft good = NewDraft("fs.create");
  EXPECT_EQ(vexevt_draft_set(nullptr, "path", "/x"), VEXEVT_EINVAL);
  EXPECT_EQ(vexevt_draft_set(good.get(), nullptr, "/x"), VEXEVT_EINVAL);
  EXPECT_EQ(vexevt_draft_set(good.get(), "path", nullptr), VEXEVT_EINVAL);
  EXPECT_EQ(vexevt_draft_set(good.get(), "pth", "/x"), VEXEVT_EINVAL);
  EXPECT_THAT(vexevt_error(), HasSubstr("unknown field 'pth' (did you mean 'path'?)"));
  EXPECT_EQ(vexevt_draft_set(good.get(), "pid=1", "2"), VEXEVT_EINVAL);
  EXPECT_EQ(vexevt_draft_set(good.get(), "", "2"), VEXEVT_EINVAL);
  EXPECT_EQ(vexevt_draft_set(good.get(), "size", "much"), VEXEVT_EINVAL);
  EXPECT_EQ(vexevt_draft_set(good.get(), "id", "1"), VEXEVT_EINVAL);
  ASSERT_EQ(vexevt_draft_set(good.get(), "path", "/x"), VEXEVT_OK);
  EXPECT_EQ(vexevt_draft_set(good.get(), "vector.k", "1"), VEXEVT_EINVAL);
  EXPECT_THAT(vexevt_error(), HasSubstr("fs.create has no 'vector.k'"));

  vexevt_writer* writer = nullptr;
  EXPECT_EQ(vexevt_writer_open(nullptr, 0, &writer), VEXEVT_EINVAL);
  EXPECT_EQ(vexevt_writer_open("x", 0, nullptr), VEXEVT_EINVAL);
  EXPECT_EQ(vexevt_writer_open((directory / "a").c_str(), 64, &writer), VEXEVT_EINVAL);
  EXPECT_EQ(vexevt_writer_open((directory / "none/a").c_str(), 0, &writer), VEXEVT_EIO);
  EXPECT_EQ(vexevt_writer_open("-", VEXEVT_NONBLOCK, &writer), VEXEVT_ENOTSUP);
  EXPECT_EQ(vexevt_writer_open(("ring:" + (directory / "b") + ",block").c_str(), VEXEVT_NONBLOCK, &writer),
            VEXEVT_ENOTSUP);
  EXPECT_EQ(writer, nullptr);
  EXPECT_EQ(vexevt_send(nullptr, good.get()), VEXEVT_EINVAL);
  Writer open = OpenWriter(directory / "a");
  EXPECT_EQ(vexevt_send(open.get(), nullptr), VEXEVT_EINVAL);
  ASSERT_EQ(vexevt_send(open.get(), good.get()), VEXEVT_OK) << "none of this spoilt it";
  EXPECT_EQ(vexevt_writer_close(nullptr), VEXEVT_OK);

  vexevt_reader* reader = nullptr;
  EXPECT_EQ(vexevt_reader_open(nullptr, &reader), VEXEVT_EINVAL);
  EXPECT_EQ(vexevt_reader_open((directory / "none").c_str(), &reader), VEXEVT_EIO);
  EXPECT_THAT(vexevt_error(), HasSubstr("No such file"));
  Reader events = OpenReader(directory / "a");
  const vexevt_event* event = nullptr;
  EXPECT_EQ(vexevt_next(nullptr, &event), VEXEVT_EINVAL);
  EXPECT_EQ(vexevt_next(events.get(), nullptr), VEXEVT_EINVAL);
  event = Next(events);
  const char* text = nullptr;
  int64_t value = 5;
  EXPECT_EQ(vexevt_event_text(event, "pth", &text, nullptr), VEXEVT_EINVAL);
  EXPECT_STREQ(text, "");
  EXPECT_EQ(vexevt_event_text(event, nullptr, &text, nullptr), VEXEVT_EINVAL);
  EXPECT_EQ(vexevt_event_text(nullptr, "path", &text, nullptr), VEXEVT_EINVAL);
  EXPECT_EQ(vexevt_event_text(event, "path", nullptr, nullptr), VEXEVT_EINVAL);
  EXPECT_EQ(vexevt_event_int(event, "path", &value), VEXEVT_EINVAL);
  EXPECT_THAT(vexevt_error(), HasSubstr("'path' is not an integer"));
  EXPECT_EQ(vexevt_event_int(event, "vector.k", &value), VEXEVT_ABSENT);
  EXPECT_EQ(vexevt_event_int(nullptr, "pid", &value), VEXEVT_EINVAL);
  EXPECT_EQ(value, 5);
  EXPECT_EQ(vexevt_event_frame(nullptr, nullptr), nullptr);
  EXPECT_EQ(vexevt_reader_lost(nullptr), 0u);
  vexevt_reader_close(nullptr);
  vexevt_draft_free(nullptr);
}

TEST(Vexevt, BadDataStaysAnError) {
  TestDirectory directory;
  WriteFile(directory / "a", AsBytes("no event at all, no"));
  Reader reader = OpenReader(directory / "a");
  const vexevt_event* event = nullptr;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(vexevt_next(reader.get(), &event), VEXEVT_EDATA);
    EXPECT_THAT(vexevt_error(), HasSubstr("offset 0"));
    EXPECT_EQ(event, nullptr);
  }
}

TEST(Vexevt, EachThreadHasItsOwnError) {
  vexevt_draft* draft = nullptr;
  ASSERT_EQ(vexevt_draft_new("x", &draft), VEXEVT_EINVAL);
  std::thread([] { EXPECT_STREQ(vexevt_error(), ""); }).join();
  EXPECT_THAT(vexevt_error(), HasSubstr("unknown type 'x'"));
}

}  // namespace
}  // namespace vexevt
