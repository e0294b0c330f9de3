#include "lib/base/status.h"

#include <cerrno>
#include <system_error>

namespace vexevt {
namespace {

StatusCode CodeOfErrno(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return StatusCode::kNotFound;
    case EACCES:
    case EPERM:
      return StatusCode::kPermissionDenied;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOSPC:
    case EDQUOT:
      return StatusCode::kResourceExhausted;
    case EAGAIN:
    case ECONNREFUSED:
    case ECONNRESET:
    case ETIMEDOUT:
      return StatusCode::kUnavailable;
    case ENOSYS:
    case EOPNOTSUPP:
    case ENODEV:
      return StatusCode::kUnsupported;
    case EPIPE:
      return StatusCode::kBrokenPipe;
    case ECANCELED:
      return StatusCode::kCancelled;
    default:
      return StatusCode::kIoError;
  }
}

}  // namespace

Status::Status(StatusCode code, std::string message)
    : rep_(code == StatusCode::kOk ? nullptr : std::make_unique<Rep>(Rep{code, std::move(message)})) {}

const std::string& Status::message() const {
  static const std::string kNone;
  return rep_ ? rep_->message : kNone;
}

Status Status::WithContext(std::string_view context) && {
  if (rep_) rep_->message = std::string(context) + ": " + rep_->message;
  return std::move(*this);
}

Status InvalidArgument(std::string message) { return {StatusCode::kInvalidArgument, std::move(message)}; }
Status DataLoss(std::string message) { return {StatusCode::kDataLoss, std::move(message)}; }
Status ResourceExhausted(std::string message) { return {StatusCode::kResourceExhausted, std::move(message)}; }
Status Unavailable(std::string message) { return {StatusCode::kUnavailable, std::move(message)}; }
Status Unsupported(std::string message) { return {StatusCode::kUnsupported, std::move(message)}; }

Status ErrnoStatus(std::string_view what, int error) {
  return {CodeOfErrno(error), std::string(what) + ": " + std::generic_category().message(error)};
}

}  // namespace vexevt
