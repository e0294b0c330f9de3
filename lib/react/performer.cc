#include "lib/react/performer.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "lib/http/fetch.h"
#include "lib/react/orphans.h"
#include "lib/stream/endpoint.h"

namespace vexevt {
namespace {

constexpr std::size_t kMostStarters = 4, kMostThreads = 16;

// What epoll says of whom: the threads, or a serial number, from 1, and whether it is of the output.
constexpr std::uint64_t kPool = 0, kStarters = 1;
constexpr std::uint64_t TokenOf(std::uint64_t serial, bool output) { return serial << 1 | std::uint64_t{output}; }

Status SendRequest(const std::vector<std::string>& words, std::uint64_t timeout_ns) {
  HttpRequest request;
  request.method = words[0];
  request.url = words[1];
  request.body = words[2];
  for (std::size_t i = 3; i < words.size(); ++i) {
    const std::size_t colon = words[i].find(": ");
    request.headers.push_back({words[i].substr(0, colon), words[i].substr(std::min(colon + 2, words[i].size()))});
  }
  if (timeout_ns != 0) request.timeout_ns = timeout_ns;
  VEXEVT_ASSIGN(HttpAnswer answer, Fetch(request));
  if (answer.status >= 200 && answer.status < 300) return {};
  // Of these the server says that nothing was done.
  const bool refused = answer.status >= 400 && answer.status < 500;
  return {refused ? StatusCode::kInvalidArgument : StatusCode::kIoError,
          fmt::format("the answer was status {}", answer.status)};
}

Status WriteEvent(const std::string& endpoint, std::span<const std::byte> frame) {
  VEXEVT_ASSIGN(StreamWriter writer, ReopenOutput(endpoint));
  VEXEVT_TRY(writer.Append(frame));
  return writer.Close();
}

// Whether nothing can have been done. Of others, as of an answer that never came, it is not known.
bool DidNothing(const Status& failure) {
  switch (failure.code()) {
    case StatusCode::kInvalidArgument:
    case StatusCode::kNotFound:
    case StatusCode::kPermissionDenied:
    case StatusCode::kUnsupported:
      return true;
    default:
      return false;
  }
}

}  // namespace

Performer::Performer(UniqueFd epoll) : epoll_(std::move(epoll)), starters_(kMostStarters), pool_(kMostThreads) {}

Result<std::unique_ptr<Performer>> Performer::Make() {
  VEXEVT_TRY(AdoptOrphans());
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return ErrnoStatus("cannot wait for commands", errno);
  std::unique_ptr<Performer> performer(new Performer(std::move(epoll)));
  VEXEVT_TRY(performer->Watch(performer->starters_.fd(), kStarters));
  VEXEVT_TRY(performer->Watch(performer->pool_.fd(), kPool));
  return performer;
}

Status Performer::Watch(int fd, std::uint64_t token) {
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.u64 = token;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) < 0) return ErrnoStatus("cannot wait for a command", errno);
  return {};
}

void Performer::StartCommand(Ticket ticket, ProcessPlan plan, const ProcessUser& user) {
  const std::uint64_t serial = ++serial_;
  const auto starting = std::make_shared<Starting>();
  under_way_.emplace(serial, UnderWay{.ticket = ticket, .starting = starting});
  ++starting_;
  starters_.Add(serial, [starting, plan = std::move(plan), user]() -> Status {
    VEXEVT_ASSIGN(starting->process, Process::Start(plan, user, &starting->pid));
    return {};
  });
}

void Performer::TakeFromStarters(std::uint64_t now_ns) {
  for (auto& [serial, status] : starters_.Take()) {
    --starting_;
    UnderWay& action = under_way_.at(serial);
    action.process = std::move(action.starting->process);
    TellStarted(&action);
    if (status.ok()) {
      status = Watch(action.process->end_fd(), TokenOf(serial, false));
      if (status.ok()) status = Watch(action.process->output_fd(), TokenOf(serial, true));
    }
    if (!status.ok()) {
      ended_.push_back({.ticket = action.ticket,
                        .outcome = action.process ? Outcome::kBroken : Outcome::kFailed,
                        .text = fmt::format("failed: {}", status.message()),
                        .output = {},
                        .pid = action.pid});
      under_way_.erase(serial);
    } else if (action.stopped) {
      StopProcess(&action, now_ns);
    }
  }
}

void Performer::TellStarted(UnderWay* action) {
  if (action->pid != 0 || action->starting == nullptr) return;
  action->pid = action->starting->pid.load(std::memory_order_acquire);
  if (action->pid != 0) started_.push_back(action->pid);
}

