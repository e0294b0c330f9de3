// Database: the little of SQLite that the store needs, with failures as Status. For store.cc alone, as sqlite3.h stays
// in .cc files: the types here are opaque. For one thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "lib/base/status.h"

struct sqlite3;
struct sqlite3_stmt;

namespace vexevt {

// A value for a place "?" of a statement. Text is borrowed.
struct Blob {
  std::string_view bytes;
};
using Bound = std::variant<std::int64_t, std::string_view, Blob>;

class Statement {
 public:
  Statement(Statement&&) = default;
  Statement& operator=(Statement&&) = default;

  // Executes it with these values; for what gives no rows.
  Status Run(std::initializer_list<Bound> values = {});

  // For what gives rows: Begin, then Next until it is false.
  Status Begin(std::initializer_list<Bound> values = {});
  Result<bool> Next();
  void End();  // of the rows, where there are more
  std::int64_t Integer(int column) const;
  std::string_view Bytes(int column) const;  // until the next call of Next

 private:
  friend class Database;
  Statement(class Database* database, sqlite3_stmt* statement);

  class Database* database_;
  std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_;
};

class Database {
 public:
  // `path` stands in errors. Waits some seconds for others who write.
  static Result<std::unique_ptr<Database>> Open(const std::string& path);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Several statements without values or rows.
  Status Execute(const char* sql);
  Result<Statement> Prepare(const char* sql);
  // The first value of the first row.
  Result<std::int64_t> Ask(const char* sql);

  Status Failure(int code);  // of the last call
  const std::string& path() const { return path_; }

 private:
  Database(std::string path, sqlite3* handle);

  std::string path_;
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle_;
};

}  // namespace vexevt
