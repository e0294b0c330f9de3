// Status: the outcome of an operation that can fail, as a value. Result<T>: a T or the Status that says why there is
// none.
//
// Success is a null pointer and costs nothing; a failure owns its message. A message is one clause for a person, lower
// case, no full stop, the subject quoted: "cannot open '/x': Permission denied". Both types are movable values without
// locking: several threads may read one, none may write it meanwhile. After LevelDB's Status.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace vexevt {

enum class StatusCode : unsigned char {
  kOk,
  kInvalidArgument,    // what the user wrote is wrong: options, expressions, rules (exit 2)
  kNotFound,           // a file or name does not exist
  kPermissionDenied,   // the kernel said no
  kIoError,            // a system call failed
  kDataLoss,           // the data is bad: truncated, corrupt, hostile
  kResourceExhausted,  // a limit was reached: inotify watches, memory bound, descriptors
  kUnavailable,        // try again later: peer not there, would block
  kCancelled,          // asked to stop
  kBrokenPipe,         // whoever read our output has gone (EPIPE)
  kUnsupported,        // this kernel or this build cannot do it
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message);

  static Status Ok() { return {}; }

  bool ok() const { return rep_ == nullptr; }
  StatusCode code() const { return rep_ ? rep_->code : StatusCode::kOk; }
  const std::string& message() const;  // empty when ok()

  // The same failure, its message prefixed by "context: ". No effect on success.
  Status WithContext(std::string_view context) &&;

 private:
  struct Rep {
    StatusCode code;
    std::string message;
  };
  std::unique_ptr<Rep> rep_;
};

Status InvalidArgument(std::string message);
Status DataLoss(std::string message);
Status ResourceExhausted(std::string message);
Status Unavailable(std::string message);
Status Unsupported(std::string message);

// The failure of a system call: `what` ("cannot open '/x'"), then ": " and the text of `error`, an errno value. The
// code follows from `error`: ENOENT is kNotFound, EACCES and EPERM kPermissionDenied, ENOSPC-like limits
// kResourceExhausted.
Status ErrnoStatus(std::string_view what, int error);

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}          // NOLINT: implicit, so that functions return plain values
  Result(Status status) : status_(std::move(status)) {}  // NOLINT: status must not be ok()

  bool ok() const { return value_.has_value(); }
  const Status& status() const& { return status_; }
  Status&& status() && { return std::move(status_); }

  // Only when ok().
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return std::move(*value_); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return std::move(*value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  std::optional<T> value_;
  Status status_;
};

// Returns from the enclosing function when `expression`, a Status, is a failure.
#define VEXEVT_TRY(expression)                                    \
  do {                                                            \
    if (::vexevt::Status status_ = (expression); !status_.ok()) { \
      return status_;                                             \
    }                                                             \
  } while (false)

// Evaluates `expression`, a Result; returns its Status on failure, else defines or assigns `target`.
#define VEXEVT_ASSIGN(target, expression) VEXEVT_ASSIGN_(VEXEVT_CONCAT_(result_, __LINE__), target, expression)
#define VEXEVT_ASSIGN_(result, target, expression)     \
  auto result = (expression);                          \
  if (!result.ok()) return std::move(result).status(); \
  target = std::move(result).value()
#define VEXEVT_CONCAT_(a, b) VEXEVT_CONCAT2_(a, b)
#define VEXEVT_CONCAT2_(a, b) a##b

}  // namespace vexevt
