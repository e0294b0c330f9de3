#include "lib/react/workflows_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/nearest_name.h"
#include "lib/event/field.h"
#include "lib/io/full.h"
#include "lib/react/read_action.h"
#include "lib/rules/compile.h"
#include "lib/rules/table_reader.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxWorkflowsBytes = std::size_t{16} << 20;
constexpr std::size_t kMaxNameBytes = 128;

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// A name that can be shown, and be an argument.
Status CheckName(const TableReader& table, const PlacedText& name) {
  if (!name.text.empty() && name.text.size() <= kMaxNameBytes && std::ranges::none_of(name.text, IsControl)) return {};
  return ErrorAt(table.document(), name.at,
                 fmt::format("a name has 1 to {} bytes, and no control character", kMaxNameBytes));
}

// The first place in `names` of each of `wanted`; `what` names what is unknown.
Result<std::vector<std::uint32_t>> PlacesOf(const TableReader& table, const std::vector<PlacedText>& wanted,
                                            std::span<const std::string_view> names, std::string_view what) {
  std::vector<std::uint32_t> places;
  for (const PlacedText& text : wanted) {
    const auto found = std::ranges::find(names, text.text);
    if (found == names.end()) {
      return ErrorAt(table.document(), text.at,
                     fmt::format("unknown {} '{}'{}", what, text.text, NearestHint(text.text, names)));
    }
    const auto place = static_cast<std::uint32_t>(found - names.begin());
    if (std::ranges::find(places, place) != places.end()) {
      return ErrorAt(table.document(), text.at, fmt::format("{} '{}' is named twice", what, text.text));
    }
    places.push_back(place);
  }
  return places;
}

// The elements of [[key]], `most` at most.
Result<std::span<const DocumentNode>> ElementsUpTo(std::size_t most, const TableReader& table, std::string_view key) {
  VEXEVT_ASSIGN(auto nodes, Elements(table, key));
  if (nodes.size() <= most) return nodes;
  return ErrorAt(table.document(), nodes[most].at, fmt::format("more than {} of [[{}]]", most, key));
}

Status RefuseEmpty(const TableReader& table, const PlacedText& expression) {
  if (!expression.text.empty()) return {};
  return ErrorAt(table.document(), expression.at, "empty expression");
}

Result<Transition> ReadTransition(const Document& document, const DocumentNode& node,
                                  std::span<const std::string_view> states) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "transition"));
  VEXEVT_TRY(table.OnlyKeys({"from", "to", "on", "after"}));
  Transition transition;
  VEXEVT_ASSIGN(auto from, table.Texts("from"));
  if (from.empty()) return table.Missing("from");
  if (from.size() == 1 && from.front().text == "*") {
    for (std::uint32_t state = 0; state < states.size(); ++state) transition.from.push_back(state);
  } else {
    VEXEVT_ASSIGN(transition.from, PlacesOf(table, from, states, "state"));
    std::ranges::sort(transition.from);
  }
  VEXEVT_ASSIGN(auto to, table.Text("to"));
  if (!to) return table.Missing("to");
  VEXEVT_ASSIGN(auto places, PlacesOf(table, {*to}, states, "state"));
  transition.to = places.front();
  VEXEVT_ASSIGN(auto on, table.Text("on"));
  VEXEVT_ASSIGN(auto after, table.Duration("after"));
  if (on.has_value() == after.has_value()) {
    return ErrorAt(document, node.at, "a transition wants either 'on', an expression, or 'after', a duration");
  }
  if (on) {
    VEXEVT_TRY(RefuseEmpty(table, *on));
    transition.on = std::move(*on);
  } else {
    transition.after_ns = *after;
    if (*after == 0) return table.ErrorOf(*table.Find("after"), "'after' is longer than 0");
    if (std::ranges::binary_search(transition.from, transition.to)) {
      return ErrorAt(document, node.at, "'after' leads to another state than it comes from");
    }
  }
  return transition;
}

