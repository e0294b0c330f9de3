#include "lib/react/run_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <span>
#include <utility>

#include "lib/base/bytes.h"
#include "lib/base/unique_fd.h"
#include "lib/event/event_view.h"
#include "lib/io/full.h"
#include "lib/match/hash.h"
#include "lib/react/database.h"

namespace vexevt {
namespace {

constexpr int kApplication = 0x76786163;  // "vxac", in the header of the database file

// States are the numbers of RunState and StepState.
static_assert(static_cast<int>(RunState::kUndoing) == 1 && static_cast<int>(RunState::kDone) == 2 &&
              static_cast<int>(RunState::kUndone) == 3);
constexpr char kTables[] = R"(
  CREATE TABLE store (identity INTEGER NOT NULL);
  CREATE TABLE definitions (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, text BLOB NOT NULL);
  CREATE INDEX definitions_by_hash ON definitions (hash);
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY, workflow TEXT NOT NULL, definition INTEGER NOT NULL, key BLOB NOT NULL,
    count INTEGER NOT NULL, event BLOB NOT NULL, event_source INTEGER NOT NULL, event_sequence INTEGER NOT NULL,
    state INTEGER NOT NULL, reason BLOB NOT NULL, ended_steps INTEGER NOT NULL,
    due_ns INTEGER NOT NULL, began_ns INTEGER NOT NULL, ended_ns INTEGER NOT NULL);
  CREATE INDEX runs_by_event ON runs (event_source, event_sequence);
  CREATE INDEX runs_by_begin ON runs (began_ns);
  CREATE INDEX runs_unfinished ON runs (state) WHERE state < 2;
  CREATE TABLE steps (
    run INTEGER NOT NULL, step INTEGER NOT NULL, name TEXT NOT NULL, state INTEGER NOT NULL, begun INTEGER NOT NULL,
    attempts INTEGER NOT NULL, ended_order INTEGER NOT NULL, due_ns INTEGER NOT NULL, outcome BLOB NOT NULL,
    undo BLOB NOT NULL, output BLOB NOT NULL, began_ns INTEGER NOT NULL, ended_ns INTEGER NOT NULL,
    PRIMARY KEY (run, step)) WITHOUT ROWID;
  CREATE TABLE occasions (
    workflow TEXT NOT NULL, held INTEGER NOT NULL, which INTEGER NOT NULL, number INTEGER NOT NULL,
    count INTEGER NOT NULL, first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL, event BLOB NOT NULL,
    PRIMARY KEY (workflow, held, which)) WITHOUT ROWID;
  CREATE TABLE dead_letters (
    id INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL, workflow TEXT NOT NULL, run INTEGER NOT NULL, reason BLOB NOT NULL,
    event BLOB NOT NULL);
  CREATE TABLE machines (name TEXT PRIMARY KEY, state TEXT NOT NULL, since_ns INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE requests (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, run INTEGER NOT NULL);
)";

constexpr char kRunColumns[] =
    "SELECT id, workflow, definition, key, count, event, state, reason, ended_steps, due_ns, began_ns, ended_ns FROM "
    "runs ";

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t Unsigned(std::int64_t value) { return static_cast<std::uint64_t>(value); }

Blob BlobOf(const std::vector<std::byte>& bytes) { return {AsText(bytes)}; }
std::vector<std::byte> BytesOf(std::string_view blob) {
  const auto bytes = AsBytes(blob);
  return {bytes.begin(), bytes.end()};
}

EventId IdOfFrame(const std::vector<std::byte>& frame) {
  EventView view;
  return EventView::Bind(frame, &view) ? view.id() : EventId{};
}

// All folders on the way are made; 0700.
Status MakeFolder(const std::string& folder) {
  for (std::size_t slash = folder.find('/', 1);; slash = folder.find('/', slash + 1)) {
    const std::string part = folder.substr(0, slash);
    if (::mkdir(part.c_str(), 0700) < 0 && errno != EEXIST) {
      return ErrnoStatus(fmt::format("cannot make '{}'", part), errno);
    }
    if (slash == std::string::npos) return {};
  }
}

Status CheckFolder(const std::string& folder, bool to_run) {
  struct stat found;
  if (::stat(folder.c_str(), &found) < 0) return ErrnoStatus(fmt::format("cannot open '{}'", folder), errno);
  if (!S_ISDIR(found.st_mode)) return InvalidArgument(fmt::format("'{}' is no folder", folder));
  const bool others_write = (found.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  if (to_run && (found.st_uid != ::geteuid() || others_write)) {
    return {StatusCode::kPermissionDenied, fmt::format("'{}' is {}: what lies there would be executed", folder,
                                                       others_write ? "writable for others" : "somebody else's")};
  }
  return {};
}

Result<UniqueFd> Lock(const std::string& folder) {
  const std::string path = folder + "/lock";
  UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return ErrnoStatus(fmt::format("cannot open '{}'", path), errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) < 0) {
    if (errno != EWOULDBLOCK) return ErrnoStatus(fmt::format("cannot lock '{}'", path), errno);
    auto pid = ReadFile(path, 64);
    return Unavailable(fmt::format("'{}' is in use by another vexevt-react (pid {})", folder, pid.ok() ? *pid : "?"));
  }
  const std::string pid = fmt::format("{}", ::getpid());
  if (::ftruncate(lock.get(), 0) < 0) return ErrnoStatus(fmt::format("cannot write '{}'", path), errno);
  VEXEVT_TRY(WriteAll(lock.get(), AsBytes(pid), path));
  return lock;
}

}  // namespace

