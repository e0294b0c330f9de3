#include "lib/react/gate.h"

#include <algorithm>
#include <utility>

namespace vexevt {
namespace {

constexpr std::uint64_t kNoTime = ~std::uint64_t{0};

std::uint64_t After(std::uint64_t time_ns, std::uint64_t ns) { return ns > kNoTime - time_ns ? kNoTime : time_ns + ns; }

}  // namespace

Gate::Gate(const Workflow& workflow)
    : key_(workflow.key),
      debounce_(workflow.debounce),
      cooldown_ns_(workflow.cooldown_ns),
      concurrency_(workflow.concurrency),
      if_busy_(workflow.if_busy),
      queue_(workflow.queue) {
  for (const std::string& name : workflow.key) fields_.push_back(*ParseColumn(name));
}

std::string Gate::KeyText(const EventView& event) const {
  std::string text;
  for (const Column& field : fields_) {
    if (&field != fields_.data()) text += ',';
    AppendValue(event, field, ValueForm::kRaw, &text);
  }
  return text;
}

std::uint64_t Gate::DueOf(const Occasion& held) const {
  const std::uint64_t idle = After(held.last_ns, debounce_.idle_ns);
  return debounce_.most_ns == 0 ? idle : std::min(idle, After(held.first_ns, debounce_.most_ns));
}

Verdict Gate::Offer(const EventView& event, std::uint64_t now_ns, const Tell& tell) {
  const std::uint64_t hash = HashOf(event);
  Key& key = KeyAt(hash, now_ns, tell);
  if (now_ns < key.cooling_until_ns) return Verdict::kCooling;
  if (debounce_.idle_ns > 0) {
    Hold(hash, event, now_ns, &key);
    return Verdict::kHeld;
  }
  Verdict verdict = Verdict::kBusy;
  if (if_busy_ != IfBusy::kDrop || MayBegin(key)) {
    Occasion occasion{++numbers_, hash, {event.frame().begin(), event.frame().end()}, 1, now_ns, now_ns};
    verdict = Decide(hash, &occasion, now_ns, tell, &key);
  }
  ForgetIfIdle(hash);
  return verdict;
}

Gate::Key& Gate::KeyAt(std::uint64_t hash, std::uint64_t now_ns, const Tell& tell) {
  const auto known = keys_.find(hash);
  if (known != keys_.end()) return known->second;
  // Beyond this there are always some that wait for nothing but their time.
  while (keys_.size() >= kMaxKeys + concurrency_ + queue_ && !timers_.empty()) ExpireFirst(true, now_ns, tell);
  return keys_[hash];
}

void Gate::Hold(std::uint64_t hash, const EventView& event, std::uint64_t now_ns, Key* key) {
  Occasion& held = key->held;
  held.frame.assign(event.frame().begin(), event.frame().end());
  held.last_ns = now_ns;
  NoteChange(hash, key);
  if (std::exchange(key->holds, true)) {
    ++held.count;
    return;
  }
  ++held_;
  held.number = ++numbers_;
  held.key = hash;
  held.count = 1;
  held.first_ns = now_ns;
  Arm(hash, key);
}

Verdict Gate::Decide(std::uint64_t hash, Occasion* occasion, std::uint64_t now_ns, const Tell& tell, Key* key) {
  if (now_ns < key->cooling_until_ns) {
    tell(Verdict::kCooling, *occasion);
    return Verdict::kCooling;
  }
  if (!MayBegin(*key)) return Wait(hash, occasion, tell, key);
  Begin(hash, occasion, now_ns, tell, key);
  return Verdict::kBegins;
}

Verdict Gate::Wait(std::uint64_t hash, Occasion* occasion, const Tell& tell, Key* key) {
  if (if_busy_ == IfBusy::kDrop) {
    tell(Verdict::kBusy, *occasion);
    return Verdict::kBusy;
  }
  const bool replaces = if_busy_ == IfBusy::kLatest && !key->waiting.empty();
  const std::size_t bytes_less = replaces ? key->waiting.front().frame.size() : 0;
  if ((waiting_ >= queue_ && !replaces) || waiting_bytes_ - bytes_less + occasion->frame.size() > kMaxWaitingBytes) {
    tell(Verdict::kQueueFull, *occasion);
    return Verdict::kQueueFull;
  }
  if (replaces) {
    Occasion replaced = TakeWaiting(key);
    occasion->count += replaced.count;
    occasion->first_ns = replaced.first_ns;
    tell(Verdict::kReplaced, replaced);
  }
  PutWaiting(hash, std::move(*occasion), key);
  tell(Verdict::kWaits, key->waiting.back());
  return Verdict::kWaits;
}

void Gate::PutWaiting(std::uint64_t hash, Occasion occasion, Key* key) {
  ++waiting_;
  waiting_bytes_ += occasion.frame.size();
  key->waiting.push_back(std::move(occasion));
  if (key->running < MostOfKey()) MakeReady(hash, key);
}

Occasion Gate::TakeWaiting(Key* key) {
  Occasion occasion = std::move(key->waiting.front());
  key->waiting.pop_front();
  --waiting_;
  waiting_bytes_ -= occasion.frame.size();
  return occasion;
}

void Gate::Begin(std::uint64_t hash, Occasion* occasion, std::uint64_t now_ns, const Tell& tell, Key* key) {
  ++key->running;
  ++running_;
  if (cooldown_ns_ > 0) {
    key->cooling_until_ns = After(now_ns, cooldown_ns_);
    Arm(hash, key);
  }
  tell(Verdict::kBegins, *occasion);
}

void Gate::MakeReady(std::uint64_t hash, Key* key) {
  if (!std::exchange(key->ready, true)) ready_.push_back(hash);
}

// Keys take turns, so that one with many that wait does not keep the others from theirs.
void Gate::BeginReady(std::uint64_t now_ns, const Tell& tell) {
  while (running_ < concurrency_ && !ready_.empty()) {
    const std::uint64_t hash = ready_.front();
    ready_.pop_front();
    Key& key = keys_.at(hash);
    key.ready = false;
    if (key.waiting.empty() || key.running >= MostOfKey()) continue;
    Occasion occasion = TakeWaiting(&key);
    Decide(hash, &occasion, now_ns, tell, &key);
    if (!key.waiting.empty() && key.running < MostOfKey()) MakeReady(hash, &key);
    ForgetIfIdle(hash);
  }
}

void Gate::Ended(std::uint64_t key, std::uint64_t now_ns, const Tell& tell) {
  const auto known = keys_.find(key);
  if (known == keys_.end() || known->second.running == 0) return;
  --known->second.running;
  --running_;
  if (!known->second.waiting.empty()) MakeReady(key, &known->second);
  BeginReady(now_ns, tell);
  ForgetIfIdle(key);
}

void Gate::Advance(std::uint64_t now_ns, const Tell& tell) {
  while (!timers_.empty() && timers_.top().at_ns <= now_ns) ExpireFirst(false, now_ns, tell);
  BeginReady(now_ns, tell);
}

std::optional<std::uint64_t> Gate::next_deadline_ns() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.top().at_ns;
}

