// Fetch: one HTTP request and its whole answer. The only room of libcurl.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/status.h"

namespace vexevt {

struct HttpHeader {
  std::string name, value;
};

struct HttpRequest {
  std::string method = "GET";  // capital letters
  std::string url;             // http://… or https://…; a user and password in it are sent as Basic authentication
  std::vector<HttpHeader> headers;
  std::string body;  // sent where it is not empty, and with POST and PUT
  std::uint64_t connect_timeout_ns = 10 * kNsPerSecond;
  std::uint64_t timeout_ns = 60 * kNsPerSecond;         // for all of it, redirects too
  std::size_t max_answer_bytes = std::size_t{1} << 20;  // of headers and body together
};

struct HttpAnswer {
  int status = 0;  // 200, 404, 500: what the server says is an answer, and no failure of Fetch
  std::string body;
};

// Waits for the answer, as long as the request allows. At most 3 redirects are followed, to http and https, from https
// to https only; Authorization, Cookie and the URL's password do not go to another host, other headers do. Proxies are
// those of the environment, as curl(1) has it. Certificates are verified.
//
// kInvalidArgument: the request is none, kUnavailable: trying again may help, kResourceExhausted: the answer is too
// large, kDataLoss: it is no HTTP; anything else is kIoError. A message names the host, never the rest of the URL.
//
// Thread-safe. Raises no signal but SIGPIPE, which the program ignores or handles (as ToolMain does); its sockets are
// not inherited by other programs.
Result<HttpAnswer> Fetch(const HttpRequest& request);

}  // namespace vexevt
