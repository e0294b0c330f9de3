// A file of workflows is refused with its name in the error, or read and compiled; then it bears any event, its texts
// are filled or refused as a whole, and no gate loses count of its runs.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "lib/event/testing/samples.h"
#include "lib/react/gate.h"
#include "lib/react/machines.h"
#include "lib/react/triggers.h"
#include "lib/rules/compile.h"

namespace vexevt {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

void Require(bool holds) {
  if (!holds) std::abort();
}

// Whether it was refused, and then as it should be.
bool Refused(const Status& status) {
  if (status.ok()) return false;
  Require(status.message().starts_with("w.toml:"));
  return true;
}

void Fill(const FilledText& text, const EventView& event) {
  std::string out = "x";
  const Filling with{.event = event, .run = "r", .step = "s", .key = "k", .count = 1};
  if (!text.Append(with, &out).ok()) Require(out == "x");
}

void FillAll(const Action& action, const EventView& event) {
  if (const auto* run = std::get_if<RunAction>(&action)) {
    for (const FilledText& text : run->command) Fill(text, event);
  } else if (const auto* emit = std::get_if<EmitAction>(&action)) {
    for (const auto& [name, text] : emit->fields) Fill(text, event);
  } else if (const auto* http = std::get_if<HttpAction>(&action)) {
    Fill(http->url, event);
  }
}

void Live(const WorkflowsFile& file, const Triggers& triggers, Machines* machines) {
  std::vector<Gate> gates;
  for (const Workflow& workflow : file.workflows) gates.emplace_back(workflow);
  std::vector<std::vector<std::uint64_t>> running(gates.size());
  std::uint64_t now = kSecond;
  const auto none = [](const StateChange&) {};
  const auto tell_of = [&](std::size_t gate) {
    return [&running, gate](Verdict verdict, Occasion& occasion) {
      if (verdict == Verdict::kBegins) running[gate].push_back(occasion.key);
    };
  };
  for (int round = 0; round < 3; ++round) {
    for (const Event& sample : SampleEvents()) {
      now += kSecond;
      const std::vector<std::byte> frame = FrameOf(sample);
      EventView event;
      Require(EventView::Bind(frame, &event));
      machines->See(event, now, none);
      machines->Advance(now, none);
      triggers.Find(event, machines->states(), [&](std::uint32_t workflow) {
        gates[workflow].Offer(event, now, tell_of(workflow));
        for (const WorkflowStep& step : file.workflows[workflow].steps) FillAll(step.action, event);
      });
    }
    for (std::size_t i = 0; i < gates.size(); ++i) {
      gates[i].Advance(now, tell_of(i));
      Require(gates[i].running() == running[i].size());
      Require(gates[i].running() <= file.workflows[i].concurrency);
      if (running[i].empty()) continue;
      const std::uint64_t ended = running[i].back();
      running[i].pop_back();
      gates[i].Ended(ended, now, tell_of(i));
    }
  }
}

}  // namespace
}  // namespace vexevt

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vexevt;
  // A document's cost is its length; a long one shows nothing that a short one doesn't.
  if (size > 8192) return 0;
  const auto file = ParseWorkflows(std::string(reinterpret_cast<const char*>(data), size), "w.toml");
  if (Refused(file.status())) return 0;
  for (const auto& [name, list] : file->lists) {
    if (!list.file.text.empty()) return 0;
  }
  const auto lists = LoadLists(file->document, file->lists);
  if (Refused(lists.status())) return 0;
  const auto triggers = Triggers::Compile(*file, *lists);
  auto machines = Machines::Compile(*file, *lists, 0);
  if (Refused(triggers.status()) || Refused(machines.status())) return 0;
  for (const Workflow& workflow : file->workflows) {
    for (const WorkflowStep& step : workflow.steps) {
      if (!step.when.text.empty() && Refused(CompileCondition(*file, step.when, *lists).status())) return 0;
    }
  }
  Live(*file, *triggers, &*machines);
  return 0;
}