struct RunStore::Rep {
  std::string folder;
  UniqueFd lock;  // of the one who runs
  std::unique_ptr<Database> sqlite;
  std::map<const char*, Statement> statements;  // by the address of their text, which is a literal
  bool in_transaction = false;
  std::uint64_t identity = 0, next_run = 1;
  std::int64_t last_definition = 0;  // that was asked for: of runs to come

  Result<Statement*> Prepared(const char* sql) {
    auto found = statements.find(sql);
    if (found == statements.end()) {
      VEXEVT_ASSIGN(Statement statement, sqlite->Prepare(sql));
      found = statements.emplace(sql, std::move(statement)).first;
    }
    return &found->second;
  }
  Status Write(const char* sql, std::initializer_list<Bound> values) {
    if (!in_transaction) {
      VEXEVT_ASSIGN(Statement * begin, Prepared("BEGIN IMMEDIATE"));
      VEXEVT_TRY(begin->Run());
      in_transaction = true;
    }
    VEXEVT_ASSIGN(Statement * statement, Prepared(sql));
    return statement->Run(values);
  }
  Result<Statement*> Read(const char* sql, std::initializer_list<Bound> values = {}) {
    VEXEVT_ASSIGN(Statement * statement, Prepared(sql));
    VEXEVT_TRY(statement->Begin(values));
    return statement;
  }

  Status MakeTables();
  Status Check();
  Result<std::vector<RunRecord>> Runs(const char* sql, std::initializer_list<Bound> values, bool with_steps = true);
  Status ReadSteps(RunRecord* run);
  Status Prune();
};

Status RunStore::Rep::MakeTables() {
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != sizeof random) return ErrnoStatus("cannot get random bytes", errno);
  random >>= 1;  // readable as SQLite's integers are: without a sign
  const std::string sql = fmt::format(
      "BEGIN IMMEDIATE; {} INSERT INTO store VALUES ({}); PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT",
      kTables, random, kApplication, kVersion);
  return sqlite->Execute(sql.c_str());
}

Status RunStore::Rep::Check() {
  VEXEVT_ASSIGN(std::int64_t application, sqlite->Ask("PRAGMA application_id"));
  VEXEVT_ASSIGN(std::int64_t version, sqlite->Ask("PRAGMA user_version"));
  if (application != kApplication) return DataLoss(fmt::format("'{}' is no state of vexevt-react", sqlite->path()));
  if (version > kVersion) {
    return Unsupported(
        fmt::format("'{}' was written by a newer vexevt-react (version {} of the tables, this one knows {})",
                    sqlite->path(), version, kVersion));
  }
  return {};
}

