#include "lib/capture/generate.h"

#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/unique_fd.h"
#include "lib/capture/generate_objects.h"
#include "lib/event/barrier_event.h"

namespace vexevt {
namespace {

// A power of two of processes at work at once.
constexpr std::size_t kActors = 16;
// No generated frame is larger, the barrier's apart: names are made of a few short parts.
constexpr std::size_t kFrameBound = 2048;
constexpr unsigned kLog2Objects = 11;      // of each kind
constexpr unsigned kLog2OtherObjects = 8;  // of kinds that are no files
constexpr std::uint32_t kFirstPid = 4'000, kPidLimit = 4'194'304;
constexpr std::uint32_t kDevice = 254 << 20 | 1;

struct Actor {
  Event event;
  File beside;  // what the name beside names
  const Script* script = nullptr;
  ObjectPool* pool = nullptr;
  Object* object = nullptr;
  std::size_t step = 0;
  std::uint32_t left = 0;  // of the step's repetitions
};

std::string_view KindName(const ObjectKind& kind, const Object& object) {
  std::string_view name = object.plain();
  return name.substr(std::min(name.size(), kind.root.size() + 1));
}

Payload OtherPayload(const ObjectKind& kind, const Object& object) {
  std::string_view name = KindName(kind, object);
  switch (kind.family) {
    case Family::kVector:
      return VectorPayload{.collection = kind.root, .vector = name, .metric = "cosine", .dimensions = 768, .k = 10};
    case Family::kGraph:
      return GraphPayload{.graph = kind.root, .node = name, .label = "derived-from"};
    case Family::kAgent:
      return AgentPayload{.agent = kind.root, .task = name, .action = "summarise", .model = "local-7b"};
    case Family::kSystem:
      return SystemPayload{.subject = kind.root, .object = "ext4", .detail = name};
    default:
      return ObservabilityPayload{.name = name, .unit = "bytes"};
  }
}

// What differs from step to step; `bits` are random.
struct OtherNumbers {
  std::uint64_t bits;

  double fraction() const { return static_cast<double>(bits & 1023) / 1024; }
  void operator()(VectorPayload& vector) const { vector.score = fraction(); }
  void operator()(GraphPayload& graph) const { graph.results = bits & 255; }
  void operator()(AgentPayload& agent) const {
    agent.tokens = 100 + (bits >> 16 & 4095);
    agent.confidence = fraction();
  }
  void operator()(SystemPayload& system) const { system.value = static_cast<std::int64_t>(bits & 0xffff); }
  void operator()(ObservabilityPayload& observed) const { observed.value = static_cast<double>(bits & 0xffffff); }
  template <typename T>
  void operator()(T&) const {}
};

class Generator final : public Source {
 public:
  Generator(const GenerateOptions& options, UniqueFd timer)
      : options_(options), timer_(std::move(timer)), random_(options.seed) {
    mean_step_ns_ = kNsPerSecond / (options.events_per_second ? options.events_per_second : kUnpacedRate);
    source_id_ = random_.Next();
    for (const ObjectKind* kind : options.mix->kinds) {
      pools_.emplace_back(*kind, kind->family == Family::kFs ? kLog2Objects : kLog2OtherObjects, &random_);
    }
    FillTurns();
    for (Actor& actor : actors_) {
      actor.event.host = options_.host;
      Begin(&actor);
    }
  }

  int poll_fd() const override { return timer_ ? timer_.get() : -1; }

  Result<DrainState> Drain(FrameBatch* batch) override {
    if (stopped_) return DrainState::kEnd;
    std::uint64_t due = Due();
    while (counters_.events < due && !batch->full()) AddOne(batch);
    AddBarriers(batch);
    if (options_.limit != 0 && counters_.events >= options_.limit) return DrainState::kEnd;
    return counters_.events < due ? DrainState::kMore : DrainState::kIdle;
  }

  Status InsertBarrier(std::string_view token) override {
    barriers_.emplace_back(token);
    return {};
  }

  void Stop() override { stopped_ = true; }

