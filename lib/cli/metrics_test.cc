#include "lib/cli/metrics.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include "lib/base/unique_fd.h"
#include "lib/cli/ledger.h"
#include "lib/cli/metrics_server.h"

namespace vexevt {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Metrics : public ::testing::Test {
 protected:
  void SetUp() override {
    set_.Add({.name = "a_total", .help = "things", .labels = {{"to", "x\"\\\ny"}}, .value = &one_});
    set_.Add({.name = "t_seconds", .help = "a time", .kind = MetricKind::kSecondsGauge, .value = &time_});
    set_.Add({.name = "a_total", .help = "things", .value = &two_});
  }

  std::atomic<std::uint64_t> one_{1}, two_{2}, time_{1'500'000'000};
  MetricSet set_{"vexevt-try"};
};

constexpr char kText[] =
    "# HELP a_total things\n"
    "# TYPE a_total counter\n"
    "a_total{tool=\"vexevt-try\",to=\"x\\\"\\\\\\ny\"} 1\n"
    "a_total{tool=\"vexevt-try\"} 2\n"
    "# HELP t_seconds a time\n"
    "# TYPE t_seconds gauge\n"
    "t_seconds{tool=\"vexevt-try\"} 1.500000000\n";

TEST_F(Metrics, TextKeepsOneNameTogether) { EXPECT_EQ(set_.PrometheusText(), kText); }

TEST_F(Metrics, JsonNamesLabels) {
  EXPECT_EQ(set_.Json(),
            R"({"tool":"vexevt-try","a_total{to=\"x\\\"\\\\\\ny\"}":1,"a_total":2,"t_seconds":1.500000000})");
}

TEST_F(Metrics, WhatIsRemovedIsNotRead) {
  set_.Remove({&one_, 1});
  EXPECT_EQ(set_.Json(), R"({"tool":"vexevt-try","a_total":2,"t_seconds":1.500000000})");
}

TEST(MetricsHistogram, BucketsHoldThoseBeforeThem) {
  DurationHistogram histogram;
  for (double seconds : {0.0, 0.0001, 0.00011, 3600.0, 3601.0}) histogram.Observe(seconds);
  MetricSet set("t");
  set.Add({.name = "d_seconds",
           .help = "h",
           .kind = MetricKind::kHistogram,
           .labels = {{"a", "b"}},
           .histogram = &histogram});
  const std::string text = set.PrometheusText();
  EXPECT_THAT(text, StartsWith("# HELP d_seconds h\n# TYPE d_seconds histogram\n"
                               "d_seconds_bucket{tool=\"t\",a=\"b\",le=\"0.0001\"} 2\n"
                               "d_seconds_bucket{tool=\"t\",a=\"b\",le=\"0.0005\"} 3\n"));
  EXPECT_THAT(text, EndsWith("d_seconds_bucket{tool=\"t\",a=\"b\",le=\"600\"} 3\n"
                             "d_seconds_bucket{tool=\"t\",a=\"b\",le=\"3600\"} 4\n"
                             "d_seconds_bucket{tool=\"t\",a=\"b\",le=\"+Inf\"} 5\n"
                             "d_seconds_sum{tool=\"t\",a=\"b\"} 7201.00021\n"
                             "d_seconds_count{tool=\"t\",a=\"b\"} 5\n"));
  EXPECT_EQ(set.Json(), R"({"tool":"t","d_seconds_count":5,"d_seconds_sum":7201.00021})");
}

TEST(MetricsBound, WhatIsTooMuchIsCounted) {
  std::atomic<std::uint64_t> value{1};
  MetricSet set("t");
  for (std::size_t i = 0; i < MetricSet::kMaxShown; ++i) {
    set.Add({.name = "n_total", .help = "h", .labels = {{"i", std::to_string(i)}}, .value = &value});
  }
  EXPECT_THAT(set.PrometheusText(), ::testing::Not(HasSubstr("omitted")));
  set.Add({.name = "n_total", .help = "h", .labels = {{"i", "beyond"}}, .value = &value});
  set.Add({.name = "m_total", .help = "h", .value = &value});
  EXPECT_THAT(set.PrometheusText(), ::testing::Not(HasSubstr("beyond")));
  EXPECT_THAT(set.PrometheusText(),
              EndsWith("# TYPE vexevt_metrics_omitted gauge\nvexevt_metrics_omitted{tool=\"t\"} 2\n"));
  set.Remove({&value, 1});
  EXPECT_EQ(set.PrometheusText(), "");
}

TEST_F(Metrics, RequestsAreAnswered) {
  EXPECT_THAT(AnswerRequest("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", set_), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(AnswerRequest("GET /metrics?x=1 HTTP/1.0\r\n\r\n", set_), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(AnswerRequest("GET / HTTP/1.1\r\n\r\n", set_), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(AnswerRequest("POST /metrics HTTP/1.1\r\n\r\n", set_), StartsWith("HTTP/1.1 405 "));
  for (const char* bad : {"", "\r\n\r\n", "GET\r\n\r\n", "GET /metrics\r\n\r\n", "GET /metrics SPDY/1\r\n\r\n",
                          "GET /metrics HTTP/1.1\r\n"}) {
    EXPECT_THAT(AnswerRequest(bad, set_), StartsWith("HTTP/1.1 400 ")) << bad;
  }
}

std::string Exchange(const UniqueFd& socket, std::string_view request) {
  EXPECT_EQ(::send(socket.get(), request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t size; (size = ::recv(socket.get(), buffer, sizeof buffer, 0)) > 0;) {
    answer.append(buffer, static_cast<std::size_t>(size));
  }
  return answer;
}

// What a client of http://127.0.0.1:PORT/metrics gets.
std::string Get(const std::string& location) {
  EXPECT_THAT(location, StartsWith("http://127.0.0.1:"));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(location.substr(17))));
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));
  EXPECT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return Exchange(socket, "GET /metrics HTTP/1.1\r\n\r\n");
}

TEST_F(Metrics, AreServedOverTcp) {
  auto server = MetricsServer::Start("127.0.0.1:0", set_);
  ASSERT_TRUE(server.ok()) << server.status().message();
  EXPECT_THAT(Get((*server)->location()), EndsWith(std::string("\r\n\r\n") + kText));
}

TEST_F(Metrics, AreServedWhileTheyChange) {
  auto server = MetricsServer::Start("127.0.0.1:0", set_);
  ASSERT_TRUE(server.ok()) << server.status().message();
  std::atomic<bool> stop{false};
  std::thread tool([&] {
    do {  // as a tool does that counts, and whose endpoints come and go
      std::atomic<std::uint64_t> passing{7};
      set_.Add({.name = "a_total", .help = "things", .labels = {{"to", "passing"}}, .value = &passing});
      two_.fetch_add(1, std::memory_order_relaxed);
      set_.Remove({&passing, 1});
    } while (!stop);
  });
  const std::string name = "\na_total{tool=\"vexevt-try\"} ";
  std::uint64_t last = 2;
  for (int i = 0; i < 100; ++i) {
    const std::string answer = Get((*server)->location());
    const std::size_t found = answer.find(name);
    EXPECT_NE(found, answer.npos) << answer;
    if (found == answer.npos) break;
    const std::uint64_t value = std::stoull(answer.substr(found + name.size()));
    EXPECT_GE(value, last);
    last = value;
    const std::size_t passing = answer.find("to=\"passing\"} ");
    if (passing != answer.npos) {
      EXPECT_EQ(answer.substr(passing + 14, 2), "7\n");
    }
  }
  stop = true;
  tool.join();
  EXPECT_THAT(Get((*server)->location()), HasSubstr(name + std::to_string(two_) + "\n"));
  EXPECT_GT(two_, 2u);
}

TEST_F(Metrics, AreServedOverAUnixSocketThatIsRemovedAtTheEnd) {
  std::string path = ::testing::TempDir() + "m" + std::to_string(::getpid()) + ".sock";
  sockaddr_un address = {.sun_family = AF_UNIX};
  std::strcpy(address.sun_path, path.c_str());
  {
    // What a killed process left behind is no obstacle.
    UniqueFd left(::socket(AF_UNIX, SOCK_STREAM, 0));
    ASSERT_EQ(::bind(left.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  {
    auto server = MetricsServer::Start("unix:" + path, set_);
    ASSERT_TRUE(server.ok()) << server.status().message();
    EXPECT_FALSE(MetricsServer::Start("unix:" + path, set_).ok());  // one that is served is
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    ASSERT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_THAT(Exchange(socket, "GET /metrics HTTP/1.1\r\n\r\n"), HasSubstr("a_total{tool=\"vexevt-try\"} 2\n"));
  }
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST_F(Metrics, AFileIsWrittenAtTheStartAndTheEnd) {
  std::string path = ::testing::TempDir() + "m" + std::to_string(::getpid()) + ".prom";
  auto text = [&] {
    std::stringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
  };
  {
    auto server = MetricsServer::Start(path, set_);
    ASSERT_TRUE(server.ok()) << server.status().message();
    EXPECT_EQ(text(), kText);
    two_ = 3;
  }
  EXPECT_THAT(text(), HasSubstr("a_total{tool=\"vexevt-try\"} 3\n"));
  ::unlink(path.c_str());
}

TEST_F(Metrics, BadAddressesAreRefused) {
  EXPECT_EQ(MetricsServer::Start("nonsense", set_).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(MetricsServer::Start("unix:", set_).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(MetricsServer::Start("localhost:http", set_).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(MetricsServer::Start("/nowhere/x.prom", set_).status().code(), StatusCode::kNotFound);
}

TEST(Ledger, Balances) {
  Ledger ledger;
  Add(ledger.in, 10);
  Add(ledger.out, 4);
  EXPECT_EQ(ledger.filtered(), 6u);
  EXPECT_FALSE(ledger.lossy());
  EXPECT_EQ(ledger.Text(), "10 in, 4 out, 6 filtered, 0 lost");
  Add(ledger.gaps, 2);
  Add(ledger.lost, 7);
  Add(ledger.unknown, 1);
  EXPECT_TRUE(ledger.lossy());
  EXPECT_EQ(ledger.Text(), "10 in, 4 out, 6 filtered, >=7 lost before, in 2 gaps");
}

}  // namespace
}  // namespace vexevt
