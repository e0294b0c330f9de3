#include "lib/cli/metrics_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <thread>

#include "lib/base/clock.h"
#include "lib/base/quiet_thread.h"
#include "lib/base/unique_fd.h"

namespace vexevt {
namespace {

constexpr std::size_t kMaxRequestBytes = 4096;
constexpr std::uint64_t kClientNs = 2 * kNsPerSecond;  // what one scrape may take
constexpr int kFileIntervalMs = 5000;

// Ends a thread that polls fd().
class StopEvent {
 public:
  int fd() const { return fd_.get(); }
  void Set() {
    std::uint64_t one = 1;
    [[maybe_unused]] ssize_t written = ::write(fd_.get(), &one, sizeof one);
  }

 private:
  UniqueFd fd_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
};

// Waits until `deadline_ns` for `events` on `fd`.
bool WaitFor(int fd, short events, std::uint64_t deadline_ns) {
  std::uint64_t now = SystemClock().Now().mono_ns;
  if (now >= deadline_ns) return false;
  pollfd entry{.fd = fd, .events = events, .revents = 0};
  return ::poll(&entry, 1, static_cast<int>((deadline_ns - now) / kNsPerMs) + 1) == 1;
}

void Converse(int client, const MetricSet& metrics) {
  std::uint64_t deadline = SystemClock().Now().mono_ns + kClientNs;
  std::string request;
  char buffer[kMaxRequestBytes];
  while (request.find("\r\n\r\n") == std::string::npos && request.size() < kMaxRequestBytes) {
    if (!WaitFor(client, POLLIN, deadline)) return;
    ssize_t size = ::recv(client, buffer, sizeof buffer, MSG_DONTWAIT);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size <= 0) return;
    request.append(buffer, static_cast<std::size_t>(size));
  }
  std::string answer = AnswerRequest(request, metrics);
  for (std::string_view rest = answer; !rest.empty();) {
    if (!WaitFor(client, POLLOUT, deadline)) return;
    ssize_t size = ::send(client, rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(size));
  }
  ::shutdown(client, SHUT_WR);
}

class SocketServer final : public MetricsServer {
 public:
  SocketServer(std::vector<UniqueFd> listeners, std::string location, std::string path, const MetricSet& metrics)
      : listeners_(std::move(listeners)), location_(std::move(location)), path_(std::move(path)), metrics_(metrics) {}
  ~SocketServer() override {
    stop_.Set();
    if (thread_.joinable()) thread_.join();
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Status StartThread() {
    VEXEVT_ASSIGN(thread_, StartQuietThread([this] { Serve(); }));
    return {};
  }
  std::string location() const override { return location_; }

 private:
  void Serve() {
    std::vector<pollfd> waits{{.fd = stop_.fd(), .events = POLLIN, .revents = 0}};
    for (const UniqueFd& listener : listeners_) waits.push_back({.fd = listener.get(), .events = POLLIN, .revents = 0});
    for (;;) {
      if (::poll(waits.data(), waits.size(), -1) < 0) continue;
      if (waits[0].revents != 0) return;
      for (const pollfd& wait : waits) {
        if (wait.revents == 0) continue;
        UniqueFd client(::accept4(wait.fd, nullptr, nullptr, SOCK_CLOEXEC));
        if (client) Converse(client.get(), metrics_);
      }
    }
  }

  const std::vector<UniqueFd> listeners_;
  const std::string location_;
  const std::string path_;  // of a Unix socket, else empty
  const MetricSet& metrics_;
  StopEvent stop_;
  std::thread thread_;
};

Status ReplaceFile(const std::string& path, const std::string& text) {
  // node_exporter reads *.prom only, so it never sees the new file before it is whole.
  std::string fresh = fmt::format("{}.{}.tmp", path, ::getpid());
  UniqueFd fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd) return ErrnoStatus("cannot create '" + fresh + "'", errno);
  ssize_t written = ::write(fd.get(), text.data(), text.size());
  int error = written < 0 ? errno : ENOSPC;
  if (written == static_cast<ssize_t>(text.size()) && ::rename(fresh.c_str(), path.c_str()) == 0) return {};
  if (written == static_cast<ssize_t>(text.size())) error = errno;
  ::unlink(fresh.c_str());
  return ErrnoStatus("cannot write '" + path + "'", error);
}

class MetricsFile final : public MetricsServer {
 public:
  MetricsFile(std::string path, const MetricSet& metrics) : path_(std::move(path)), metrics_(metrics) {}
  ~MetricsFile() override {
    stop_.Set();
    if (thread_.joinable()) thread_.join();
    [[maybe_unused]] Status last = ReplaceFile(path_, metrics_.PrometheusText());
  }
  Status StartThread() {
    VEXEVT_ASSIGN(thread_, StartQuietThread([this] { Serve(); }));
    return {};
  }
  std::string location() const override { return path_; }

 private:
  void Serve() {
    for (;;) {
      pollfd wait{.fd = stop_.fd(), .events = POLLIN, .revents = 0};
      if (::poll(&wait, 1, kFileIntervalMs) > 0) return;
      // A file that cannot be written now may be the next time; its age tells node_exporter's users.
      [[maybe_unused]] Status status = ReplaceFile(path_, metrics_.PrometheusText());
    }
  }

