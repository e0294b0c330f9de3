#include "lib/http/fetch.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lib/base/unique_fd.h"

namespace vexevt {
namespace {

using testing::HasSubstr;
using testing::Not;

void SendText(int fd, std::string_view text) { (void)!::send(fd, text.data(), text.size(), MSG_NOSIGNAL); }

// Waits until the other side has gone.
void AwaitEnd(int fd) {
  char byte;
  while (::recv(fd, &byte, 1, 0) > 0) {
  }
}

// A server on 127.0.0.1 that reads one request of each connection and leaves the rest to `answer`.
class TestServer {
 public:
  using Answer = std::function<void(int fd, const std::string& request)>;

  explicit TestServer(Answer answer) : answer_(std::move(answer)) {
    listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_.get(), generic, size), 0);
    EXPECT_EQ(::listen(listener_.get(), 16), 0);
    EXPECT_EQ(::getsockname(listener_.get(), generic, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~TestServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }

  std::string host() const { return fmt::format("127.0.0.1:{}", port_); }
  std::string url(std::string_view path = "/") const { return fmt::format("http://{}{}", host(), path); }

  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void Serve() {
    for (;;) {
      const UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd) return;
      const std::string request = ReadRequest(fd.get());
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      answer_(fd.get(), request);
    }
  }

  static constexpr char kTlsHandshake = 22;

  static std::string ReadRequest(int fd) {
    std::string text;
    char byte;
    while (!text.ends_with("\r\n\r\n") && ::recv(fd, &byte, 1, 0) == 1) {
      text += byte;
      if (text.front() == kTlsHandshake) return text;
    }
    constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t at = text.find(kLength);
    std::size_t left = at == std::string::npos ? 0 : std::stoul(text.substr(at + kLength.size()));
    for (; left > 0 && ::recv(fd, &byte, 1, 0) == 1; --left) text += byte;
    return text;
  }

  const Answer answer_;
  UniqueFd listener_;
  unsigned port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

TestServer::Answer Says(std::string text) {
  return [text = std::move(text)](int fd, const std::string&) { SendText(fd, text); };
}

class FetchTest : public testing::Test {
 protected:
  // The proxies of whoever runs the tests are not for them.
  void SetUp() override {
    for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy"}) {
      ::unsetenv(name);
    }
  }
};

std::string FailureOf(const HttpRequest& request, StatusCode code) {
  const auto answer = Fetch(request);
  if (answer.ok()) return fmt::format("status {}", answer->status);
  EXPECT_EQ(answer.status().code(), code);
  return answer.status().message();
}

TEST_F(FetchTest, GivesStatusAndBody) {
  TestServer server(Says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
  const auto answer = Fetch({.url = server.url("/a?b=c")});
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "hello");
  EXPECT_THAT(server.requests().at(0), HasSubstr("GET /a?b=c HTTP/1.1\r\n"));
}

TEST_F(FetchTest, SendsMethodHeadersAndBody) {
  TestServer server(Says("HTTP/1.1 204 No Content\r\n\r\n"));
  for (const std::string method : {"POST", "PUT", "PATCH"}) {
    const auto answer = Fetch({.method = method,
                               .url = server.url(),
                               .headers = {{"Content-Type", "text/plain"}, {"X-Empty", ""}},
                               .body = std::string("a\0b", 3)});
    ASSERT_TRUE(answer.ok()) << answer.status().message();
    EXPECT_EQ(answer->status, 204);
    const std::string request = server.requests().back();
    EXPECT_THAT(request, testing::StartsWith(method + " / HTTP/1.1\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nContent-Type: text/plain\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nX-Empty:\r\n"));
    EXPECT_TRUE(request.ends_with(std::string("\r\n\r\na\0b", 7)));
  }
  for (const std::string method : {"DELETE", "HEAD", "OPTIONS"}) {
    ASSERT_TRUE(Fetch({.method = method, .url = server.url()}).ok());
    EXPECT_THAT(server.requests().back(), testing::StartsWith(method + " / HTTP/1.1\r\n"));
    EXPECT_THAT(server.requests().back(), Not(HasSubstr("Content-Length")));
  }
  ASSERT_TRUE(Fetch({.method = "POST", .url = server.url()}).ok());
  EXPECT_THAT(server.requests().back(), HasSubstr("\r\nContent-Length: 0\r\n"));
}

TEST_F(FetchTest, WhatTheServerSaysIsNoFailure) {
  TestServer server(Says("HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops"));
  const auto answer = Fetch({.url = server.url()});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 500);
  EXPECT_EQ(answer->body, "oops");
}

