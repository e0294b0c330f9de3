#include "lib/base/status.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace vexevt {
namespace {

Result<int> Half(int n) {
  if (n % 2) return InvalidArgument("odd");
  return n / 2;
}

Result<int> Quarter(int n) {
  VEXEVT_ASSIGN(int half, Half(n));
  return Half(half);
}

Status Check(int n) {
  VEXEVT_TRY(Quarter(n).status().ok() ? Status() : InvalidArgument("no"));
  return Status::Ok();
}

TEST(Status, SuccessIsEmpty) {
  EXPECT_TRUE(Status().ok());
  EXPECT_EQ(Status().code(), StatusCode::kOk);
  EXPECT_EQ(Status().message(), "");
  EXPECT_TRUE(Status(StatusCode::kOk, "ignored").ok());
}

TEST(Status, ErrnoTellsKindAndText) {
  Status status = ErrnoStatus("cannot open '/x'", EACCES);
  EXPECT_EQ(status.code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(status.message(), "cannot open '/x': Permission denied");
  EXPECT_EQ(ErrnoStatus("x", ENOENT).code(), StatusCode::kNotFound);
  EXPECT_EQ(ErrnoStatus("x", ENOSPC).code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(ErrnoStatus("x", EIO).code(), StatusCode::kIoError);
}

TEST(Status, ContextIsPrefixed) {
  EXPECT_EQ(DataLoss("bad").WithContext("a.evt").message(), "a.evt: bad");
  EXPECT_TRUE(Status().WithContext("a.evt").ok());
}

TEST(Result, PropagatesTheFirstFailure) {
  EXPECT_EQ(Quarter(8).value(), 2);
  EXPECT_EQ(Quarter(6).status().message(), "odd");
  EXPECT_EQ(Quarter(7).status().code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(Check(8).ok());
  EXPECT_FALSE(Check(7).ok());
}

}  // namespace
}  // namespace vexevt