  const std::string path_;
  const MetricSet& metrics_;
  StopEvent stop_;
  std::thread thread_;
};

// The server once its thread runs.
template <typename Server>
Result<std::unique_ptr<MetricsServer>> Started(std::unique_ptr<Server> server) {
  if (Status started = server->StartThread(); !started.ok()) return std::move(started).WithContext("--metrics");
  return std::unique_ptr<MetricsServer>(std::move(server));
}

Result<UniqueFd> Listen(int family, const sockaddr* address, socklen_t size, const std::string& name) {
  UniqueFd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  int on = 1;
  if (fd && family != AF_UNIX) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (fd && family == AF_INET6) ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (!fd || ::bind(fd.get(), address, size) != 0 || ::listen(fd.get(), 16) != 0) {
    return ErrnoStatus("cannot listen on '" + name + "'", errno);
  }
  return fd;
}

Result<std::unique_ptr<MetricsServer>> ListenUnix(const std::string& path, const MetricSet& metrics) {
  sockaddr_un address = {.sun_family = AF_UNIX};
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return InvalidArgument("the path of a socket has 1 to 107 bytes: '" + path + "'");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  // What nobody answers on was left by a process that was killed.
  UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(probe.get(), generic, sizeof address) != 0 && errno == ECONNREFUSED) ::unlink(path.c_str());
  VEXEVT_ASSIGN(UniqueFd fd, Listen(AF_UNIX, generic, sizeof address, "unix:" + path));
  std::vector<UniqueFd> listeners;
  listeners.push_back(std::move(fd));
  return Started(std::make_unique<SocketServer>(std::move(listeners), "unix:" + path, path, metrics));
}

std::string NumericName(int fd) {
  sockaddr_storage address;
  socklen_t size = sizeof address;
  char host[NI_MAXHOST], port[NI_MAXSERV];
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::getsockname(fd, generic, &size) != 0 ||
      ::getnameinfo(generic, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "?";
  }
  return address.ss_family == AF_INET6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Result<std::unique_ptr<MetricsServer>> ListenTcp(const std::string& text, const MetricSet& metrics) {
  std::size_t colon = text.rfind(':');
  std::string host = text.substr(0, colon), port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  bool any = host == "*";
  addrinfo hints = {.ai_flags = AI_NUMERICSERV | (any ? AI_PASSIVE : 0), .ai_socktype = SOCK_STREAM};
  addrinfo* found = nullptr;
  int error = ::getaddrinfo(host.empty() || any ? nullptr : host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) return InvalidArgument("--metrics: no such address '" + text + "': " + ::gai_strerror(error));
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);

  // Every address of the name that can be had: a machine without IPv6 still resolves localhost to ::1.
  std::vector<UniqueFd> listeners;
  Status failure;
  for (addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (port == "0" && !listeners.empty()) break;  // one free port, not one for each address
    Result<UniqueFd> fd = Listen(entry->ai_family, entry->ai_addr, entry->ai_addrlen, text);
    if (fd.ok()) listeners.push_back(std::move(*fd));
    if (!fd.ok() && failure.ok()) failure = std::move(fd).status();
  }
  if (listeners.empty()) return failure;
  std::string location = "http://" + NumericName(listeners.front().get()) + "/metrics";
  return Started(std::make_unique<SocketServer>(std::move(listeners), location, "", metrics));
}

std::string Answer(std::string_view status, std::string_view type, std::string_view body) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status,
                     type, body.size(), body);
}

}  // namespace

std::string AnswerRequest(std::string_view request, const MetricSet& metrics) {
  std::string_view line = request.substr(0, request.find("\r\n"));
  std::size_t space = line.find(' '), end = line.rfind(' ');
  if (request.find("\r\n\r\n") == std::string_view::npos || space == end || space == std::string_view::npos ||
      !line.substr(end + 1).starts_with("HTTP/1.")) {
    return Answer("400 Bad Request", "text/plain", "bad request\n");
  }
  if (line.substr(0, space) != "GET") return Answer("405 Method Not Allowed", "text/plain", "GET only\n");
  std::string_view path = line.substr(space + 1, end - space - 1);
  path = path.substr(0, path.find('?'));
  if (path != "/metrics") return Answer("404 Not Found", "text/plain", "/metrics is here\n");
  return Answer("200 OK", "text/plain; version=0.0.4; charset=utf-8", metrics.PrometheusText());
}

Result<std::unique_ptr<MetricsServer>> MetricsServer::Start(std::string_view address, const MetricSet& metrics) {
  std::string text(address);
  if (text.starts_with("unix:")) return ListenUnix(text.substr(5), metrics);
  if (text.ends_with(".prom")) {
    VEXEVT_TRY(ReplaceFile(text, metrics.PrometheusText()));
    return Started(std::make_unique<MetricsFile>(text, metrics));
  }
  if (text.find(':') != std::string::npos && text.find('/') == std::string::npos) return ListenTcp(text, metrics);
  return InvalidArgument("--metrics: '" + text + "' is neither HOST:PORT, unix:PATH nor a file that ends in .prom");
}

}  // namespace vexevt
