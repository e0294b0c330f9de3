// Performer: does what ready actions say that goes on beside the loop: commands (process.h), and requests and writes to
// endpoints in threads (work_pool.h). Commands are started by threads, too: who starts one waits until it is executed,
// and on a busy machine that is milliseconds. It knows nothing of runs. For one thread.
#pragma once

#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/unique_fd.h"
#include "lib/react/process.h"
#include "lib/react/ready_action.h"
#include "lib/react/run.h"
#include "lib/react/work_pool.h"

namespace vexevt {

// A step of a run.
struct Ticket {
  std::uint64_t run = 0;
  std::size_t step = 0;
  auto operator<=>(const Ticket&) const = default;
};

struct PerformedAction {
  Ticket ticket;
  Outcome outcome = Outcome::kDone;
  std::string text;    // "exited with status 1"
  std::string output;  // of a command
  pid_t pid = 0;       // of a command
};

class Performer {
 public:
  static constexpr std::uint64_t kGraceNs = 5 * kNsPerSecond;  // between SIGTERM and SIGKILL

  static Result<std::unique_ptr<Performer>> Make();

  Performer(const Performer&) = delete;
  Performer& operator=(const Performer&) = delete;

  // Take will tell what came of it, also where it could not be executed.
  void StartCommand(Ticket ticket, ProcessPlan plan, const ProcessUser& user);
  // Of kind kHttp and kWrite; `frame` is the event for an endpoint.
  void StartOther(Ticket ticket, const ReadyAction& action, std::vector<std::byte> frame, std::uint64_t timeout_ns);

  // Asks what is under way for `ticket` to end; Take tells when it has.
  void Stop(Ticket ticket, std::uint64_t now_ns);

  // What has ended since.
  std::vector<PerformedAction> Take(std::uint64_t now_ns);
  // The processes that commands have begun as, since: each is told once it exists, before its command does anything.
  std::vector<pid_t> TakeStarted();

  bool idle() const { return under_way_.empty(); }
  int fd() const { return epoll_.get(); }  // readable: Take has something to do
  // When it has, with nothing having happened; the largest value: never.
  std::uint64_t next_due_ns() const { return ended_.empty() ? next_kill_ns_ : 0; }

 private:
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

  struct Starting {                    // shared with the thread that starts it
    std::unique_ptr<Process> process;  // the thread's until it is done
    std::atomic<pid_t> pid{0};
  };
  struct UnderWay {
    Ticket ticket;
    std::shared_ptr<Starting> starting = nullptr;  // of a command
    std::unique_ptr<Process> process = nullptr;    // once it is started
    pid_t pid = 0;                                 // once it was told
    bool stopped = false;
    std::uint64_t kill_ns = kNever;
  };

  explicit Performer(UniqueFd epoll);
  Status Watch(int fd, std::uint64_t token);
  void TakeFromStarters(std::uint64_t now_ns);
  void TellStarted(UnderWay* action);
  void TakeFromPool();
  void StopProcess(UnderWay* action, std::uint64_t now_ns);
  void EndOf(std::uint64_t serial, ProcessEnd end);
  void KillWhatIsLate(std::uint64_t now_ns);

  UniqueFd epoll_;
  WorkPool starters_, pool_;
  std::size_t starting_ = 0;                               // commands that are with starters_
  std::unordered_map<std::uint64_t, UnderWay> under_way_;  // by a serial number, from 1
  std::uint64_t serial_ = 0;
  std::uint64_t next_kill_ns_ = kNever;
  std::vector<PerformedAction> ended_;
  std::vector<pid_t> started_;
};

}  // namespace vexevt