Result<StateMachine> ReadMachine(const Document& document, const DocumentNode& node) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "machine"));
  VEXEVT_TRY(table.OnlyKeys({"name", "states", "transition"}));
  StateMachine machine{.name = {}, .at = node.at, .states = {}, .transitions = {}};
  VEXEVT_ASSIGN(auto name, table.Text("name"));
  if (!name) return table.Missing("name");
  VEXEVT_TRY(CheckName(table, *name));
  if (!std::ranges::all_of(name->text, IsWordByte)) {
    return ErrorAt(document, name->at, "a machine's name has letters, digits, '_' and '-': expressions ask state.NAME");
  }
  machine.name = std::move(name->text);
  VEXEVT_ASSIGN(auto states, table.Texts("states"));
  if (table.Find("states") == nullptr) return table.Missing("states");
  if (states.size() < 2 || states.size() > kMaxStates) {
    return table.ErrorOf(*table.Find("states"), fmt::format("a machine has 2 to {} states", kMaxStates));
  }
  std::vector<std::string_view> names;
  for (PlacedText& state : states) {
    VEXEVT_TRY(CheckName(table, state));
    if (std::ranges::find(machine.states, state.text) != machine.states.end()) {
      return ErrorAt(document, state.at, fmt::format("state '{}' is named twice", state.text));
    }
    machine.states.push_back(std::move(state.text));
  }
  names.assign(machine.states.begin(), machine.states.end());
  VEXEVT_ASSIGN(auto transitions, ElementsUpTo(kMaxTransitions, table, "transition"));
  for (const DocumentNode& transition : transitions) {
    VEXEVT_ASSIGN(Transition read, ReadTransition(document, transition, names));
    machine.transitions.push_back(std::move(read));
  }
  return machine;
}

Result<StepRetry> ReadRetry(const Document& document, const DocumentNode& node) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "retry"));
  VEXEVT_TRY(table.OnlyKeys({"times", "first", "most"}));
  StepRetry retry;
  VEXEVT_ASSIGN(auto times, table.Integer("times", 1, 1'000'000));
  if (!times) return table.Missing("times");
  retry.times = static_cast<std::uint32_t>(*times);
  VEXEVT_ASSIGN(auto first, table.Duration("first"));
  VEXEVT_ASSIGN(auto most, table.Duration("most"));
  retry.first_ns = first.value_or(retry.first_ns);
  retry.most_ns = most.value_or(std::max(retry.most_ns, retry.first_ns));
  if (retry.first_ns == 0 || retry.most_ns < retry.first_ns) {
    return ErrorAt(document, node.at, "'retry' wants 0 < first <= most");
  }
  return retry;
}

Result<BreakerPolicy> ReadBreaker(const Document& document, const DocumentNode& node) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "breaker"));
  VEXEVT_TRY(table.OnlyKeys({"failures", "open"}));
  BreakerPolicy breaker;
  VEXEVT_ASSIGN(auto failures, table.Integer("failures", 1, 1'000'000));
  if (failures) breaker.failures = static_cast<std::uint32_t>(*failures);
  VEXEVT_ASSIGN(auto open, table.Duration("open"));
  breaker.open_ns = open.value_or(breaker.open_ns);
  return breaker;
}

// All but `after`, which refers to the others.
Result<WorkflowStep> ReadStep(const TableReader& table, const DocumentNode& node, std::size_t index,
                              const ActionScope& scope) {
  const Document& document = table.document();
  VEXEVT_TRY(table.OnlyKeys({"name", "run", "shell", "stdin", "emit", "http", "write", "set", "when", "after",
                             "timeout", "retry", "undo", "idempotent", "breaker"}));
  WorkflowStep step;
  step.at = node.at;
  VEXEVT_ASSIGN(auto name, table.Text("name"));
  if (name) VEXEVT_TRY(CheckName(table, *name));
  step.name = name ? name->text : fmt::format("step-{}", index + 1);
  VEXEVT_ASSIGN(step.action, ReadAction(table, scope));
  VEXEVT_ASSIGN(auto when, table.Text("when"));
  if (when) {
    VEXEVT_TRY(RefuseEmpty(table, *when));
    step.when = std::move(*when);
  }
  VEXEVT_ASSIGN(auto timeout, table.Duration("timeout"));
  if (timeout == std::uint64_t{0}) return table.ErrorOf(*table.Find("timeout"), "a step has a timeout");
  step.timeout_ns = timeout.value_or(step.timeout_ns);
  if (const DocumentNode* retry = table.Find("retry")) {
    VEXEVT_ASSIGN(step.retry, ReadRetry(document, *retry));
  }
  if (const DocumentNode* undo = table.Find("undo")) {
    VEXEVT_ASSIGN(TableReader undo_table, TableReader::Of(document, *undo, "undo"));
    VEXEVT_TRY(undo_table.OnlyKeys({"run", "shell", "stdin", "emit", "http", "write", "set"}));
    VEXEVT_ASSIGN(step.undo, ReadAction(undo_table, scope));
  }
  VEXEVT_ASSIGN(step.idempotent, table.Flag("idempotent"));
  if (const DocumentNode* breaker = table.Find("breaker")) {
    VEXEVT_ASSIGN(step.breaker, ReadBreaker(document, *breaker));
  }
  return step;
}

