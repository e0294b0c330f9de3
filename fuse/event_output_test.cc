#include "fuse/event_output.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "lib/event/encode.h"
#include "lib/io/unix_socket.h"

namespace vexevt {
namespace {

// An output that has just failed, and is not tried again for a while.
class FailedOutput : public testing::Test {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);  // as tools do
    options_.output = "unix:" + path_;
    auto listener = UnixListener::Listen(path_);
    ASSERT_TRUE(listener.ok());
    auto opened = EventOutput::Open(options_, EventOutput::OnFailure::kLose, &ledger_);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    output_ = std::move(*opened);
    UnixListener gone = std::move(*listener);
  }

  bool Write() {
    Event event;
    event.type = kFsCreate;
    std::vector<std::byte> frame;
    AppendFrame(event, &frame);
    return output_->Write(frame);
  }

  const std::string path_ = testing::TempDir() + "event-output-" + std::to_string(getpid());
  CommonOptions options_;
  Ledger ledger_;
  std::unique_ptr<EventOutput> output_;
};

TEST_F(FailedOutput, IsTriedOnceMoreAtTheEnd) {
  EXPECT_FALSE(Write());
  auto listener = UnixListener::Listen(path_);
  ASSERT_TRUE(listener.ok());
  output_->StopWaiting();
  EXPECT_TRUE(Write());
  EXPECT_TRUE(Write()) << "it is back";
  EXPECT_TRUE(output_->Close().ok());
}

TEST_F(FailedOutput, IsNotTriedMoreThanThat) {
  EXPECT_FALSE(Write());
  output_->StopWaiting();
  EXPECT_FALSE(Write());
  auto listener = UnixListener::Listen(path_);
  ASSERT_TRUE(listener.ok());
  EXPECT_FALSE(Write());
  EXPECT_FALSE(output_->Close().ok());
}

}  // namespace
}  // namespace vexevt
