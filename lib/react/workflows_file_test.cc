#include "lib/react/workflows_file.h"

#include <gtest/gtest.h>

namespace vexevt {
namespace {

constexpr std::string_view kWholeFile = R"(
[lists]
trusted = ["root", "backup"]

[[machine]]
name = "load"
states = ["normal", "high load", "degraded"]
[[machine.transition]]
from = "normal"
to = "high load"
on = 'type = observability.metric and observability.value > 8'
[[machine.transition]]
from = ["high load", "degraded"]
to = "normal"
after = "5m"
[[machine.transition]]
from = "*"
to = "degraded"
on = 'type = observability.error'

[[workflow]]
name = "quarantine"
match = "mass delete"
key = "attr.pid"
debounce = { idle = "2s", most = "10s" }
cooldown = "1m"
concurrency = 3
if_busy = "latest"
queue = 50
timeout = "5m"
loops = true
user = "nobody"
environment = { LANG = "C", WHO = "{attr.comm}" }
limits = { memory = "256M", cpu = "10s", output = "4K" }

[[workflow.step]]
name = "stop"
run = ["kill", "-STOP", "{attr.pid}"]
undo = { run = ["kill", "-CONT", "{attr.pid}"], stdin = "event" }
retry = { times = 3, first = "100ms", most = "10s" }
idempotent = true
breaker = { failures = 2, open = "1s" }
timeout = "3s"

[[workflow.step]]
name = "tell"
after = "stop"
when = 'state.load = normal'
http = { url = "https://ops.example/v1/{run}?p={match.pattern}", method = "PUT", headers = { X-Key = "{key}" }, body = "{{}}" }

[[workflow.step]]
run = "echo {} ${VEXEVT_MATCH_PATTERN}"
shell = true
after = ["stop", "tell"]
undo = { set = { load = "normal" } }

[[workflow.step]]
emit = { type = "observability.alert", observability.message = "{match.pattern} by {attr.pid}", priority = "high", attr.n = 3 }

[[workflow.step]]
write = "unix:/run/ops.sock"

[[workflow]]
name = "plain"
on = 'type = fs.create'
debounce = "1s"
[[workflow.step]]
set = { load = "high load" }
)";

TEST(WorkflowsFile, ReadsAllOfIt) {
  const auto file = ParseWorkflows(std::string(kWholeFile), "/etc/vexevt/w.toml");
  ASSERT_TRUE(file.ok()) << file.status().message();
  ASSERT_EQ(file->machines.size(), 1u);
  const StateMachine& machine = file->machines[0];
  EXPECT_EQ(machine.states, (std::vector<std::string>{"normal", "high load", "degraded"}));
  ASSERT_EQ(machine.transitions.size(), 3u);
  EXPECT_EQ(machine.transitions[1].from, (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(machine.transitions[1].after_ns, 300'000'000'000u);
  EXPECT_EQ(machine.transitions[2].from, (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(machine.transitions[2].to, 2u);

  ASSERT_EQ(file->workflows.size(), 2u);
  const Workflow& workflow = file->workflows[0];
  EXPECT_EQ(workflow.match.text, "mass delete");
  EXPECT_EQ(workflow.key, std::vector<std::string>{"attr.pid"});
  EXPECT_EQ(workflow.debounce.idle_ns, 2'000'000'000u);
  EXPECT_EQ(workflow.debounce.most_ns, 10'000'000'000u);
  EXPECT_EQ(workflow.cooldown_ns, 60'000'000'000u);
  EXPECT_EQ(workflow.concurrency, 3u);
  EXPECT_EQ(workflow.if_busy, IfBusy::kLatest);
  EXPECT_EQ(workflow.queue, 50u);
  EXPECT_EQ(workflow.timeout_ns, 300'000'000'000u);
  EXPECT_TRUE(workflow.loops);
  EXPECT_EQ(workflow.user, "nobody");
  ASSERT_EQ(workflow.environment.size(), 2u);
  EXPECT_EQ(workflow.environment[1].first, "WHO");
  EXPECT_EQ(workflow.limits.memory_bytes, 256u << 20);
  EXPECT_EQ(workflow.limits.cpu_ns, 10'000'000'000u);
  EXPECT_EQ(workflow.limits.output_bytes, 4096u);
  ASSERT_EQ(workflow.steps.size(), 5u);

  const WorkflowStep& stop = workflow.steps[0];
  EXPECT_EQ(std::get<RunAction>(stop.action).command.size(), 3u);
  EXPECT_TRUE(std::get<RunAction>(*stop.undo).event_on_stdin);
  EXPECT_EQ(stop.retry.times, 3u);
  EXPECT_EQ(stop.retry.first_ns, 100'000'000u);
  EXPECT_TRUE(stop.idempotent);
  EXPECT_EQ(stop.breaker->failures, 2u);
  EXPECT_EQ(stop.timeout_ns, 3'000'000'000u);

  const WorkflowStep& tell = workflow.steps[1];
  EXPECT_EQ(tell.after, std::vector<std::uint32_t>{0});
  EXPECT_EQ(tell.when.text, "state.load = normal");
  EXPECT_EQ(std::get<HttpAction>(tell.action).method, "PUT");
  EXPECT_FALSE(tell.undo);

  const WorkflowStep& script = workflow.steps[2];
  EXPECT_EQ(script.name, "step-3");
  EXPECT_EQ(std::get<RunAction>(script.action).command[0].source(), "echo {} ${VEXEVT_MATCH_PATTERN}");
  EXPECT_EQ(script.after, (std::vector<std::uint32_t>{0, 1}));
  const auto& states = std::get<SetAction>(*script.undo).states;
  EXPECT_EQ(states, (std::vector<std::pair<std::string, std::string>>{{"load", "normal"}}));
  EXPECT_EQ(std::get<EmitAction>(workflow.steps[3].action).fields.size(), 3u);
  EXPECT_EQ(std::get<WriteAction>(workflow.steps[4].action).endpoint, "unix:/run/ops.sock");
  EXPECT_EQ(file->workflows[1].debounce.idle_ns, 1'000'000'000u);
  EXPECT_EQ(file->workflows[1].if_busy, IfBusy::kQueue);
}

std::string ErrorOfFile(std::string text) {
  const auto file = ParseWorkflows(std::move(text), "w.toml");
  return file.ok() ? "" : file.status().message();
}

// What is wrong with a workflow's keys, which begin on the third line.
std::string ErrorOfWorkflow(const std::string& keys) {
  return ErrorOfFile("[[workflow]]\nname = \"w\"\n" + keys + "\n[[workflow.step]]\nrun = [\"true\"]\n");
}

TEST(WorkflowsFile, SaysWhereAWorkflowIsWrong) {
  EXPECT_EQ(ErrorOfFile(""), "w.toml:1:1: the file wants 'workflow'");
  EXPECT_EQ(ErrorOfFile("[[workflow]]\non = 'x'"), "w.toml:1:1: workflow wants 'name'");
  EXPECT_EQ(ErrorOfFile("[[workflow]]\nname = \"w\"\non = 'x'"), "w.toml:1:1: workflow wants 'step'");
  EXPECT_EQ(ErrorOfFile("[[workflow]]\nname = \"\""),
            "w.toml:2:8: a name has 1 to 128 bytes, and no control character");
  EXPECT_EQ(ErrorOfWorkflow("kye = 1"), "w.toml:3:7: unknown key 'kye' in workflow (did you mean 'key'?)");
  EXPECT_EQ(ErrorOfWorkflow("cooldown = \"1m\""),
            "w.toml:1:1: workflow 'w' wants either 'on', an expression, or 'match', a pattern's name");
  EXPECT_EQ(ErrorOfWorkflow("on = 'x'\nmatch = \"x\""),
            "w.toml:1:1: workflow 'w' wants either 'on', an expression, or 'match', a pattern's name");
  EXPECT_EQ(ErrorOfWorkflow("on = ''"), "w.toml:3:6: empty expression");
  EXPECT_EQ(ErrorOfWorkflow("on = 'x'\nkey = \"pth\""), "w.toml:4:7: unknown field 'pth' (did you mean 'path'?)");
  EXPECT_EQ(ErrorOfWorkflow("match = \"x\"\nkey = \"pid\""),
            "w.toml:4:7: a match has no 'pid' of its own: of its events it shows 'attr.STEP.pid', and 'attr.pid' where "
            "its pattern says by = [\"pid\"]");
  EXPECT_EQ(ErrorOfWorkflow("on = 'x'\nif_busy = \"wait\""), "w.toml:4:11: 'if_busy' is one of queue, latest, drop");
  EXPECT_EQ(ErrorOfWorkflow("on = 'x'\nif_busy = \"drop\"\nqueue = 3"),
            "w.toml:5:9: with if_busy = \"drop\" nothing waits in a queue");
  EXPECT_EQ(ErrorOfWorkflow("on = 'x'\nconcurrency = 0"),
            "w.toml:4:15: 'concurrency' wants a whole number from 1 to 10000");
  EXPECT_EQ(ErrorOfWorkflow("on = 'x'\ndebounce = { most = \"1s\" }"), "w.toml:4:12: debounce wants 'idle'");
  EXPECT_EQ(ErrorOfWorkflow("on = 'x'\ndebounce = { idle = \"2s\", most = \"1s\" }"),
            "w.toml:4:12: 'debounce' wants idle <= most");
  EXPECT_EQ(ErrorOfWorkflow("on = 'x'\nenvironment = { VEXEVT_PATH = \"x\" }"),
            "w.toml:4:15: 'VEXEVT_PATH' is not yours to set: VEXEVT_* tells of the event");
  EXPECT_EQ(ErrorOfWorkflow("on = 'x'\nenvironment = { 2a = \"x\" }"),
            "w.toml:4:15: '2a' cannot be the name of a variable");
  EXPECT_EQ(ErrorOfWorkflow("on = 'x'\nenvironment = { A = \"{pth}\" }"),
            "w.toml:4:23: unknown field 'pth' (did you mean 'path'?)");
  EXPECT_EQ(ErrorOfWorkflow("on = 'x'\nlimits = { output = \"2M\" }"),
            "w.toml:4:21: at most 1M of a command's output is kept");
  const std::string twice = "[[workflow]]\nname = \"w\"\non = 'x'\n[[workflow.step]]\nrun = [\"true\"]\n";
  EXPECT_EQ(ErrorOfFile(twice + twice), "w.toml:6:1: workflow 'w' is named twice");
}

TEST(WorkflowsFile, SaysWhereAStepIsWrong) {
  const auto of = [](const std::string& step) {
    return ErrorOfFile("[[workflow]]\nname = \"w\"\non = 'x'\n[[workflow.step]]\n" + step);
  };
  EXPECT_EQ(of("name = \"s\""), "w.toml:4:1: step wants 'run', 'emit', 'http', 'write' or 'set'");
  EXPECT_EQ(of("run = [\"a\"]\nset = { x = \"y\" }"), "w.toml:6:7: it does one thing: 'run' or 'set'");
  EXPECT_EQ(of("rnu = [\"a\"]"), "w.toml:5:7: unknown key 'rnu' in step (did you mean 'run'?)");
  EXPECT_EQ(of("run = \"rm -r /tmp/x\""),
            "w.toml:5:7: 'run' wants a list, the command and each of its arguments (or shell = true)");
  EXPECT_EQ(of("run = []"), "w.toml:5:7: 'run' names no command");
  EXPECT_EQ(of("run = [\"{exe}\"]"), "w.toml:5:7: the command itself stands fixed: events fill its arguments only");
  EXPECT_EQ(of("run = [\"a\"]\nshell = true"), "w.toml:5:7: with 'shell', 'run' is one text, the script");
  EXPECT_EQ(of("run = [\"a\", \"x{pth}\"]"), "w.toml:5:16: unknown field 'pth' (did you mean 'path'?)");
  EXPECT_EQ(of("run = [\"a\", \"\\u0000\"]"), "w.toml:5:13: a NUL byte cannot be passed on");
  EXPECT_EQ(of("write = \"x\"\nstdin = \"event\""), "w.toml:6:9: 'stdin' belongs to 'run'");
  EXPECT_EQ(of("write = \"-\""), "w.toml:5:9: the output is written to by 'emit', not by 'write'");
  EXPECT_EQ(of("set = { load = \"high\" }"), "w.toml:5:16: unknown machine 'load'");
  EXPECT_EQ(of("emit = { path = \"x\" }"), "w.toml:5:8: emit wants 'type'");
  EXPECT_EQ(of("emit = { type = \"fs.crate\" }"), "w.toml:5:17: unknown type 'fs.crate' (did you mean 'fs.create'?)");
  EXPECT_EQ(of("emit = { type = \"fs.create\", pth = \"{path}\" }"),
            "w.toml:5:36: unknown field 'pth' (did you mean 'path'?)");
  EXPECT_EQ(of("emit = { type = \"fs.create\", size = \"big\" }").substr(0, 14), "w.toml:5:37: s");
  EXPECT_EQ(of("http = \"ftp://x/\""), "w.toml:5:8: a URL begins with http:// or https://");
  EXPECT_EQ(of("http = \"http:///x\""), "w.toml:5:8: the URL names no host");
  EXPECT_EQ(of("http = \"http://{host}/x\""),
            "w.toml:5:8: the host of a URL stands fixed: events fill what is behind its '/'");
  EXPECT_EQ(of("http = { url = \"http://h/\", headers = { \"a b\" = \"x\" } }"), "w.toml:5:39: 'a b' is no header");
  EXPECT_EQ(of("run = [\"a\"]\nafter = \"stpe-1\""), "w.toml:6:9: unknown step 'stpe-1' (did you mean 'step-1'?)");
  EXPECT_EQ(of("run = [\"a\"]\nafter = \"step-1\""),
            "w.toml:4:1: these steps wait for each other: 'step-1' after 'step-1'");
  EXPECT_EQ(of("run = [\"a\"]\ntimeout = \"0s\""), "w.toml:6:11: a step has a timeout");
  EXPECT_EQ(of("run = [\"a\"]\nretry = { first = \"1s\" }"), "w.toml:6:9: retry wants 'times'");
  EXPECT_EQ(of("run = [\"a\"]\nretry = { times = 2, first = \"2s\", most = \"1s\" }"),
            "w.toml:6:9: 'retry' wants 0 < first <= most");
  EXPECT_EQ(of("run = [\"a\"]\nundo = { run = [\"b\"], retry = 3 }").substr(0, 52),
            "w.toml:6:31: unknown key 'retry' in undo (known: run");
  EXPECT_EQ(of("run = [\"a\"]\nwhen = ''"), "w.toml:6:8: empty expression");
}

TEST(WorkflowsFile, NamesTheStepsOfACycle) {
  EXPECT_EQ(ErrorOfFile(R"([[workflow]]
name = "w"
on = 'x'
step = [
  { name = "a", run = ["true"] },
  { name = "b", run = ["true"], after = ["a", "d"] },
  { name = "c", run = ["true"], after = "b" },
  { name = "d", run = ["true"], after = "c" },
]
)"),
            "w.toml:6:3: these steps wait for each other: 'b' after 'd' after 'c' after 'b'");
}

TEST(WorkflowsFile, HasBounds) {
  std::string steps;
  for (std::size_t i = 0; i <= kMaxWorkflowSteps; ++i) steps += "[[workflow.step]]\nrun = [\"true\"]\n";
  EXPECT_EQ(ErrorOfFile("[[workflow]]\nname = \"w\"\non = 'x'\n" + steps), "w.toml:516:1: more than 256 of [[step]]");
}

TEST(WorkflowsFile, SaysWhereAMachineIsWrong) {
  const auto of = [](const std::string& machine) { return ErrorOfFile("[[machine]]\n" + machine); };
  EXPECT_EQ(of("states = [\"a\", \"b\"]"), "w.toml:1:1: machine wants 'name'");
  EXPECT_EQ(of("name = \"m\""), "w.toml:1:1: machine wants 'states'");
  EXPECT_EQ(of("name = \"m\"\nstates = [\"a\"]"), "w.toml:3:10: a machine has 2 to 100 states");
  EXPECT_EQ(of("name = \"m x\"\nstates = [\"a\", \"b\"]"),
            "w.toml:2:8: a machine's name has letters, digits, '_' and '-': expressions ask state.NAME");
  EXPECT_EQ(of("name = \"m\"\nstates = [\"a\", \"a\"]"), "w.toml:3:16: state 'a' is named twice");
  const auto transition = [&](const std::string& keys) {
    return of("name = \"m\"\nstates = [\"low\", \"high\"]\n[[machine.transition]]\n" + keys);
  };
  EXPECT_EQ(transition("to = \"low\""), "w.toml:4:1: transition wants 'from'");
  EXPECT_EQ(transition("from = \"lo\"\nto = \"high\""), "w.toml:5:8: unknown state 'lo' (did you mean 'low'?)");
  EXPECT_EQ(transition("from = \"low\"\nto = \"hihg\""), "w.toml:6:6: unknown state 'hihg' (did you mean 'high'?)");
  EXPECT_EQ(transition("from = \"low\"\nto = \"high\""),
            "w.toml:4:1: a transition wants either 'on', an expression, or 'after', a duration");
  EXPECT_EQ(transition("from = \"*\"\nto = \"high\"\nafter = \"1s\""),
            "w.toml:4:1: 'after' leads to another state than it comes from");
  EXPECT_EQ(transition("from = \"low\"\nto = \"high\"\nafter = \"0s\""), "w.toml:7:9: 'after' is longer than 0");
}

}  // namespace
}  // namespace vexevt