  const SourceCounters& counters() const override { return counters_; }

 private:
  // How many events are to have been given out by now.
  std::uint64_t Due() {
    std::uint64_t due = ~std::uint64_t{0};
    if (timer_) {
      std::uint64_t ticks = 0;
      // Reading makes the timer unreadable until its next tick; the amount due follows from the clock, not from ticks.
      if (::read(timer_.get(), &ticks, sizeof ticks) < 0) ticks = 0;
      std::uint64_t now = SystemClock().Now().mono_ns;
      if (started_ns_ == 0) started_ns_ = now;
      std::uint64_t elapsed = now - started_ns_;
      due = 1 + elapsed / kNsPerSecond * options_.events_per_second +
            elapsed % kNsPerSecond * options_.events_per_second / kNsPerSecond;
    }
    return options_.limit ? std::min(due, options_.limit) : due;
  }

  // Spreads the kinds over the turns by their weights.
  void FillTurns() {
    std::uint32_t total = 0;
    for (const ObjectPool& pool : pools_) total += pool.kind().weight;
    std::uint32_t upto = 0, turn = 0;
    for (std::size_t i = 0; i < pools_.size(); ++i) {
      upto += pools_[i].kind().weight;
      while (turn < turns_.size() && turn * total < upto * turns_.size()) turns_[turn++] = static_cast<std::uint8_t>(i);
    }
  }

  const Script& ChooseScript(const ObjectKind& kind, const Object& object) {
    if (!object.present || kind.others.empty()) return kind.make;
    std::uint32_t total = 0;
    for (const Script& script : kind.others) total += script.weight;
    std::uint32_t at = random_.Below(total);
    const Script* chosen = kind.others.data();
    while (at >= chosen->weight) at -= (chosen++)->weight;
    return *chosen;
  }

  void Begin(Actor* actor) {
    if (actor->object) actor->object->busy = false;
    actor->pool = &pools_[turns_[random_.Next() % turns_.size()]];
    actor->object = actor->pool->Choose(&random_);
    actor->object->busy = true;
    const ObjectKind& kind = actor->pool->kind();
    const Script& script = ChooseScript(kind, *actor->object);
    actor->script = &script;
    actor->step = 0;
    actor->left = 0;
    Event& event = actor->event;
    event.boundary = kind.boundary;
    event.comm = script.comm;
    event.exe = script.exe;
    event.uid = event.gid = script.uid;
    event.tenant = actor->object->tenant ? kind.tenants[actor->object->tenant - 1u] : std::string_view(options_.tenant);
    if (script.pid) {
      event.pid = script.pid;
      event.ppid = 1;
    } else {
      event.pid = next_pid_;
      event.ppid = kFirstPid - 1;
      next_pid_ = next_pid_ + 1 == kPidLimit ? kFirstPid : next_pid_ + 1;
    }
    event.flags = kFlagCredentials;
    if (kind.family != Family::kFs) {
      event.payload = OtherPayload(kind, *actor->object);
      return;
    }
    event.flags |= kFlagStat;
    if ((kind.mode & 0170000) == 0040000) event.flags |= kFlagDirectory;
    event.payload = FsPayload{.device = kDevice, .mode = kind.mode};
  }

  void SetFile(Actor* actor, const MixStep& step, std::uint64_t bits) {
    auto& fs = *std::get_if<FsPayload>(&actor->event.payload);
    Object& object = *actor->object;
    bool plain = step.name == Name::kPlain || step.name == Name::kPlainToBeside;
    File* file = plain ? &object.file : &actor->beside;
    switch (step.type) {
      case kFsCreate:
      case kFsMkdir:
        *file = {next_inode_++, 0};
        object.present = object.present || step.name == Name::kPlain;
        break;
      case kFsDelete:
      case kFsRmdir:
        object.present = object.present && step.name != Name::kPlain;
        break;
      case kFsRename:
        object.present = !plain;
        (plain ? actor->beside : object.file) = *file;
        break;
      case kFsTruncate:
        file->size = 0;
        break;
      default:
        break;
    }
    fs.offset = fs.length = 0;
    if (step.type == kFsWrite) {
      fs.offset = file->size;
      fs.length = 512 + (bits & 0x1fff);
      file->size += fs.length;
    } else if (step.type == kFsRead) {
      fs.length = file->size;
    }
    fs.inode = file->inode;
    fs.size = file->size;
    fs.path = plain ? object.plain() : object.beside();
    fs.path2 = step.name == Name::kPlainToBeside   ? object.beside()
               : step.name == Name::kBesideToPlain ? object.plain()
                                                   : std::string_view{};
    fs.xattr = step.type == kFsSetxattr ? "user.tag" : std::string_view{};
  }