// Steps that wait for each other, each named once and the first again; empty: none do.
std::vector<std::uint32_t> FindCycle(std::span<const WorkflowStep> steps) {
  enum class Seen : std::uint8_t { kNo, kOpen, kDone };
  std::vector<Seen> seen(steps.size(), Seen::kNo);
  struct Visit {
    std::uint32_t step;
    std::size_t next;  // of its `after`
  };
  for (std::uint32_t first = 0; first < steps.size(); ++first) {
    std::vector<Visit> path;
    const auto enter = [&](std::uint32_t step) {
      seen[step] = Seen::kOpen;
      path.push_back({step, 0});
    };
    if (seen[first] == Seen::kNo) enter(first);
    while (!path.empty()) {
      const std::uint32_t step = path.back().step;
      if (path.back().next == steps[step].after.size()) {
        seen[step] = Seen::kDone;
        path.pop_back();
        continue;
      }
      const std::uint32_t next = steps[step].after[path.back().next++];
      if (seen[next] == Seen::kNo) {
        enter(next);
      } else if (seen[next] == Seen::kOpen) {
        std::vector<std::uint32_t> cycle;
        for (const Visit& visit : path) {
          if (visit.step == next || !cycle.empty()) cycle.push_back(visit.step);
        }
        cycle.push_back(next);
        return cycle;
      }
    }
  }
  return {};
}

Status ReadSteps(const Document& document, std::span<const DocumentNode> nodes, const ActionScope& scope,
                 Workflow* workflow) {
  for (const DocumentNode& node : nodes) {
    VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "step"));
    VEXEVT_ASSIGN(WorkflowStep step, ReadStep(table, node, workflow->steps.size(), scope));
    if (std::ranges::find(workflow->steps, step.name, &WorkflowStep::name) != workflow->steps.end()) {
      return ErrorAt(document, node.at, fmt::format("step '{}' is named twice", step.name));
    }
    workflow->steps.push_back(std::move(step));
  }
  std::vector<std::string_view> names;
  for (const WorkflowStep& step : workflow->steps) names.push_back(step.name);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, nodes[i], "step"));
    VEXEVT_ASSIGN(auto after, table.Texts("after"));
    VEXEVT_ASSIGN(workflow->steps[i].after, PlacesOf(table, after, names, "step"));
  }
  const std::vector<std::uint32_t> cycle = FindCycle(workflow->steps);
  if (cycle.empty()) return {};
  std::vector<std::string_view> waiting;
  for (const std::uint32_t step : cycle) waiting.push_back(names[step]);
  return ErrorAt(document, workflow->steps[cycle.front()].at,
                 fmt::format("these steps wait for each other: '{}'", fmt::join(waiting, "' after '")));
}

