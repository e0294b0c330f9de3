// The other end of a unix: endpoint, for tests: a listening socket in a folder of its own, and connections that read
// when they are told to.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "lib/base/unique_fd.h"

namespace vexevt {

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "vexevt-route-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

class SocketReader {
 public:
  explicit SocketReader(std::string path) : path_(std::move(path)) { Listen(); }

  void Listen() {
    ::unlink(path_.c_str());
    listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 8) != 0) {
      std::abort();
    }
  }
  bool Accept() {
    connection_.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    return static_cast<bool>(connection_);
  }
  // Reads at most `most` bytes of what is there.
  std::string Read(std::size_t most = ~std::size_t{0}) {
    std::string all;
    while (all.size() < most) {
      char buffer[65536];
      ssize_t got = ::read(connection_.get(), buffer, std::min(sizeof buffer, most - all.size()));
      if (got <= 0) break;
      all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }
  void Hangup() { connection_.reset(); }
  void StopListening() { listener_.reset(); }
  std::string spec() const { return "unix:" + path_; }

 private:
  std::string path_;
  UniqueFd listener_, connection_;
};

}  // namespace vexevt
