// ResyncSource: the frames of a damaged stream. What is no event is left out, and a gap (vexevt.lost) that names its
// place stands there; reading goes on with the next kChain events in a row, or with those that end exactly where the
// stream does. So between two damaged places fewer than kChain events may be left out, too, and the one right before a
// place where bytes are missing, as they may as well be its own. Events have a type here: zeros are none. An event is
// given once the next one is there, or the end, so that it does not matter how the bytes came.
//
// A frame can be an event and yet have swallowed the start of the next ones: its length is damaged, or its end was cut
// off. So one that is longer than the event in it, or is followed by something else than an event, is left out if such
// a row begins within it (and, if only what follows is wrong, leads out of it: an event may well hold events). A
// changed value of a right length is not noticed, here or elsewhere: frames have no checksum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/event/event.h"
#include "lib/event/event_view.h"
#include "lib/event/id_source.h"
#include "lib/io/byte_source.h"

namespace vexevt {

class ResyncSource final : public ByteSource {
 public:
  static constexpr int kChain = 3;

  // `name` stands in gaps.
  ResyncSource(std::unique_ptr<ByteSource> source, std::string name);

  Result<std::size_t> Read(std::span<std::byte> to) override;
  bool Ready() override;
  void AddPolls(std::vector<pollfd>* polls) const override { source_->AddPolls(polls); }

 private:
  enum class Answer : unsigned char { kYes, kNo, kNotYet };

  bool has_output() const { return given_ < output_.size() || ended_ || !failure_.ok(); }
  std::span<const std::byte> rest(std::size_t from) const { return std::span(buffer_).subspan(from); }

  void Pump();
  void Advance();
  bool TakeFrame();
  Answer IsFollowed(std::size_t at);
  Answer FindChain(std::size_t* from, std::size_t end, std::size_t beyond);
  Answer BeginsChain(std::size_t at, std::size_t beyond);
  bool IsEvent(std::span<const std::byte> frame);
  bool IsExact(std::span<const std::byte> frame);
  void EndDamage();
  void AddGap(std::string_view cause);

  std::unique_ptr<ByteSource> source_;
  std::string name_;
  std::vector<std::byte> fresh_;  // for one read
  std::vector<std::byte> buffer_;
  std::uint64_t offset_ = 0;              // of the buffer in the stream
  std::size_t at_ = 0;                    // what is before is dealt with
  std::optional<std::uint64_t> damaged_;  // offset in the stream; a row of events is looked for from at_ on
  bool at_end_ = false;                   // of what continues the buffer

  std::vector<std::byte> output_;
  std::size_t given_ = 0;
  bool ended_ = false;
  Status failure_;

  EventView view_;
  Event event_;
  std::vector<std::byte> aligned_, encoded_;
  EventIds ids_;
  std::uint64_t last_wall_ns_ = 0;
};

}  // namespace vexevt