Result<Debounce> ReadDebounce(const Document& document, const DocumentNode& node, const TableReader& workflow) {
  Debounce debounce;
  if (!std::holds_alternative<Table>(node.value)) {
    VEXEVT_ASSIGN(auto idle, workflow.Duration("debounce"));
    debounce.idle_ns = *idle;
    return debounce;
  }
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "debounce"));
  VEXEVT_TRY(table.OnlyKeys({"idle", "most"}));
  VEXEVT_ASSIGN(auto idle, table.Duration("idle"));
  if (!idle) return table.Missing("idle");
  VEXEVT_ASSIGN(auto most, table.Duration("most"));
  debounce = {.idle_ns = *idle, .most_ns = most.value_or(0)};
  if (most && *most < *idle) return ErrorAt(document, node.at, "'debounce' wants idle <= most");
  return debounce;
}

Result<CommandLimits> ReadLimits(const Document& document, const DocumentNode& node) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "limits"));
  VEXEVT_TRY(table.OnlyKeys({"memory", "cpu", "output"}));
  CommandLimits limits;
  VEXEVT_ASSIGN(auto memory, table.Size("memory"));
  limits.memory_bytes = memory.value_or(limits.memory_bytes);
  VEXEVT_ASSIGN(auto cpu, table.Duration("cpu"));
  limits.cpu_ns = cpu.value_or(limits.cpu_ns);
  VEXEVT_ASSIGN(auto output, table.Size("output"));
  limits.output_bytes = output.value_or(limits.output_bytes);
  if (limits.output_bytes > kMaxOutputBytes) {
    return table.ErrorOf(*table.Find("output"), "at most 1M of a command's output is kept");
  }
  return limits;
}

Status ReadTrigger(const TableReader& table, Workflow* workflow) {
  VEXEVT_ASSIGN(auto on, table.Text("on"));
  VEXEVT_ASSIGN(auto match, table.Text("match"));
  if (on.has_value() == match.has_value()) {
    return ErrorAt(
        table.document(), workflow->at,
        fmt::format("workflow '{}' wants either 'on', an expression, or 'match', a pattern's name", workflow->name));
  }
  if (on) {
    VEXEVT_TRY(RefuseEmpty(table, *on));
    workflow->on = std::move(*on);
  } else {
    if (match->text.empty()) return ErrorAt(table.document(), match->at, "'match' names no pattern");
    workflow->match = std::move(*match);
  }
  return {};
}