std::vector<pid_t> Performer::TakeStarted() {
  if (starting_ > 0) {
    for (auto& [serial, action] : under_way_) TellStarted(&action);
  }
  return std::exchange(started_, {});
}

void Performer::StartOther(Ticket ticket, const ReadyAction& action, std::vector<std::byte> frame,
                           std::uint64_t timeout_ns) {
  const std::uint64_t serial = ++serial_;
  under_way_.emplace(serial, UnderWay{.ticket = ticket, .process = nullptr});
  if (action.kind == ReadyAction::Kind::kHttp) {
    pool_.Add(serial, [words = action.words, timeout_ns] { return SendRequest(words, timeout_ns); });
  } else {
    pool_.Add(serial,
              [endpoint = action.words.front(), frame = std::move(frame)] { return WriteEvent(endpoint, frame); });
  }
}

void Performer::Stop(Ticket ticket, std::uint64_t now_ns) {
  const auto found = std::ranges::find(under_way_, ticket, [](const auto& entry) { return entry.second.ticket; });
  if (found == under_way_.end()) return;
  UnderWay& action = found->second;
  if (action.starting) {
    action.stopped = true;
    if (action.process) StopProcess(&action, now_ns);
    return;
  }
  // Its thread can't be made to give up, and is not waited for.
  ended_.push_back({.ticket = ticket, .outcome = Outcome::kBroken, .text = "was given up", .output = {}});
  under_way_.erase(found);
}

void Performer::StopProcess(UnderWay* action, std::uint64_t now_ns) {
  action->kill_ns = now_ns + kGraceNs;
  next_kill_ns_ = std::min(next_kill_ns_, action->kill_ns);
  action->process->Signal(SIGTERM);
}

std::vector<PerformedAction> Performer::Take(std::uint64_t now_ns) {
  KillWhatIsLate(now_ns);
  epoll_event events[128];
  const int count = ::epoll_wait(epoll_.get(), events, std::size(events), 0);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t token = events[i].data.u64;
    if (token == kPool) TakeFromPool();
    if (token == kStarters) TakeFromStarters(now_ns);
    if (token == kPool || token == kStarters) continue;
    const auto found = under_way_.find(token >> 1);
    if (found == under_way_.end()) continue;  // the other one of its descriptors came first
    if ((token & 1) != 0) {
      found->second.process->TakeOutput();
    } else if (auto end = found->second.process->TakeEnd()) {
      EndOf(token >> 1, std::move(*end));
    }
  }
  // One that was just started may have ended before we know that it is ours.
  if (starting_ == 0) {
    ReapOrphans([this](pid_t pid) {
      return std::ranges::any_of(under_way_, [&](const auto& entry) { return entry.second.pid == pid; });
    });
  }
  return std::exchange(ended_, {});
}

void Performer::EndOf(std::uint64_t serial, ProcessEnd end) {
  const UnderWay action = std::move(under_way_.extract(serial).mapped());
  PerformedAction performed{
      .ticket = action.ticket, .text = Describe(end), .output = std::move(end.output), .pid = action.pid};
  if (end.output_bytes > performed.output.size()) {
    performed.output += fmt::format("\n[{} bytes more]\n", end.output_bytes - performed.output.size());
  }
  // One that ends of SIGTERM may say so by its exit status.
  if (!end.ok()) performed.outcome = action.stopped || end.signal != 0 ? Outcome::kBroken : Outcome::kFailed;
  ended_.push_back(std::move(performed));
}

void Performer::TakeFromPool() {
  for (auto& [serial, status] : pool_.Take()) {
    const auto found = under_way_.find(serial);
    if (found == under_way_.end()) continue;  // it was given up
    PerformedAction performed{.ticket = found->second.ticket, .text = "was done", .output = {}};
    if (!status.ok()) {
      performed.outcome = DidNothing(status) ? Outcome::kFailed : Outcome::kBroken;
      performed.text = fmt::format("failed: {}", status.message());
    }
    under_way_.erase(found);
    ended_.push_back(std::move(performed));
  }
}

void Performer::KillWhatIsLate(std::uint64_t now_ns) {
  if (now_ns < next_kill_ns_) return;
  next_kill_ns_ = kNever;
  for (auto& [serial, action] : under_way_) {
    if (action.kill_ns <= now_ns) {
      action.kill_ns = kNever;
      action.process->Signal(SIGKILL);
    }
    next_kill_ns_ = std::min(next_kill_ns_, action.kill_ns);
  }
}

}  // namespace vexevt