// Of runs, and of their steps, as many as are kept; those that are stuck wait for somebody.
Status RunStore::Rep::Prune() {
  VEXEVT_TRY(Write("DELETE FROM steps WHERE run IN (SELECT id FROM runs WHERE id < ? AND state IN (2, 3))",
                   {Signed(next_run) - Signed(kKeptRuns)}));
  VEXEVT_TRY(Write("DELETE FROM runs WHERE id < ? AND state IN (2, 3)", {Signed(next_run) - Signed(kKeptRuns)}));
  return Write("DELETE FROM definitions WHERE id NOT IN (SELECT definition FROM runs) AND id <> ?", {last_definition});
}

RunStore::RunStore(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
RunStore::~RunStore() = default;

Result<std::unique_ptr<RunStore>> RunStore::Open(const std::string& folder, Use use) {
  const bool runs = use == Use::kRun;
  auto rep = std::make_unique<Rep>();
  rep->folder = folder;
  if (runs) VEXEVT_TRY(MakeFolder(folder));
  VEXEVT_TRY(CheckFolder(folder, runs));
  if (runs) {
    VEXEVT_ASSIGN(rep->lock, Lock(folder));
  }
  const std::string path = folder + "/react.db";
  // The files that SQLite puts beside it have its mode.
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | (runs ? O_CREAT : 0), 0600));
  if (!file) return ErrnoStatus(fmt::format("cannot open '{}'", path), errno);
  file.reset();
  VEXEVT_ASSIGN(rep->sqlite, Database::Open(path));
  VEXEVT_ASSIGN(std::int64_t objects, rep->sqlite->Ask("SELECT count(*) FROM sqlite_master"));
  if (objects == 0) {
    if (!runs) return Unavailable(fmt::format("'{}' is empty: no vexevt-react has run there yet", path));
    VEXEVT_TRY(rep->MakeTables());
  }
  VEXEVT_TRY(rep->Check());
  VEXEVT_TRY(rep->sqlite->Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"));
  VEXEVT_ASSIGN(std::int64_t identity, rep->sqlite->Ask("SELECT identity FROM store"));
  VEXEVT_ASSIGN(std::int64_t last_run, rep->sqlite->Ask("SELECT max(id) FROM runs"));
  rep->identity = Unsigned(identity);
  rep->next_run = Unsigned(last_run) + 1;
  return std::unique_ptr<RunStore>(new RunStore(std::move(rep)));
}

std::uint64_t RunStore::identity() const { return rep_->identity; }
std::uint64_t RunStore::next_run() const { return rep_->next_run; }
bool RunStore::dirty() const { return rep_->in_transaction; }

Status RunStore::Commit() {
  if (!rep_->in_transaction) return {};
  VEXEVT_ASSIGN(Statement * commit, rep_->Prepared("COMMIT"));
  VEXEVT_TRY(commit->Run());
  rep_->in_transaction = false;
  return {};
}

Result<std::int64_t> RunStore::KeepDefinition(const std::string& text) {
  const std::int64_t hash = Signed(Hash(text));
  VEXEVT_ASSIGN(Statement * known, rep_->Read("SELECT id, text FROM definitions WHERE hash = ?", {hash}));
  for (;;) {
    VEXEVT_ASSIGN(bool row, known->Next());
    if (!row) break;
    if (known->Bytes(1) != text) continue;
    rep_->last_definition = known->Integer(0);
    known->End();
    return rep_->last_definition;
  }
  VEXEVT_TRY(rep_->Write("INSERT INTO definitions (hash, text) VALUES (?, ?)", {hash, Blob{text}}));
  VEXEVT_ASSIGN(rep_->last_definition, rep_->sqlite->Ask("SELECT last_insert_rowid()"));
  return rep_->last_definition;
}