void Gate::Arm(std::uint64_t hash, Key* key) {
  std::uint64_t at = key->holds ? DueOf(key->held) : kNoTime;
  if (key->cooling_until_ns != 0) at = std::min(at, key->cooling_until_ns);
  if (at == kNoTime || (key->timer_ns != 0 && key->timer_ns <= at)) return;
  key->timer_ns = at;
  timers_.push({at, hash});
}

void Gate::ExpireFirst(bool early, std::uint64_t now_ns, const Tell& tell) {
  const Timer timer = timers_.top();
  timers_.pop();
  const auto known = keys_.find(timer.key);
  if (known == keys_.end() || known->second.timer_ns != timer.at_ns) return;
  Key& key = known->second;
  key.timer_ns = 0;
  if (early && timer.at_ns > now_ns) ++hurried_;
  if (key.cooling_until_ns != 0 && (early || key.cooling_until_ns <= now_ns)) key.cooling_until_ns = 0;
  if (key.holds && (early || DueOf(key.held) <= now_ns)) {
    key.holds = false;
    --held_;
    NoteChange(timer.key, &key);
    Occasion occasion = std::move(key.held);
    key.held = {};
    Decide(timer.key, &occasion, now_ns, tell, &key);
  }
  Arm(timer.key, &key);
  ForgetIfIdle(timer.key);
}