TEST_F(FetchTest, TakesAnAnswerThatComesInPieces) {
  TestServer server([](int fd, const std::string&) {
    for (const char c :
         std::string_view("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")) {
      SendText(fd, {&c, 1});
    }
  });
  const auto answer = Fetch({.url = server.url()});
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_EQ(answer->body, "abc");
}

TEST_F(FetchTest, AnAnswerThatIsCutOffIsNone) {
  TestServer server(Says("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"));
  EXPECT_EQ(FailureOf({.url = server.url()}, StatusCode::kUnavailable),
            fmt::format("'{}' ended the connection in the middle of its answer", server.host()));
  TestServer silent([](int, const std::string&) {});
  EXPECT_EQ(FailureOf({.url = silent.url()}, StatusCode::kUnavailable),
            fmt::format("'{}' ended the connection without an answer", silent.host()));
}

TEST_F(FetchTest, AServerThatHangsIsGivenUp) {
  TestServer server([](int fd, const std::string&) {
    SendText(fd, "HTTP/1.1 200 OK\r\n");
    AwaitEnd(fd);
  });
  EXPECT_EQ(FailureOf({.url = server.url(), .timeout_ns = 200 * kNsPerMs}, StatusCode::kUnavailable),
            fmt::format("'{}' does not answer within 200ms", server.host()));
}