Result<std::string> RunStore::Definition(std::int64_t id) {
  VEXEVT_ASSIGN(Statement * found, rep_->Read("SELECT text FROM definitions WHERE id = ?", {id}));
  VEXEVT_ASSIGN(bool row, found->Next());
  if (!row) return DataLoss(fmt::format("'{}' has lost a text of workflows", rep_->sqlite->path()));
  std::string text(found->Bytes(0));
  found->End();
  return text;
}

Status RunStore::AddRun(const RunRecord& run) {
  const RunProgress& progress = run.progress;
  const EventId event = IdOfFrame(run.event);
  VEXEVT_TRY(rep_->Write(
      "INSERT INTO runs (id, workflow, definition, key, count, event, event_source, event_sequence, state, reason, "
      "ended_steps, due_ns, began_ns, ended_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {Signed(progress.id), run.workflow, run.definition, Blob{run.key}, Signed(run.count), BlobOf(run.event),
       Signed(event.source), Signed(event.sequence), std::int64_t{static_cast<std::uint8_t>(progress.state)},
       Blob{progress.reason}, std::int64_t{progress.ended_steps}, Signed(progress.due_ns), Signed(run.began_ns),
       Signed(run.ended_ns)}));
  rep_->next_run = progress.id + 1;
  constexpr std::uint64_t kRunsPerPrune = 1000;
  if (progress.id > kKeptRuns && progress.id % kRunsPerPrune == 0) VEXEVT_TRY(rep_->Prune());
  return {};
}

Status RunStore::SaveRun(const RunRecord& run) {
  const RunProgress& progress = run.progress;
  return rep_->Write(
      "UPDATE runs SET state = ?, reason = ?, ended_steps = ?, due_ns = ?, ended_ns = ? WHERE id = ?",
      {std::int64_t{static_cast<std::uint8_t>(progress.state)}, Blob{progress.reason},
       std::int64_t{progress.ended_steps}, Signed(progress.due_ns), Signed(run.ended_ns), Signed(progress.id)});
}

Status RunStore::SaveStep(const RunRecord& run, std::size_t step) {
  const StepProgress& progress = run.progress.steps[step];
  const StepRecord& record = run.steps[step];
  return rep_->Write(
      "INSERT OR REPLACE INTO steps (run, step, name, state, begun, attempts, ended_order, due_ns, outcome, undo, "
      "output, "
      "began_ns, ended_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {Signed(run.progress.id), Signed(step), record.name, std::int64_t{static_cast<std::uint8_t>(progress.state)},
       std::int64_t{progress.begun}, std::int64_t{progress.attempts}, std::int64_t{progress.order},
       Signed(progress.due_ns), Blob{progress.outcome}, Blob{record.undo}, Blob{record.output}, Signed(record.began_ns),
       Signed(record.ended_ns)});
}

Result<bool> RunStore::HasRun(const std::string& workflow, EventId event) {
  VEXEVT_ASSIGN(Statement * found,
                rep_->Read("SELECT 1 FROM runs WHERE event_source = ? AND event_sequence = ? AND workflow = ?",
                           {Signed(event.source), Signed(event.sequence), workflow}));
  VEXEVT_ASSIGN(bool row, found->Next());
  found->End();
  return row;
}

Status RunStore::Rep::ReadSteps(RunRecord* run) {
  VEXEVT_ASSIGN(Statement * rows,
                Read("SELECT step, name, state, begun, attempts, ended_order, due_ns, outcome, undo, output, began_ns, "
                     "ended_ns FROM steps WHERE run = ? ORDER BY step",
                     {Signed(run->progress.id)}));
  for (;;) {
    VEXEVT_ASSIGN(bool row, rows->Next());
    if (!row) return {};
    const std::uint64_t step = Unsigned(rows->Integer(0));
    const std::int64_t state = rows->Integer(2);
    if (step >= kMaxWorkflowSteps || state < 0 || state > static_cast<int>(StepState::kUndoFailed)) {
      return DataLoss(
          fmt::format("'{}' has a step that cannot be: {} of run {}", sqlite->path(), step, run->progress.id));
    }
    if (run->steps.size() <= step) {
      run->steps.resize(step + 1);
      run->progress.steps.resize(step + 1);
    }
    run->steps[step] = {.name = std::string(rows->Bytes(1)),
                        .undo = std::string(rows->Bytes(8)),
                        .output = std::string(rows->Bytes(9)),
                        .began_ns = Unsigned(rows->Integer(10)),
                        .ended_ns = Unsigned(rows->Integer(11))};
    run->progress.steps[step] = {.state = static_cast<StepState>(state),
                                 .begun = rows->Integer(3) != 0,
                                 .attempts = static_cast<std::uint32_t>(rows->Integer(4)),
                                 .order = static_cast<std::uint32_t>(rows->Integer(5)),
                                 .due_ns = Unsigned(rows->Integer(6)),
                                 .outcome = std::string(rows->Bytes(7))};
  }
}

