#include "lib/stream/barrier.h"

#include <fmt/format.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <variant>

namespace vexevt {
namespace {

constexpr std::size_t kTokenChars = 32;
constexpr std::string_view kPrefix = "vexevt-barrier-";
constexpr std::size_t kMostWays = 1'000'000;

struct Address {
  sockaddr_un name = {};
  socklen_t size = 0;
  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&name); }
};

// /proc/net/unix shows names to everybody: half of the token stays out of it, or anyone could acknowledge.
Address AddressOf(std::string_view token) {
  Address address;
  address.name.sun_family = AF_UNIX;
  char* at = address.name.sun_path + 1;  // after a zero: abstract
  std::memcpy(at, kPrefix.data(), kPrefix.size());
  std::memcpy(at + kPrefix.size(), token.data(), kTokenChars / 2);
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + kPrefix.size() + kTokenChars / 2);
  return address;
}

UniqueFd NewSocket() { return UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)); }

void Send(std::string_view token, std::string_view message) {
  UniqueFd fd = NewSocket();
  if (!fd) return;  // then the one that waits does so in vain, and says so
  Address address = AddressOf(token);
  ::sendto(fd.get(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL, address.generic(), address.size);
}

}  // namespace

bool IsBarrierToken(std::string_view token) {
  return token.size() == kTokenChars &&
         std::ranges::all_of(token, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string_view BarrierToken(const EventView& event) {
  for (std::size_t i = 0; i < event.attribute_count(); ++i) {
    Attribute attribute = event.attribute(i);
    if (attribute.key != "token") continue;
    const auto* text = std::get_if<AttributeText>(&attribute.value);
    return text != nullptr && IsBarrierToken(text->value) ? text->value : std::string_view();
  }
  return {};
}

void AcknowledgeBarrier(std::string_view token) {
  if (IsBarrierToken(token)) Send(token, token);
}

void DivideBarrier(std::string_view token, std::size_t ways) {
  if (!IsBarrierToken(token)) return;
  // No way at all is an end.
  if (ways == 0) return Send(token, token);
  if (ways > 1) Send(token, fmt::format("{}+{}", token, ways - 1));
}

Result<BarrierWait> BarrierWait::Start() {
  std::uint64_t random[2];
  if (::getrandom(random, sizeof random, 0) != sizeof random) return ErrnoStatus("cannot make a token", errno);
  std::string token = fmt::format("{:016x}{:016x}", random[0], random[1]);
  UniqueFd fd = NewSocket();
  Address address = AddressOf(token);
  if (!fd || ::bind(fd.get(), address.generic(), address.size) != 0) return ErrnoStatus("cannot make a socket", errno);
  return BarrierWait(std::move(fd), std::move(token));
}

bool BarrierWait::Receive() {
  char bytes[64];
  for (;;) {
    ssize_t size = ::recv(fd_.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return acknowledged_ >= ends_;
    std::string_view message(bytes, static_cast<std::size_t>(size));
    if (!message.starts_with(token_)) continue;  // from somebody who guesses
    message.remove_prefix(token_.size());
    std::size_t more = 0;
    if (message.empty()) {
      ++acknowledged_;
    } else if (message.front() == '+' &&
               std::from_chars(message.data() + 1, message.data() + message.size(), more).ec == std::errc() &&
               more < kMostWays) {
      ends_ += more;
    }
  }
}

}  // namespace vexevt