TEST_F(FetchTest, TheAnswerIsBounded) {
  TestServer large(Says("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'x')));
  EXPECT_EQ(FailureOf({.url = large.url(), .max_answer_bytes = 1024}, StatusCode::kResourceExhausted),
            fmt::format("'{}' answers with more than 1K", large.host()));
  TestServer endless([](int fd, const std::string&) {
    SendText(fd, "HTTP/1.1 200 OK\r\n");
    const std::string line = "X-More: " + std::string(1000, 'x') + "\r\n";
    while (::send(fd, line.data(), line.size(), MSG_NOSIGNAL) > 0) {
    }
  });
  EXPECT_EQ(FailureOf({.url = endless.url(), .max_answer_bytes = 64 * 1024}, StatusCode::kResourceExhausted),
            fmt::format("'{}' answers with more than 64K", endless.host()));
}

TEST_F(FetchTest, WhatIsNoHttpIsSaid) {
  TestServer server(Says("SSH-2.0-OpenSSH_9.2\r\n"));
  EXPECT_EQ(FailureOf({.url = server.url()}, StatusCode::kDataLoss),
            fmt::format("what '{}' answers is not HTTP", server.host()));
}

TEST_F(FetchTest, FollowsFewRedirectsToHttpOnly) {
  TestServer server([](int fd, const std::string& request) {
    if (request.starts_with("GET /file ")) {
      SendText(fd, "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n");
    } else if (request.starts_with("GET /loop ")) {
      SendText(fd, "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n");
    } else if (request.starts_with("GET /old ")) {
      SendText(fd, "HTTP/1.1 301 Moved\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n");
    } else {
      SendText(fd, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew");
    }
  });
  const auto answer = Fetch({.url = server.url("/old")});
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_EQ(answer->body, "new");
  EXPECT_EQ(FailureOf({.url = server.url("/file")}, StatusCode::kDataLoss),
            fmt::format("'{}' redirects to what is neither http nor https, or from https to http", server.host()));
  EXPECT_EQ(FailureOf({.url = server.url("/loop")}, StatusCode::kDataLoss),
            fmt::format("'{}' redirects more than 3 times", server.host()));
}

TEST_F(FetchTest, NobodyIsThere) {
  std::string host, url;
  {
    TestServer gone(Says(""));
    host = gone.host();
    url = "http://me:secret@" + host + "/token";
  }
  EXPECT_EQ(FailureOf({.url = url}, StatusCode::kUnavailable),
            fmt::format("cannot connect to '{}': Connection refused", host));
}

TEST_F(FetchTest, ThePasswordIsSentAndNeverSaid) {
  TestServer server([](int, const std::string&) {});
  const std::string url = fmt::format("http://me:secret@{}/", server.host());
  EXPECT_THAT(FailureOf({.url = url}, StatusCode::kUnavailable), Not(HasSubstr("secret")));
  EXPECT_THAT(server.requests().at(0), HasSubstr("\r\nAuthorization: Basic bWU6c2VjcmV0\r\n"));
  for (const std::string bad : {"http://me:secret@:99999999/", "http://me:secret@[::/", "ht tp://me:secret@host/"}) {
    EXPECT_THAT(FailureOf({.url = bad}, StatusCode::kInvalidArgument), Not(HasSubstr("secret")));
  }
}

TEST_F(FetchTest, CredentialsStayWithTheirHost) {
  TestServer other(Says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  TestServer server(Says(fmt::format("HTTP/1.1 302 Found\r\nLocation: {}\r\n\r\n", other.url())));
  ASSERT_TRUE(Fetch({.url = server.url(), .headers = {{"Authorization", "Bearer secret"}}}).ok());
  EXPECT_THAT(server.requests().at(0), HasSubstr("secret"));
  EXPECT_THAT(other.requests().at(0), Not(HasSubstr("secret")));
}

TEST_F(FetchTest, PlainHttpIsNoTls) {
  TestServer server([](int fd, const std::string&) {
    SendText(fd, "HTTP/1.1 400 Bad Request\r\n\r\n");
    AwaitEnd(fd);
  });
  EXPECT_THAT(FailureOf({.url = "https://" + server.host()}, StatusCode::kIoError),
              testing::StartsWith(fmt::format("no TLS with '{}': ", server.host())));
}

TEST_F(FetchTest, ProxiesAreThoseOfTheEnvironment) {
  TestServer proxy(Says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  const auto answer = Fetch({.url = "http://nowhere.invalid/a"});
  ::setenv("http_proxy", "gopher://me:secret@127.0.0.1:1", 1);
  const std::string failure = FailureOf({.url = "http://nowhere.invalid/a"}, StatusCode::kUnavailable);
  ::unsetenv("http_proxy");
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_THAT(proxy.requests().at(0), HasSubstr("GET http://nowhere.invalid/a HTTP/1.1"));
  EXPECT_THAT(failure, Not(HasSubstr("secret")));
}

TEST_F(FetchTest, WhatIsNoRequestIsRefused) {
  const auto refused = [](const HttpRequest& request) { return FailureOf(request, StatusCode::kInvalidArgument); };
  EXPECT_EQ(refused({.url = "file:///etc/passwd"}), "the URL begins with 'file:', not with http: or https:");
  EXPECT_THAT(refused({.url = "ftp://example.org/"}), HasSubstr("'ftp:'"));
  EXPECT_THAT(refused({.url = "example.org"}), HasSubstr("the URL is none"));
  EXPECT_THAT(refused({.url = ""}), HasSubstr("the URL is none"));
  EXPECT_THAT(refused({.url = std::string("http://a/\0b", 11)}), HasSubstr("NUL"));
  EXPECT_THAT(refused({.url = "http://a/ b"}), HasSubstr("the URL is none"));
  for (const std::string method : {"", "get", "GET / HTTP/1.1\r\nX: y"}) {
    EXPECT_THAT(refused({.method = method, .url = "http://127.0.0.1/"}), HasSubstr("method"));
  }
  for (const std::string value : {"a\r\nX-Evil: 1", "a\nb"}) {
    EXPECT_THAT(refused({.url = "http://127.0.0.1/", .headers = {{"X-Path", value}}}), HasSubstr("more than a line"));
  }
  EXPECT_THAT(refused({.url = "http://127.0.0.1/", .headers = {{"X: y", "z"}}}), HasSubstr("no name"));
}

TEST_F(FetchTest, ManyThreadsMayAsk) {
  TestServer server(Says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        const auto answer = Fetch({.url = server.url()});
        EXPECT_TRUE(answer.ok() && answer->body == "hello");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(server.requests().size(), 40u);
}

}  // namespace
}  // namespace vexevt
