#include "lib/react/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

namespace vexevt {
namespace {

constexpr int kBusyMs = 10'000;

StatusCode CodeOf(int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StatusCode::kDataLoss;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return StatusCode::kPermissionDenied;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return StatusCode::kResourceExhausted;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StatusCode::kUnavailable;
    default:
      return StatusCode::kIoError;
  }
}

struct Bind {
  sqlite3_stmt* statement;
  int place;

  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, place, value); }
  int operator()(std::string_view text) const {
    return sqlite3_bind_text64(statement, place, text.empty() ? "" : text.data(), text.size(), nullptr, SQLITE_UTF8);
  }
  int operator()(Blob blob) const {
    return sqlite3_bind_blob64(statement, place, blob.bytes.empty() ? "" : blob.bytes.data(), blob.bytes.size(),
                               nullptr);
  }
};

}  // namespace

Statement::Statement(Database* database, sqlite3_stmt* statement)
    : database_(database), statement_(statement, &sqlite3_finalize) {}

Status Statement::Begin(std::initializer_list<Bound> values) {
  sqlite3_reset(statement_.get());
  int place = 0;
  for (const Bound& value : values) {
    const int code = std::visit(Bind{statement_.get(), ++place}, value);
    if (code != SQLITE_OK) return database_->Failure(code);
  }
  return {};
}

Result<bool> Statement::Next() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  sqlite3_reset(statement_.get());
  if (code != SQLITE_DONE) return database_->Failure(code);
  return false;
}

Status Statement::Run(std::initializer_list<Bound> values) {
  VEXEVT_TRY(Begin(values));
  VEXEVT_ASSIGN([[maybe_unused]] bool row, Next());
  return {};
}

void Statement::End() { sqlite3_reset(statement_.get()); }

std::int64_t Statement::Integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string_view Statement::Bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Database::Database(std::string path, sqlite3* handle) : path_(std::move(path)), handle_(handle, &sqlite3_close) {}

Result<std::unique_ptr<Database>> Database::Open(const std::string& path) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Database> database(new Database(path, handle));
  if (code != SQLITE_OK) return database->Failure(code);
  sqlite3_busy_timeout(handle, kBusyMs);
  sqlite3_extended_result_codes(handle, 1);
  return database;
}

Status Database::Execute(const char* sql) {
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Status() : Failure(code);
}

Result<Statement> Database::Prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Failure(code);
  return Statement(this, statement);
}

Result<std::int64_t> Database::Ask(const char* sql) {
  VEXEVT_ASSIGN(Statement statement, Prepare(sql));
  VEXEVT_ASSIGN(bool row, statement.Next());
  return row ? statement.Integer(0) : 0;
}

Status Database::Failure(int code) {
  const char* what = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  return {CodeOf(code), fmt::format("cannot use '{}': {}", path_, what)};
}

}  // namespace vexevt
