#include "fuse/emitter.h"

#include <time.h>

#include <memory>
#include <utility>

#include "lib/base/bytes.h"
#include "lib/event/event_view.h"
#include "lib/event/lost_event.h"
#include "lib/event/unpack.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kLongestSleepNs = kNsPerSecond;

}  // namespace

void Emitter::Run() {
  while (!stopping_.load(std::memory_order_acquire)) {
    if (Drain()) {
      timespec pause{0, static_cast<long>(kGatherNs)};
      ::nanosleep(&pause, nullptr);
    } else {
      queue_.Sleep(kLongestSleepNs);
    }
  }
  Drain();
  queue_.Close();
}

void Emitter::Stop() {
  stopping_.store(true, std::memory_order_release);
  queue_.Wake();
}

// True: there was something.
bool Emitter::Drain() {
  Instant now = SystemClock().Now();
  wall_offset_ns_ = now.wall_ns - now.mono_ns;
  bool any = false;
  EventQueue::Item item;
  while (queue_.Front(&item)) {
    any = true;
    if (item.lost > 0) AppendLost(item.lost);
    Take(item.record);
    queue_.Pop();
    if (batch_.full()) Hand();
  }
  if (std::uint64_t lost = queue_.TakeLost(); lost > 0) {
    any = true;
    AppendLost(lost);
  }
  Hand();
  return any;
}

void Emitter::Take(std::span<const std::byte> stored) {
  // It was built there by StoreRecord, and ends here.
  auto* record = std::launder(reinterpret_cast<Record*>(const_cast<std::byte*>(stored.data())));
  if (record->kind == Record::Kind::kFrame) {
    TakeFrame(*record);
  } else {
    EventOf(*record, place_, &event_);
    ids_.Stamp(&event_, {record->mono_ns + wall_offset_ns_, record->mono_ns});
    Append();
  }
  std::destroy_at(record);
}

// Of an application, which says what happened; who said it, and when, is known better here.
void Emitter::TakeFrame(const Record& record) {
  EventView view;
  if (!EventView::Bind(AsBytes(record.path), &view)) return;
  Event event;
  Unpack(view, &event);
  ProcessOf(record, &event);
  event.flags |= kFlagCredentials;
  if (event.host.empty()) event.host = place_.host;
  if (event.tenant.empty()) event.tenant = place_.tenant;
  if (event.context.transaction.empty()) event.context.transaction = record.transaction;
  if (!event.context.transaction.empty()) event.flags |= kFlagTransactional;
  ids_.Stamp(&event, {record.mono_ns + wall_offset_ns_, record.mono_ns});
  std::swap(event, event_);
  Append();
  std::swap(event, event_);
}

void Emitter::Append() {
  std::size_t bound = EncodedBound(event_);
  if (bound > kMaxFrameBytes) return AppendLost(1);
  std::byte* at = batch_.Reserve(bound);
  std::size_t size = Encode(event_, at);
  EventView view;
  if (where_ != nullptr && (!EventView::Bind({at, size}, &view) || !where_->Matches(view))) return;
  batch_.Commit(size);
  ++in_batch_;
  last_wall_ns_ = event_.wall_ns;
}

void Emitter::AppendLost(std::uint64_t count) {
  Event event = LostEvent({"fuse", count, last_wall_ns_, Boundary::kFuse}, &ids_);
  event.host = place_.host;
  event.tenant = place_.tenant;
  batch_.Append(event);
  in_batch_ += count;
}

void Emitter::Tell(EventType type, std::string_view subject, std::string_view object, std::string_view detail) {
  event_ = {};
  event_.type = type;
  event_.boundary = Boundary::kFuse;
  event_.host = place_.host;
  event_.tenant = place_.tenant;
  event_.payload = SystemPayload{subject, object, detail, 0};
  ids_.Stamp(&event_);
  Append();
  event_ = {};
  Hand();
}

void Emitter::Hand() {
  if (batch_.empty()) return;
  std::uint64_t lost = output_.Write(batch_.frames()) ? 0 : in_batch_;
  in_batch_ = 0;
  batch_.Clear();
  if (lost > 0) AppendLost(lost);  // first of the next batch
}

}  // namespace vexevt