void Gate::ForgetIfIdle(std::uint64_t hash) {
  const auto known = keys_.find(hash);
  if (known == keys_.end()) return;
  const Key& key = known->second;
  const bool idle = !key.holds && key.running == 0 && key.waiting.empty() && !key.ready && key.cooling_until_ns == 0;
  if (idle) keys_.erase(known);
}

void Gate::NoteChange(std::uint64_t hash, Key* key) {
  if (!std::exchange(key->changed, true)) changed_.push_back(hash);
}

void Gate::TakeHeldChanges(const SeeHeld& see) {
  for (const std::uint64_t hash : changed_) {
    const auto known = keys_.find(hash);
    if (known != keys_.end()) known->second.changed = false;
    see(hash, known != keys_.end() && known->second.holds ? &known->second.held : nullptr);
  }
  changed_.clear();
}

// The key that its event has now. False: its frame is none.
bool Gate::Rehash(Occasion* occasion) {
  EventView event;
  if (!EventView::Bind(occasion->frame, &event)) return false;
  occasion->key = HashOf(event);
  numbers_ = std::max(numbers_, occasion->number);
  return true;
}

void Gate::RestoreHeld(Occasion held) {
  if (debounce_.idle_ns == 0) return RestoreWaiting(std::move(held));
  if (!Rehash(&held)) return;
  const std::uint64_t hash = held.key;
  Key& key = keys_[hash];
  if (key.holds) {  // keys that were two are one now
    held.count += key.held.count;
    held.first_ns = std::min(held.first_ns, key.held.first_ns);
    if (key.held.last_ns > held.last_ns) std::swap(held.frame, key.held.frame);
    held.last_ns = std::max(held.last_ns, key.held.last_ns);
  } else {
    key.holds = true;
    ++held_;
  }
  key.held = std::move(held);
  NoteChange(hash, &key);
  Arm(hash, &key);
}

void Gate::RestoreWaiting(Occasion waiting) {
  if (!Rehash(&waiting)) return;
  const std::uint64_t hash = waiting.key;
  PutWaiting(hash, std::move(waiting), &keys_[hash]);
}

void Gate::RestoreRunning(std::uint64_t key) {
  ++keys_[key].running;
  ++running_;
}

void Gate::RestoreCooling(std::uint64_t key, std::uint64_t until_ns) {
  if (cooldown_ns_ == 0) return;
  Key& state = keys_[key];
  state.cooling_until_ns = std::max(state.cooling_until_ns, until_ns);
  Arm(key, &state);
}

void Gate::Inherit(Gate&& before) {
  numbers_ = before.numbers_;
  hurried_ = before.hurried_;
  // What was not taken yet; and all that is held, as its key may be another one now.
  changed_ = std::move(before.changed_);
  std::vector<std::pair<Occasion, bool>> kept;
  for (auto& [hash, key] : before.keys_) {
    for (; key.running > 0; --key.running) RestoreRunning(hash);
    if (key.cooling_until_ns != 0) RestoreCooling(hash, key.cooling_until_ns);
    if (key.holds) {
      changed_.push_back(hash);
      kept.emplace_back(std::move(key.held), true);
    }
    for (Occasion& occasion : key.waiting) kept.emplace_back(std::move(occasion), false);
  }
  std::ranges::sort(kept, {}, [](const auto& entry) { return entry.first.number; });
  for (auto& [occasion, holds] : kept) {
    if (holds) {
      RestoreHeld(std::move(occasion));
    } else {
      RestoreWaiting(std::move(occasion));
    }
  }
}

}  // namespace vexevt