Result<std::vector<RunRecord>> RunStore::Rep::Runs(const char* sql, std::initializer_list<Bound> values,
                                                   bool with_steps) {
  std::vector<RunRecord> runs;
  VEXEVT_ASSIGN(Statement * rows, Read(sql, values));
  for (;;) {
    VEXEVT_ASSIGN(bool row, rows->Next());
    if (!row) break;
    const std::int64_t state = rows->Integer(6);
    RunRecord& run = runs.emplace_back();
    run.progress.id = Unsigned(rows->Integer(0));
    if (state < 0 || state > static_cast<int>(RunState::kStuck)) {
      return DataLoss(fmt::format("'{}' has a run that cannot be: {}", sqlite->path(), run.progress.id));
    }
    run.workflow = rows->Bytes(1);
    run.definition = rows->Integer(2);
    run.key = rows->Bytes(3);
    run.count = Unsigned(rows->Integer(4));
    run.event = BytesOf(rows->Bytes(5));
    run.progress.state = static_cast<RunState>(state);
    run.progress.reason = rows->Bytes(7);
    run.progress.ended_steps = static_cast<std::uint32_t>(rows->Integer(8));
    run.progress.due_ns = Unsigned(rows->Integer(9));
    run.began_ns = Unsigned(rows->Integer(10));
    run.ended_ns = Unsigned(rows->Integer(11));
  }
  if (with_steps) {
    for (RunRecord& run : runs) VEXEVT_TRY(ReadSteps(&run));
  }
  return runs;
}

Result<std::vector<RunRecord>> RunStore::UnfinishedRuns() {
  static const std::string sql = std::string(kRunColumns) + "WHERE state < 2 ORDER BY id";
  return rep_->Runs(sql.c_str(), {});
}

Result<std::vector<RunRecord>> RunStore::LastRuns(std::size_t count) {
  static const std::string sql = std::string(kRunColumns) + "ORDER BY id DESC LIMIT ?";
  return rep_->Runs(sql.c_str(), {Signed(count)}, false);
}

Result<std::optional<RunRecord>> RunStore::FindRun(std::uint64_t id) {
  static const std::string sql = std::string(kRunColumns) + "WHERE id = ?";
  VEXEVT_ASSIGN(std::vector<RunRecord> runs, rep_->Runs(sql.c_str(), {Signed(id)}));
  if (runs.empty()) return std::optional<RunRecord>();
  return std::optional<RunRecord>(std::move(runs.front()));
}

Result<std::vector<RunRecord>> RunStore::RunsSince(std::uint64_t since_ns) {
  static const std::string sql = std::string(kRunColumns) + "WHERE began_ns >= ? ORDER BY id";
  return rep_->Runs(sql.c_str(), {Signed(since_ns)}, false);
}

Status RunStore::SaveOccasion(const std::string& workflow, bool held, const Occasion& occasion) {
  return rep_->Write(
      "INSERT OR REPLACE INTO occasions (workflow, held, which, number, count, first_ns, last_ns, event) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {workflow, std::int64_t{held}, Signed(held ? occasion.key : occasion.number), Signed(occasion.number),
       Signed(occasion.count), Signed(occasion.first_ns), Signed(occasion.last_ns), BlobOf(occasion.frame)});
}

