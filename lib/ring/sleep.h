// Sleeping and waking over a word of shared memory (futex(2)) so that whoever has news pays one load while nobody
// sleeps. All accesses are seq_cst, two and two: a sleeper announces itself and then looks for news, the other side
// publishes (seq_cst, too) and then loads the word; one of them must see the other.
//
// The lowest bit says that somebody sleeps; each wake-up takes it away and counts up the others, so that who was about
// to sleep on the word as it was before doesn't, even where another has announced itself since (the model in
// lane_model_test.cc found that). It is no count of sleepers: one that is killed costs one needless wake-up, not one
// for ever.
#pragma once

#include <atomic>
#include <cstdint>

namespace vexevt {

// Before the last look for news: what to SleepOn then.
template <typename Word>
std::uint32_t AnnounceSleep(Word& word) {
  return word.fetch_or(1, std::memory_order_seq_cst) | 1;
}

// After news was published: whether there is somebody to wake.
template <typename Word>
bool TakeSleepers(Word& word) {
  std::uint32_t seen = word.load(std::memory_order_seq_cst);
  // Another who fails this one's exchange has seen the same sleepers, or those who sleep anew have seen the news.
  return (seen & 1) != 0 && word.compare_exchange_strong(seen, seen + 1, std::memory_order_seq_cst);
}

// Sleeps while the word is `value`, at most `ns`; returns early on signals and for no reason.
void SleepOn(std::atomic<std::uint32_t>& word, std::uint32_t value, std::uint64_t ns);

// All who sleep on the word, in any process.
void FutexWakeAll(std::atomic<std::uint32_t>& word);

inline void WakeSleepers(std::atomic<std::uint32_t>& word) {
  if (TakeSleepers(word)) [[unlikely]]
    FutexWakeAll(word);
}

}  // namespace vexevt