// When runs begin.
Status ReadGate(const TableReader& table, const ActionScope& scope, Workflow* workflow) {
  VEXEVT_ASSIGN(auto key, table.Fields("key"));
  for (PlacedText& field : key) {
    if (const Field* known = FindField(field.text)) VEXEVT_TRY(CheckScope(table, field.at, *known, scope));
    workflow->key.push_back(std::move(field.text));
  }
  if (const DocumentNode* debounce = table.Find("debounce")) {
    VEXEVT_ASSIGN(workflow->debounce, ReadDebounce(table.document(), *debounce, table));
  }
  VEXEVT_ASSIGN(auto cooldown, table.Duration("cooldown"));
  workflow->cooldown_ns = cooldown.value_or(0);
  VEXEVT_ASSIGN(auto concurrency, table.Integer("concurrency", 1, 10'000));
  if (concurrency) workflow->concurrency = static_cast<std::uint32_t>(*concurrency);
  VEXEVT_ASSIGN(workflow->if_busy, table.OneOf<IfBusy>("if_busy", {"queue", "latest", "drop"}, IfBusy::kQueue));
  VEXEVT_ASSIGN(auto queue, table.Integer("queue", 1, 1'000'000));
  if (queue) workflow->queue = static_cast<std::uint32_t>(*queue);
  if (queue && workflow->if_busy == IfBusy::kDrop) {
    return table.ErrorOf(*table.Find("queue"), "with if_busy = \"drop\" nothing waits in a queue");
  }
  return {};
}

// With whose rights commands run, and in what surroundings.
Status ReadSurroundings(const TableReader& table, const ActionScope& scope, Workflow* workflow) {
  VEXEVT_ASSIGN(auto user, table.Text("user"));
  if (user) {
    VEXEVT_TRY(CheckName(table, *user));
    workflow->user = std::move(user->text);
  }
  VEXEVT_ASSIGN(workflow->environment, ReadFilledPairs(table, "environment", FilledAs::kBytes, scope));
  for (const auto& [name, value] : workflow->environment) {
    const bool fits = !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
                      std::ranges::all_of(name, [](char c) { return IsWordByte(c) && c != '-'; });
    if (!fits || name.starts_with("VEXEVT_")) {
      return table.ErrorOf(
          *table.Find("environment"),
          fmt::format("'{}' {}", name,
                      fits ? "is not yours to set: VEXEVT_* tells of the event" : "cannot be the name of a variable"));
    }
  }
  if (const DocumentNode* limits = table.Find("limits")) {
    VEXEVT_ASSIGN(workflow->limits, ReadLimits(table.document(), *limits));
  }
  return {};
}

Result<Workflow> ReadWorkflow(const Document& document, const DocumentNode& node,
                              std::span<const StateMachine> machines) {
  VEXEVT_ASSIGN(TableReader table, TableReader::Of(document, node, "workflow"));
  VEXEVT_TRY(table.OnlyKeys({"name", "on", "match", "key", "debounce", "cooldown", "concurrency", "if_busy", "queue",
                             "timeout", "loops", "user", "environment", "limits", "step"}));
  Workflow workflow;
  workflow.at = node.at;
  VEXEVT_ASSIGN(auto name, table.Text("name"));
  if (!name) return table.Missing("name");
  VEXEVT_TRY(CheckName(table, *name));
  workflow.name = std::move(name->text);
  VEXEVT_TRY(ReadTrigger(table, &workflow));
  const ActionScope scope{machines, !workflow.match.text.empty()};
  VEXEVT_TRY(ReadGate(table, scope, &workflow));
  VEXEVT_ASSIGN(auto timeout, table.Duration("timeout"));
  workflow.timeout_ns = timeout.value_or(0);
  VEXEVT_ASSIGN(workflow.loops, table.Flag("loops"));
  VEXEVT_TRY(ReadSurroundings(table, scope, &workflow));
  VEXEVT_ASSIGN(auto steps, ElementsUpTo(kMaxWorkflowSteps, table, "step"));
  if (steps.empty()) return table.Missing("step");
  VEXEVT_TRY(ReadSteps(document, steps, scope, &workflow));
  return workflow;
}

}  // namespace

Result<WorkflowsFile> ParseWorkflows(std::string text, std::string file) {
  WorkflowsFile workflows;
  VEXEVT_ASSIGN(workflows.document, ParseDocument(std::move(text), std::move(file)));
  const Document& document = workflows.document;
  TableReader root(document, document.root, "the file");
  VEXEVT_TRY(root.OnlyKeys({"lists", "machine", "workflow"}));
  if (const DocumentNode* lists = root.Find("lists")) VEXEVT_TRY(ReadLists(document, *lists, &workflows.lists));
  VEXEVT_ASSIGN(auto machines, ElementsUpTo(kMaxMachines, root, "machine"));
  for (const DocumentNode& node : machines) {
    VEXEVT_ASSIGN(StateMachine machine, ReadMachine(document, node));
    if (std::ranges::find(workflows.machines, machine.name, &StateMachine::name) != workflows.machines.end()) {
      return ErrorAt(document, node.at, fmt::format("machine '{}' is named twice", machine.name));
    }
    workflows.machines.push_back(std::move(machine));
  }
  VEXEVT_ASSIGN(auto nodes, ElementsUpTo(kMaxWorkflows, root, "workflow"));
  if (nodes.empty()) return root.Missing("workflow");
  for (const DocumentNode& node : nodes) {
    VEXEVT_ASSIGN(Workflow workflow, ReadWorkflow(document, node, workflows.machines));
    if (std::ranges::find(workflows.workflows, workflow.name, &Workflow::name) != workflows.workflows.end()) {
      return ErrorAt(document, node.at, fmt::format("workflow '{}' is named twice", workflow.name));
    }
    workflows.workflows.push_back(std::move(workflow));
  }
  return workflows;
}

Result<WorkflowsFile> ReadWorkflows(const std::string& path) {
  VEXEVT_ASSIGN(std::string text, ReadFile(path, kMaxWorkflowsBytes));
  return ParseWorkflows(std::move(text), path);
}

}  // namespace vexevt
