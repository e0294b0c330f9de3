// The live view on a terminal: keys are read and lines drawn between the batches of the stream.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "lib/cli/pipeline.h"
#include "lib/live/keys.h"
#include "lib/live/model.h"
#include "lib/live/terminal.h"

namespace vexevt {

// Once the stream has ended it stays until a key or a signal ends it.
class LiveScreen final : public Step {
 public:
  struct Look {
    std::uint64_t interval_ns = 0;  // a new picture so often; keys are answered at once
    bool color = false, utf8 = false;
  };
  LiveScreen(std::unique_ptr<LiveModel> model, const Look& look) : model_(std::move(model)), look_(look) {}

  Status Process(std::span<const EventView> batch, EventSink& sink) override;
  Status Finish(EventSink& sink) override;
  std::uint64_t next_tick_ns() const override;
  void AddPolls(std::vector<pollfd>* polls) override;
  Status Tick(EventSink& sink) override;
  bool done() const override;
  bool holds_back() override { return true; }

 private:
  Status Glance(std::uint64_t now_ns);
  void Obey(LiveCommand command);

  const std::unique_ptr<LiveModel> model_;
  const Look look_;
  std::unique_ptr<LiveTerminal> terminal_;  // null until the stream is open, whose failures are told without it
  LiveSnapshot shown_;
  LiveSize drawn_;
  LiveUi ui_;
  bool quit_ = false;
  std::uint64_t next_picture_ns_ = 0, next_glance_ns_ = 0;
};

}  // namespace vexevt