  void AddOne(FrameBatch* batch) {
    std::uint64_t bits = random_.Next();
    Actor& actor = actors_[bits % kActors];
    const MixStep& step = actor.script->steps[actor.step];
    if (actor.left == 0)
      actor.left = step.most == 1 ? 1 : 1 + Random::Scale(static_cast<std::uint32_t>(bits >> 8), step.most);
    if (actor.event.payload.index() == 1) {
      SetFile(&actor, step, bits >> 32);
    } else {
      std::visit(OtherNumbers{bits >> 32}, actor.event.payload);
    }
    actor.event.type = step.type;
    Stamp(&actor.event, bits >> 40);
    batch->Commit(Encode(actor.event, batch->Reserve(kFrameBound)));
    if (--actor.left == 0 && ++actor.step == actor.script->steps.size()) Begin(&actor);
  }

  // Half to one and a half of the mean after the event before.
  void Stamp(Event* event, std::uint64_t bits) {
    event->id = {source_id_, ++counters_.events};
    elapsed_ns_ += 1 + mean_step_ns_ / 2 + (mean_step_ns_ * (bits & 1023) >> 10);
    event->wall_ns = kGeneratedStartNs + elapsed_ns_;
    event->mono_ns = kBootedNs + elapsed_ns_;
  }

  void AddBarriers(FrameBatch* batch) {
    for (const std::string& token : barriers_) {
      Event event = BarrierEvent(token);
      event.host = options_.host;
      event.tenant = options_.tenant;
      Stamp(&event, 0);
      batch->Append(event);
    }
    barriers_.clear();
  }

  static constexpr std::uint64_t kBootedNs = 3'600 * kNsPerSecond;

  GenerateOptions options_;
  UniqueFd timer_;
  Random random_;
  std::uint64_t mean_step_ns_ = 0;
  std::uint64_t source_id_ = 0;
  std::uint64_t elapsed_ns_ = 0;
  std::uint64_t started_ns_ = 0;
  std::uint64_t next_inode_ = std::uint64_t{1} << 23;
  std::uint32_t next_pid_ = kFirstPid;
  bool stopped_ = false;
  std::vector<std::string> barriers_;  // tokens
  SourceCounters counters_;
  std::vector<ObjectPool> pools_;
  std::array<std::uint8_t, 256> turns_{};
  std::array<Actor, kActors> actors_;
};

}  // namespace

Result<std::unique_ptr<Source>> MakeGenerator(const GenerateOptions& options) {
  UniqueFd timer;
  if (options.events_per_second != 0) {
    timer.reset(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    if (!timer) return ErrnoStatus("cannot make a timer", errno);
    // Often enough that events come out one by one at low rates; never more than a thousand times a second.
    std::uint64_t interval = std::max(kNsPerSecond / options.events_per_second, kNsPerMs);
    itimerspec spec{};
    spec.it_interval.tv_sec = static_cast<time_t>(interval / kNsPerSecond);
    spec.it_interval.tv_nsec = static_cast<long>(interval % kNsPerSecond);
    spec.it_value.tv_nsec = 1;
    if (::timerfd_settime(timer.get(), 0, &spec, nullptr) != 0) return ErrnoStatus("cannot set a timer", errno);
  }
  return std::unique_ptr<Source>(std::make_unique<Generator>(options, std::move(timer)));
}

}  // namespace vexevt
