#include "lib/route/port.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "lib/io/full.h"
#include "lib/route/testing/frames.h"
#include "lib/route/testing/reader.h"

namespace vexevt {
namespace {

using Numbers = std::vector<std::int64_t>;

class PortTest : public testing::Test {
 protected:
  PortOptions Options(const std::string& spec) {
    PortOptions options;
    options.target = *ParseEndpoint(spec);
    options.name = "e";
    options.spec = spec;
    return options;
  }
  static void AppendNumbers(Port* port, std::int64_t first, std::int64_t last) {
    for (; first <= last; ++first) port->Append(NumberedFrame(static_cast<std::uint64_t>(first)));
  }
  // As the router's loop does.
  void Serve(Port* port) {
    std::vector<pollfd> polls;
    port->AddPolls(&polls);
    if (!polls.empty() && ::poll(polls.data(), polls.size(), 0) > 0) port->Polled(polls);
    port->TryIfDue(clock_.Now().mono_ns);
    port->Flush();
  }

  TempFolder folder_;
  FakeClock clock_{{1'795'438'800'000'000'000, 1'000'000'000}};
  EventIds ids_{9, clock_};
  PortContext context_{&clock_, &ids_, {}, {}, 0};
};

TEST_F(PortTest, AppendsToFiles) {
  for (int run = 0; run < 2; ++run) {
    Port port(Options(folder_ / "a.evt"), &context_);
    ASSERT_TRUE(port.Start().ok());
    AppendNumbers(&port, 10 * run + 1, 10 * run + 10);
    ASSERT_TRUE(port.Close().ok());
  }
  EXPECT_EQ(Arrived(*ReadFile(folder_ / "a.evt", 1 << 20)), Sequence(1, 20));
}

// The frame that was cut comes again, whole, wherever the cut is; nothing else does.
TEST_F(PortTest, GoesOnAtAFrameAfterACutAtEveryByte) {
  std::string all;
  for (std::uint64_t number = 1; number <= 3; ++number) all += AsText(NumberedFrame(number));
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    SocketReader reader(folder_ / "s");
    Port port(Options(reader.spec()), &context_);
    ASSERT_TRUE(port.Start().ok());
    ASSERT_TRUE(reader.Accept());
    AppendNumbers(&port, 1, 3);
    port.Flush();
    std::string first = reader.Read(cut);
    ASSERT_EQ(first.size(), cut);
    reader.Hangup();
    Serve(&port);
    EXPECT_EQ(port.state(), Port::State::kDown);
    AppendNumbers(&port, 4, 5);
    clock_.Advance(200'000'000);
    Serve(&port);
    ASSERT_TRUE(reader.Accept());
    Numbers second = Arrived(reader.Read());
    // What was sent and not read is gone, and told.
    EXPECT_EQ(second, cut < all.size() ? (Numbers{-1, 4, 5}) : (Numbers{4, 5})) << "cut at " << cut;
  }
}

TEST_F(PortTest, SendsAgainAFrameOfWhichAPartWasSent) {
  SocketReader reader(folder_ / "s");
  Port port(Options(reader.spec()), &context_);
  ASSERT_TRUE(port.Start().ok());
  ASSERT_TRUE(reader.Accept());
  // More than the socket takes: the last write stops somewhere within a frame.
  constexpr std::int64_t kLast = 30'000;
  AppendNumbers(&port, 1, kLast);
  port.Flush();
  ASSERT_FALSE(port.drained());
  std::string first = reader.Read();
  reader.Hangup();
  Serve(&port);
  clock_.Advance(200'000'000);
  Serve(&port);
  ASSERT_TRUE(reader.Accept());
  std::string second;
  for (std::string part; !(part = reader.Read()).empty(); Serve(&port)) second += part;
  // All was read before the hang-up, so nothing is lost: the first part up to its last whole frame, then the second.
  Numbers numbers = Arrived(second);
  ASSERT_FALSE(numbers.empty());
  std::size_t whole = 0;
  for (std::int64_t number = 1; number < numbers.front(); ++number) {
    whole += NumberedFrame(static_cast<std::uint64_t>(number)).size();
  }
  EXPECT_LE(whole, first.size());
  EXPECT_GT(whole + NumberedFrame(static_cast<std::uint64_t>(numbers.front())).size(), first.size());
  EXPECT_EQ(Arrived(std::string_view(first).substr(0, whole)), Sequence(1, numbers.front() - 1));
  EXPECT_EQ(numbers, Sequence(numbers.front(), kLast));
}

TEST_F(PortTest, TriesAgainAtDoublingTimesThenLeavesItAlone) {
  PortOptions options = Options("unix:" + (folder_ / "nobody"));
  options.retry = {.first_ns = 100, .max_ns = 1000, .failures = 6, .open_ns = 5000};
  Port port(options, &context_);
  ASSERT_TRUE(port.Start().ok());
  std::vector<std::uint64_t> waits;
  for (int attempt = 0; attempt < 8; ++attempt) {
    std::uint64_t wait = port.next_try_ns() - clock_.Now().mono_ns;
    waits.push_back(wait);
    clock_.Advance(wait - 1);
    port.TryIfDue(clock_.Now().mono_ns);
    EXPECT_EQ(port.counters().failures, static_cast<std::uint64_t>(attempt) + 1) << "too early";
    clock_.Advance(1);
    port.TryIfDue(clock_.Now().mono_ns);
  }
  EXPECT_EQ(waits, (std::vector<std::uint64_t>{100, 200, 400, 800, 1000, 5000, 5000, 5000}));
  EXPECT_TRUE(port.failed());
  EXPECT_EQ(context_.messages.size(), 2u) << "when it goes down, and when the breaker opens";
  // Half open: one attempt that works closes it.
  SocketReader reader(folder_ / "nobody");
  clock_.Advance(5000);
  port.TryIfDue(clock_.Now().mono_ns);
  EXPECT_TRUE(port.up());
  EXPECT_FALSE(port.failed());
}

TEST_F(PortTest, WhatBreaksAtOnceIsNotTriedAtFullSpeed) {
  SocketReader reader(folder_ / "s");
  PortOptions options = Options(reader.spec());
  options.retry = {.first_ns = 100, .max_ns = 100'000, .failures = 100, .open_ns = 5000};
  Port port(options, &context_);
  ASSERT_TRUE(port.Start().ok());
  for (std::uint64_t wanted : {100u, 200u, 400u}) {
    ASSERT_TRUE(reader.Accept());
    reader.Hangup();
    clock_.Advance(50);
    Serve(&port);
    EXPECT_EQ(port.next_try_ns() - clock_.Now().mono_ns, wanted);
    clock_.Advance(wanted);
    Serve(&port);
  }
  ASSERT_TRUE(reader.Accept());
  clock_.Advance(1000);  // held out longer than the last wait
  reader.Hangup();
  Serve(&port);
  EXPECT_EQ(port.next_try_ns() - clock_.Now().mono_ns, 100u);
}

TEST_F(PortTest, BlocksWhenFullAndLosesNothing) {
  SocketReader reader(folder_ / "s");
  PortOptions options = Options(reader.spec());
  options.queue_bytes = 4096;
  Port port(options, &context_);
  ASSERT_TRUE(port.Start().ok());
  ASSERT_TRUE(reader.Accept());
  std::int64_t next = 1;
  while (!port.blocked()) {
    AppendNumbers(&port, next, next);
    ++next;
    port.Flush();
  }
  std::string arrived;
  for (std::string part; !(part = reader.Read()).empty(); Serve(&port)) arrived += part;
  EXPECT_FALSE(port.blocked());
  EXPECT_EQ(Arrived(arrived), Sequence(1, next - 1));
}

TEST_F(PortTest, DropsAndTellsHowManyAtThatPlace) {
  SocketReader reader(folder_ / "s");
  PortOptions options = Options(reader.spec());
  options.queue_bytes = 4096;
  options.on_full = OnFull::kDrop;
  Port port(options, &context_);
  ASSERT_TRUE(port.Start().ok());
  ASSERT_TRUE(reader.Accept());
  std::int64_t next = 1, dropped = 0;
  while (dropped < 25) {
    dropped += static_cast<std::int64_t>(port.Append(NumberedFrame(static_cast<std::uint64_t>(next++))));
  }
  EXPECT_FALSE(port.blocked());
  EXPECT_EQ(port.dropped(), (Backlog::Counts{0, 0, 25, 0, 0}));
  std::string arrived;
  for (std::string part; !(part = reader.Read()).empty(); Serve(&port)) arrived += part;
  AppendNumbers(&port, next, next + 1);
  port.Flush();
  arrived += reader.Read();
  Numbers wanted = Sequence(1, next - 26);
  wanted.insert(wanted.end(), {-26, next, next + 1});
  EXPECT_EQ(Arrived(arrived), wanted);
}

TEST_F(PortTest, DropsTheOldestOfWhatWaits) {
  SocketReader reader(folder_ / "s");
  PortOptions options = Options(reader.spec());
  options.queue_bytes = 8192;
  options.on_full = OnFull::kDropOld;
  Port port(options, &context_);
  ASSERT_TRUE(port.Start().ok());
  ASSERT_TRUE(reader.Accept());
  constexpr std::int64_t kLast = 50'000;
  AppendNumbers(&port, 1, kLast);
  std::string arrived;
  for (std::string part; !(part = reader.Read()).empty(); Serve(&port)) arrived += part;
  // What was being written, one gap, and the newest.
  Numbers numbers = Arrived(arrived);
  auto gap = std::ranges::find_if(numbers, [](std::int64_t number) { return number < 0; });
  ASSERT_NE(gap, numbers.end());
  auto dropped = static_cast<std::int64_t>(port.dropped()[2]);
  EXPECT_EQ(*gap, -1 - dropped);
  std::int64_t before = gap - numbers.begin();
  Numbers wanted = Sequence(1, before);
  wanted.push_back(*gap);
  for (std::int64_t number : Sequence(before + dropped + 1, kLast)) wanted.push_back(number);
  EXPECT_EQ(numbers, wanted);
}

// A gap at the end is told without an event that comes after it.
TEST_F(PortTest, TellsOfDropsAtTheEnd) {
  SocketReader reader(folder_ / "s");
  PortOptions options = Options(reader.spec());
  options.queue_bytes = 4096;
  options.on_full = OnFull::kDrop;
  Port port(options, &context_);
  ASSERT_TRUE(port.Start().ok());
  ASSERT_TRUE(reader.Accept());
  AppendNumbers(&port, 1, 50'000);
  EXPECT_FALSE(port.drained());
  std::string arrived;
  for (std::string part; !(part = reader.Read()).empty(); Serve(&port)) arrived += part;
  EXPECT_TRUE(port.drained());
  EXPECT_EQ(Arrived(arrived).back(), -1 - static_cast<std::int64_t>(port.dropped()[2]));
}

TEST_F(PortTest, SpillsInOrderAndDrains) {
  SocketReader reader(folder_ / "s");
  PortOptions options = Options(reader.spec());
  options.queue_bytes = 4096;
  options.on_full = OnFull::kSpill;
  options.spill = folder_ / "spill";
  Port port(options, &context_);
  ASSERT_TRUE(port.Start().ok());
  ASSERT_TRUE(reader.Accept());
  AppendNumbers(&port, 1, 40'000);
  port.Flush();
  EXPECT_GT(port.spilled_bytes(), 1u << 20);
  EXPECT_FALSE(port.blocked());
  std::string arrived = reader.Read(100'000);
  Serve(&port);
  AppendNumbers(&port, 40'001, 40'100);  // behind what is spilled
  for (std::string part; port.Flush(), !(part = reader.Read()).empty(); Serve(&port)) arrived += part;
  EXPECT_EQ(Arrived(arrived), Sequence(1, 40'100));
  EXPECT_TRUE(port.drained());
  AppendNumbers(&port, 40'101, 40'110);
  port.Flush();
  EXPECT_EQ(Arrived(reader.Read()), Sequence(40'101, 40'110));
}

TEST_F(PortTest, KeepsForTheNextRunWhatItCouldNotSend) {
  SocketReader reader(folder_ / "s");
  PortOptions options = Options(reader.spec());
  options.queue_bytes = 4096;
  options.on_full = OnFull::kSpill;
  options.spill = folder_ / "spill";
  std::string arrived;
  constexpr std::int64_t kLast = 40'000;
  {
    Port port(options, &context_);
    ASSERT_TRUE(port.Start().ok());
    ASSERT_TRUE(reader.Accept());
    AppendNumbers(&port, 1, kLast);
    port.Flush();
    // In the queue are now frames that never were in the spill, then some that are.
    for (int i = 0; i < 3; ++i) {
      arrived += reader.Read(300'000);
      Serve(&port);
    }
    arrived += reader.Read();
    ASSERT_TRUE(port.Close().ok());
    arrived += reader.Read();
  }
  reader.Hangup();
  Numbers first;
  {
    // The last frame may be cut; it comes again.
    std::size_t whole = 0, count = 0;
    while (whole + NumberedFrame(count + 1).size() <= arrived.size()) whole += NumberedFrame(++count).size();
    first = Arrived(arrived.substr(0, whole));
    ASSERT_EQ(first, Sequence(1, static_cast<std::int64_t>(count)));
    ASSERT_LT(count, static_cast<std::size_t>(kLast));
  }
  Port port(options, &context_);
  ASSERT_TRUE(port.Start().ok());
  ASSERT_TRUE(reader.Accept());
  AppendNumbers(&port, kLast + 1, kLast + 5);
  arrived.clear();
  for (std::string part; port.Flush(), !(part = reader.Read()).empty(); Serve(&port)) arrived += part;
  EXPECT_EQ(Arrived(arrived), Sequence(first.back() + 1, kLast + 5));
}

TEST_F(PortTest, SaysWhatWasNotDelivered) {
  Port port(Options("unix:" + (folder_ / "nobody")), &context_);
  ASSERT_TRUE(port.Start().ok());
  AppendNumbers(&port, 1, 12);
  Status closed = port.Close();
  EXPECT_EQ(closed.message(), "endpoint 'e': 12 events were not delivered");
}

TEST_F(PortTest, GivesACommandItsInputAndWaitsForIt) {
  Port port(Options("exec:cat > '" + (folder_ / "out") + "'"), &context_);
  ASSERT_TRUE(port.Start().ok());
  AppendNumbers(&port, 1, 50);
  ASSERT_TRUE(port.Close().ok());
  EXPECT_EQ(Arrived(*ReadFile(folder_ / "out", 1 << 20)), Sequence(1, 50));
  Port fails(Options("exec:cat > /dev/null; exit 7"), &context_);
  ASSERT_TRUE(fails.Start().ok());
  EXPECT_EQ(fails.Close().message(), "endpoint 'e': 'cat > /dev/null; exit 7' exited with 7");
}

TEST_F(PortTest, ListensForWhoeverReads) {
  std::string path = folder_ / "listen";
  Port port(Options("unix-listen:" + path), &context_);
  ASSERT_TRUE(port.Start().ok());
  EXPECT_EQ(port.state(), Port::State::kListening);
  AppendNumbers(&port, 1, 3);
  auto connection = Connect(*ParseEndpoint("unix:" + path));
  ASSERT_TRUE(connection.ok());
  Serve(&port);
  ASSERT_TRUE(port.Close().ok());
  char buffer[4096];
  ssize_t got = ::read(connection->fd.get(), buffer, sizeof buffer);
  ASSERT_GT(got, 0);
  EXPECT_EQ(Arrived({buffer, static_cast<std::size_t>(got)}), Sequence(1, 3));
  EXPECT_FALSE(std::filesystem::exists(path));
}

// A connection to a port that listens, read when it is told to.
class Listener {
 public:
  explicit Listener(const std::string& path) : fd_(std::move(*ConnectUnix(path, SOCK_NONBLOCK))) {}
  std::string Read() {
    std::string all;
    char buffer[65536];
    for (ssize_t got; (got = ::read(fd_.get(), buffer, sizeof buffer)) > 0;)
      all.append(buffer, static_cast<std::size_t>(got));
    return all;
  }
  void Leave() { fd_.reset(); }

 private:
  UniqueFd fd_;
};

TEST_F(PortTest, EachThatReadsGetsAllFromWhenItCame) {
  std::string path = folder_ / "listen";
  Port port(Options("unix-listen:" + path), &context_);
  ASSERT_TRUE(port.Start().ok());
  AppendNumbers(&port, 1, 3);
  Listener first(path);
  Serve(&port);
  AppendNumbers(&port, 4, 5);
  Listener second(path), third(path);
  Serve(&port);
  AppendNumbers(&port, 6, 7);
  port.Flush();
  second.Leave();
  Serve(&port);
  AppendNumbers(&port, 8, 9);
  port.Flush();
  EXPECT_TRUE(port.drained());
  EXPECT_EQ(Arrived(first.Read()), Sequence(1, 9));
  EXPECT_EQ(Arrived(third.Read()), Sequence(6, 9));
  first.Leave(), third.Leave();
  Serve(&port);
  EXPECT_EQ(port.state(), Port::State::kListening);
  AppendNumbers(&port, 10, 11);
  Listener fourth(path);
  Serve(&port);
  EXPECT_EQ(Arrived(fourth.Read()), Sequence(10, 11));
}

TEST_F(PortTest, TheSlowestThatReadsSetsThePaceAndTheOthersGoOn) {
  std::string path = folder_ / "listen";
  PortOptions options = Options("unix-listen:" + path);
  options.queue_bytes = 1 << 20;
  Port port(options, &context_);
  ASSERT_TRUE(port.Start().ok());
  Listener slow(path), quick(path);
  Serve(&port);
  std::int64_t next = 1;
  std::string had, slow_had;
  for (; !port.blocked(); ++next) {
    AppendNumbers(&port, next, next);
    if (next % 1000 == 0) Serve(&port), had += quick.Read();
  }
  Serve(&port), had += quick.Read();
  EXPECT_GT(had.size(), options.queue_bytes) << "more than a socket holds";
  EXPECT_GE(port.queued_bytes(), options.queue_bytes);
  for (std::string part; !(part = slow.Read()).empty(); Serve(&port)) slow_had += part, had += quick.Read();
  EXPECT_FALSE(port.blocked());
  EXPECT_EQ(Arrived(slow_had), Sequence(1, next - 1));
  EXPECT_EQ(Arrived(had), Sequence(1, next - 1));
}

TEST_F(PortTest, TheOthersGoOnWhenTheSlowestLeaves) {
  std::string path = folder_ / "listen";
  PortOptions options = Options("unix-listen:" + path);
  options.queue_bytes = 1 << 20;
  Port port(options, &context_);
  ASSERT_TRUE(port.Start().ok());
  Listener slow(path), quick(path);
  Serve(&port);
  std::int64_t next = 1;
  std::string had;
  for (; !port.blocked(); ++next) {
    AppendNumbers(&port, next, next);
    if (next % 1000 == 0) Serve(&port), had += quick.Read();
  }
  slow.Leave();
  for (std::string part; Serve(&port), !(part = quick.Read()).empty();) had += part;
  EXPECT_FALSE(port.blocked());
  EXPECT_TRUE(port.drained());
  EXPECT_EQ(Arrived(had), Sequence(1, next - 1));
}

class DeadLetters {
 public:
  explicit DeadLetters(PortContext* context) {
    context->take_dead = [this](const DeadLetter& letter) {
      if (!there) return false;
      EXPECT_EQ(letter.to, "letters");
      EXPECT_EQ(letter.from, "e");
      why = letter.why;
      bytes += AsText(letter.frame);
      return true;
    };
  }
  bool there = true;
  std::string why, bytes;
};

TEST_F(PortTest, GivesUpWhenTheBreakerOpensUntilAnAttemptSucceeds) {
  DeadLetters letters(&context_);
  PortOptions options = Options("unix:" + (folder_ / "s"));
  options.retry = {.first_ns = 100, .max_ns = 100, .failures = 2, .open_ns = 5000};
  options.dead_letter = "letters";
  Port port(options, &context_);
  ASSERT_TRUE(port.Start().ok());
  AppendNumbers(&port, 1, 3);
  Serve(&port);
  EXPECT_EQ(letters.bytes, "") << "it is still tried";
  clock_.Advance(100);
  Serve(&port);
  AppendNumbers(&port, 4, 5);
  EXPECT_EQ(Arrived(letters.bytes), Sequence(1, 5));
  EXPECT_EQ(letters.why, "cannot connect to '" + (folder_ / "s") + "': No such file or directory");
  EXPECT_EQ(port.counters().dead, 5u);
  EXPECT_TRUE(port.drained());
  SocketReader reader(folder_ / "s");
  clock_.Advance(5000);
  Serve(&port);
  ASSERT_TRUE(reader.Accept());
  AppendNumbers(&port, 6, 7);
  port.Flush();
  EXPECT_EQ(Arrived(reader.Read()), Sequence(6, 7));
  EXPECT_EQ(Arrived(letters.bytes), Sequence(1, 5));
}

// Gaps of the stream go to every endpoint, the dead letters too, so they don't come there twice; one of the port's own
// stands there, before what comes after it.
TEST_F(PortTest, GivesUpItsOwnGapsAndNotTheStreams) {
  DeadLetters letters(&context_);
  SocketReader reader(folder_ / "s");
  PortOptions options = Options(reader.spec());
  options.retry = {.first_ns = 100, .max_ns = 100, .failures = 1, .open_ns = 5000};
  options.dead_letter = "letters";
  Port port(options, &context_);
  ASSERT_TRUE(port.Start().ok());
  ASSERT_TRUE(reader.Accept());
  AppendNumbers(&port, 1, 3);
  port.Flush();
  std::vector<std::byte> gap = NumberedFrame(4, kVexevtLost);
  port.AppendToldOfStream(ViewOf(gap));
  AppendNumbers(&port, 5, 6);
  reader.Hangup();
  Serve(&port);
  EXPECT_EQ(Arrived(letters.bytes), (Numbers{-1, 5, 6})) << "1 to 3 were sent and not read";
  port.AppendToldOfStream(ViewOf(gap));
  EXPECT_EQ(Arrived(letters.bytes).size(), 3u);
}

TEST_F(PortTest, KeepsWhatItCannotGiveUp) {
  DeadLetters letters(&context_);
  letters.there = false;
  PortOptions options = Options("unix:" + (folder_ / "s"));
  options.retry = {.first_ns = 100, .max_ns = 100, .failures = 1, .open_ns = 5000};
  options.dead_letter = "letters";
  Port port(options, &context_);
  ASSERT_TRUE(port.Start().ok());
  AppendNumbers(&port, 1, 12);
  EXPECT_EQ(port.Close().message(), "endpoint 'e': 12 events were not delivered");
}

TEST_F(PortTest, AFullDiskIsTriedAgain) {
  Port port(Options("/dev/full"), &context_);
  ASSERT_TRUE(port.Start().ok());
  AppendNumbers(&port, 1, 3);
  port.Flush();
  EXPECT_EQ(port.state(), Port::State::kDown);
  ASSERT_FALSE(context_.messages.empty());
  EXPECT_EQ(context_.messages[0].text,
            "endpoint 'e': cannot write '/dev/full': No space left on device; next attempt in 100ms");
  EXPECT_EQ(port.Close().message(), "endpoint 'e': 3 events were not delivered");
}

}  // namespace
}  // namespace vexevt
