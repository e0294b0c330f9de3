#include "lib/http/fetch.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

#include "lib/base/units.h"

namespace vexevt {
namespace {

constexpr long kMaxRedirects = 3;

// libcurl's functions. It is loaded by the first request and not with the program: with the libraries that it brings it
// would make each start of a tool three times as long, of which few send any.
struct Curl {
  decltype(&curl_global_init) global_init;
  decltype(&curl_easy_init) easy_init;
  decltype(&curl_easy_setopt) easy_setopt;
  decltype(&curl_easy_perform) easy_perform;
  decltype(&curl_easy_getinfo) easy_getinfo;
  decltype(&curl_easy_strerror) easy_strerror;
  decltype(&curl_easy_cleanup) easy_cleanup;
  decltype(&curl_slist_append) slist_append;
  decltype(&curl_slist_free_all) slist_free_all;
  decltype(&curl_url) url;
  decltype(&curl_url_set) url_set;
  decltype(&curl_url_get) url_get;
  decltype(&curl_url_strerror) url_strerror;
  decltype(&curl_url_cleanup) url_cleanup;
  decltype(&curl_free) free;
};

Curl curl;

template <typename Function>
bool Find(void* library, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(::dlsym(library, name));
  return *function != nullptr;
}

Status LoadCurl() {
  constexpr char kLibrary[] = "libcurl.so.4";
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return Unsupported(fmt::format("HTTP wants libcurl: {}", ::dlerror()));
  const bool found =
      Find(library, "curl_global_init", &curl.global_init) && Find(library, "curl_easy_init", &curl.easy_init) &&
      Find(library, "curl_easy_setopt", &curl.easy_setopt) && Find(library, "curl_easy_perform", &curl.easy_perform) &&
      Find(library, "curl_easy_getinfo", &curl.easy_getinfo) &&
      Find(library, "curl_easy_strerror", &curl.easy_strerror) &&
      Find(library, "curl_easy_cleanup", &curl.easy_cleanup) &&
      Find(library, "curl_slist_append", &curl.slist_append) &&
      Find(library, "curl_slist_free_all", &curl.slist_free_all) && Find(library, "curl_url", &curl.url) &&
      Find(library, "curl_url_set", &curl.url_set) && Find(library, "curl_url_get", &curl.url_get) &&
      Find(library, "curl_url_strerror", &curl.url_strerror) && Find(library, "curl_url_cleanup", &curl.url_cleanup) &&
      Find(library, "curl_free", &curl.free);
  if (!found || curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return Unsupported(fmt::format("HTTP wants libcurl: the '{}' of this machine cannot be used", kLibrary));
  }
  return Status::Ok();
}

// Once for the process; empty: `curl` is there. Else why not.
const std::string& WhyNoCurl() {
  static const std::string why = LoadCurl().message();
  return why;
}

struct Freer {
  void operator()(CURL* easy) const { curl.easy_cleanup(easy); }
  void operator()(CURLU* url) const { curl.url_cleanup(url); }
  void operator()(curl_slist* lines) const { curl.slist_free_all(lines); }
  void operator()(char* text) const { curl.free(text); }
};

using Easy = std::unique_ptr<CURL, Freer>;
using Url = std::unique_ptr<CURLU, Freer>;
using HeaderLines = std::unique_ptr<curl_slist, Freer>;

std::string PartOf(const Url& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl.url_get(url.get(), part, &text, flags) != CURLUE_OK) return {};
  const std::unique_ptr<char, Freer> owned(text);
  return text;
}

struct Target {
  Url url;
  bool encrypted = false;
  std::string host;  // "example.org:443": how messages call it
};

Result<Target> ParseUrl(const std::string& text) {
  Target target;
  target.url.reset(curl.url());
  if (!target.url) throw std::bad_alloc();
  // A NUL would end it early.
  if (text.find('\0') != std::string::npos) return InvalidArgument("a URL has no NUL in it");
  // The text may hold a password: it is not quoted.
  if (const CURLUcode code = curl.url_set(target.url.get(), CURLUPART_URL, text.c_str(), 0); code != CURLUE_OK) {
    return InvalidArgument(fmt::format("the URL is none: {}", curl.url_strerror(code)));
  }
  const std::string scheme = PartOf(target.url, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    return InvalidArgument(fmt::format("the URL begins with '{}:', not with http: or https:", scheme));
  }
  target.encrypted = scheme == "https";
  target.host =
      fmt::format("{}:{}", PartOf(target.url, CURLUPART_HOST), PartOf(target.url, CURLUPART_PORT, CURLU_DEFAULT_PORT));
  return target;
}

bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }

// RFC 9110: what a header's name may consist of.
bool IsTokenByte(char c) {
  return IsCapital(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         (c != '\0' && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr);
}

bool EndsLine(char c) { return c == '\r' || c == '\n' || c == '\0'; }

// Values may come from events: none can add a header, or a request, of its own.
Status CheckWords(const HttpRequest& request) {
  if (request.method.empty() || !std::ranges::all_of(request.method, IsCapital)) {
    return InvalidArgument("an HTTP method is a word of capital letters");
  }
  for (const HttpHeader& header : request.headers) {
    if (header.name.empty() || !std::ranges::all_of(header.name, IsTokenByte)) {
      return InvalidArgument(fmt::format("'{}' is no name of an HTTP header", header.name));
    }
    if (std::ranges::any_of(header.value, EndsLine)) {
      return InvalidArgument(fmt::format("the value of the HTTP header '{}' is more than a line", header.name));
    }
  }
  return Status::Ok();
}

HeaderLines LinesOf(const std::vector<HttpHeader>& headers) {
  HeaderLines lines;
  for (const HttpHeader& header : headers) {
    // "Name;" is how curl is told of a header without a value.
    const std::string line = header.value.empty() ? header.name + ";" : header.name + ": " + header.value;
    curl_slist* longer = curl.slist_append(lines.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)lines.release();
    lines.reset(longer);
  }
  return lines;
}

struct Receiver {
  std::size_t room;
  std::string body;
  bool too_large = false;

  bool Take(std::size_t bytes) {
    too_large = too_large || bytes > room;
    if (too_large) return false;
    room -= bytes;
    return true;
  }
};

// What these return instead of `count` ends the transfer.
std::size_t OnHeader(char*, std::size_t, std::size_t count, void* receiver) {
  return static_cast<Receiver*>(receiver)->Take(count) ? count : 0;
}

std::size_t OnBody(char* bytes, std::size_t, std::size_t count, void* to) try {
  auto& receiver = *static_cast<Receiver*>(to);
  if (!receiver.Take(count)) return 0;
  receiver.body.append(bytes, count);
  return count;
} catch (const std::bad_alloc&) {
  return 0;
}

curl_socket_t OpenSocket(void*, curlsocktype, curl_sockaddr* address) {
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

long Milliseconds(std::uint64_t ns) {
  constexpr std::uint64_t kMost = 24 * 3600 * 1000;
  return static_cast<long>(std::clamp<std::uint64_t>(ns / kNsPerMs, 1, kMost));  // 0 would be "for ever"
}

class Transfer {
 public:
  explicit Transfer(const HttpRequest& request, Target target)
      : request_(request), target_(std::move(target)), headers_(LinesOf(request.headers)), easy_(curl.easy_init()) {
    if (!easy_) throw std::bad_alloc();
    receiver_.room = request.max_answer_bytes;
  }

  Result<HttpAnswer> Run() {
    SetUp();
    const CURLcode code = set_up_ == CURLE_OK ? curl.easy_perform(easy_.get()) : set_up_;
    if (code != CURLE_OK) return FailureOf(code);
    return HttpAnswer{StatusOfAnswer(), std::move(receiver_.body)};
  }

 private:
  template <typename T>
  void Set(CURLoption option, T value) {
    // It fails for what this libcurl cannot do: no request goes out half set up.
    if (set_up_ == CURLE_OK) set_up_ = curl.easy_setopt(easy_.get(), option, value);
  }

  void SetUp() {
    Set(CURLOPT_CURLU, target_.url.get());
    Set(CURLOPT_PROTOCOLS_STR, "http,https");
    Set(CURLOPT_REDIR_PROTOCOLS_STR, target_.encrypted ? "https" : "http,https");
    Set(CURLOPT_FOLLOWLOCATION, 1L);
    Set(CURLOPT_MAXREDIRS, kMaxRedirects);
    Set(CURLOPT_NOSIGNAL, 1L);
    Set(CURLOPT_QUICK_EXIT, 1L);  // a resolver that hangs is not waited for
    Set(CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(request_.connect_timeout_ns));
    Set(CURLOPT_TIMEOUT_MS, Milliseconds(request_.timeout_ns));
    Set(CURLOPT_OPENSOCKETFUNCTION, &OpenSocket);
    Set(CURLOPT_ERRORBUFFER, error_);
    Set(CURLOPT_USERAGENT, "vexevt");
    Set(CURLOPT_HTTPHEADER, headers_.get());
    Set(CURLOPT_HEADERFUNCTION, &OnHeader);
    Set(CURLOPT_HEADERDATA, &receiver_);
    Set(CURLOPT_WRITEFUNCTION, &OnBody);
    Set(CURLOPT_WRITEDATA, &receiver_);
    SetMethod();
  }

  // curl's own names for the methods that have one: of these it knows what a redirect makes.
  void SetMethod() {
    const bool post = request_.method == "POST";
    if (post || request_.method == "PUT" || !request_.body.empty()) {
      Set(CURLOPT_POST, 1L);
      Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
      Set(CURLOPT_POSTFIELDS, request_.body.c_str());
      if (!post) Set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    } else if (request_.method == "HEAD") {
      Set(CURLOPT_NOBODY, 1L);
    } else if (request_.method != "GET") {
      Set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    }
  }

  int StatusOfAnswer() const {
    long status = 0;
    curl.easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
  }

  std::string TimedOut() const {
    double connected = 0;
    curl.easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME, &connected);
    const std::uint64_t connecting = std::min(request_.connect_timeout_ns, request_.timeout_ns);
    return connected > 0
               ? fmt::format("'{}' does not answer within {}", target_.host, PrintDuration(request_.timeout_ns))
               : fmt::format("cannot connect to '{}' within {}", target_.host, PrintDuration(connecting));
  }

  // Of curl's own words only those that cannot quote a URL, or a proxy, with its password.
  Status FailureOf(CURLcode code) const {
    const std::string& host = target_.host;
    if (receiver_.too_large) {
      return ResourceExhausted(
          fmt::format("'{}' answers with more than {}", host, PrintSize(request_.max_answer_bytes)));
    }
    switch (code) {
      case CURLE_OPERATION_TIMEDOUT:
        return Unavailable(TimedOut());
      case CURLE_COULDNT_CONNECT: {
        long error = 0;
        curl.easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &error);
        const std::string what = fmt::format("cannot connect to '{}'", host);
        if (error == 0) return Unavailable(what);
        return Unavailable(ErrnoStatus(what, static_cast<int>(error)).message());
      }
      case CURLE_COULDNT_RESOLVE_HOST:
      case CURLE_COULDNT_RESOLVE_PROXY:
        return Unavailable(fmt::format("cannot connect to '{}': {}", host, curl.easy_strerror(code)));
      case CURLE_GOT_NOTHING:
      case CURLE_RECV_ERROR:
      case CURLE_SEND_ERROR:
        return Unavailable(fmt::format("'{}' ended the connection without an answer", host));
      case CURLE_PARTIAL_FILE:
        return Unavailable(fmt::format("'{}' ended the connection in the middle of its answer", host));
      case CURLE_UNSUPPORTED_PROTOCOL:
        if (StatusOfAnswer() / 100 == 3) {
          return DataLoss(fmt::format("'{}' redirects to what is neither http nor https, or from https to http", host));
        }
        [[fallthrough]];
      case CURLE_WEIRD_SERVER_REPLY:
        return DataLoss(fmt::format("what '{}' answers is not HTTP", host));
      case CURLE_TOO_MANY_REDIRECTS:
        return DataLoss(fmt::format("'{}' redirects more than {} times", host, kMaxRedirects));
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_PEER_FAILED_VERIFICATION:
        return {StatusCode::kIoError,
                fmt::format("no TLS with '{}': {}", host, error_[0] != '\0' ? error_ : curl.easy_strerror(code))};
      case CURLE_OUT_OF_MEMORY:
        throw std::bad_alloc();
      default:
        return {StatusCode::kIoError, fmt::format("the request to '{}' failed: {}", host, curl.easy_strerror(code))};
    }
  }

  const HttpRequest& request_;
  const Target target_;
  const HeaderLines headers_;
  Receiver receiver_;
  CURLcode set_up_ = CURLE_OK;
  char error_[CURL_ERROR_SIZE] = {};
  const Easy easy_;  // ends before what it borrows
};

}  // namespace

Result<HttpAnswer> Fetch(const HttpRequest& request) {
  if (!WhyNoCurl().empty()) return Unsupported(WhyNoCurl());
  VEXEVT_TRY(CheckWords(request));
  VEXEVT_ASSIGN(Target target, ParseUrl(request.url));
  return Transfer(request, std::move(target)).Run();
}

}  // namespace vexevt