Status RunStore::DropOccasion(const std::string& workflow, bool held, std::uint64_t which) {
  return rep_->Write("DELETE FROM occasions WHERE workflow = ? AND held = ? AND which = ?",
                     {workflow, std::int64_t{held}, Signed(which)});
}

Result<std::vector<KeptOccasion>> RunStore::Occasions() {
  std::vector<KeptOccasion> kept;
  VEXEVT_ASSIGN(Statement * rows,
                rep_->Read("SELECT workflow, held, number, count, first_ns, last_ns, event FROM occasions "
                           "ORDER BY number"));
  for (;;) {
    VEXEVT_ASSIGN(bool row, rows->Next());
    if (!row) return kept;
    KeptOccasion& one = kept.emplace_back();
    one.workflow = rows->Bytes(0);
    one.held = rows->Integer(1) != 0;
    one.occasion = {.number = Unsigned(rows->Integer(2)),
                    .frame = BytesOf(rows->Bytes(6)),
                    .count = Unsigned(rows->Integer(3)),
                    .first_ns = Unsigned(rows->Integer(4)),
                    .last_ns = Unsigned(rows->Integer(5))};
  }
}

Status RunStore::AddDeadLetter(const KeptLetter& letter) {
  VEXEVT_TRY(rep_->Write(
      "INSERT INTO dead_letters (at_ns, workflow, run, reason, event) VALUES (?, ?, ?, ?, ?)",
      {Signed(letter.at_ns), letter.workflow, Signed(letter.run), Blob{letter.reason}, BlobOf(letter.event)}));
  return rep_->Write("DELETE FROM dead_letters WHERE id = (SELECT max(id) FROM dead_letters) - ?", {Signed(kKeptRuns)});
}

Result<std::vector<KeptLetter>> RunStore::DeadLetters(std::size_t count) {
  std::vector<KeptLetter> letters;
  VEXEVT_ASSIGN(Statement * rows,
                rep_->Read("SELECT at_ns, workflow, run, reason, event FROM dead_letters ORDER BY id DESC LIMIT ?",
                           {Signed(count)}));
  for (;;) {
    VEXEVT_ASSIGN(bool row, rows->Next());
    if (!row) return letters;
    letters.push_back({Unsigned(rows->Integer(0)), std::string(rows->Bytes(1)), Unsigned(rows->Integer(2)),
                       std::string(rows->Bytes(3)), BytesOf(rows->Bytes(4))});
  }
}

Status RunStore::SaveMachine(const MachineRecord& machine) {
  return rep_->Write("INSERT OR REPLACE INTO machines (name, state, since_ns) VALUES (?, ?, ?)",
                     {machine.name, machine.state, Signed(machine.since_ns)});
}

Result<std::vector<MachineRecord>> RunStore::Machines() {
  std::vector<MachineRecord> machines;
  VEXEVT_ASSIGN(Statement * rows, rep_->Read("SELECT name, state, since_ns FROM machines"));
  for (;;) {
    VEXEVT_ASSIGN(bool row, rows->Next());
    if (!row) return machines;
    machines.push_back({std::string(rows->Bytes(0)), std::string(rows->Bytes(1)), Unsigned(rows->Integer(2))});
  }
}

Status RunStore::AddRequest(const Request& request) {
  return rep_->Write("INSERT INTO requests (kind, run) VALUES (?, ?)",
                     {std::int64_t{static_cast<std::uint8_t>(request.kind)}, Signed(request.run)});
}

Result<std::vector<Request>> RunStore::TakeRequests() {
  std::vector<Request> requests;
  VEXEVT_ASSIGN(Statement * rows, rep_->Read("SELECT kind, run FROM requests ORDER BY id"));
  for (;;) {
    VEXEVT_ASSIGN(bool row, rows->Next());
    if (!row) break;
    requests.push_back(
        {rows->Integer(0) == 0 ? RequestKind::kCancel : RequestKind::kRetry, Unsigned(rows->Integer(1))});
  }
  if (!requests.empty()) VEXEVT_TRY(rep_->Write("DELETE FROM requests", {}));
  return requests;
}

}  // namespace vexevt
