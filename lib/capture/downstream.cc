#include "lib/capture/downstream.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <climits>
#include <memory>
#include <utility>

namespace vexevt {
namespace {

constexpr std::size_t kMostEnds = 64;

std::string ReadLink(int directory, const std::string& name) {
  std::array<char, PATH_MAX> target;
  ssize_t size = ::readlinkat(directory, name.c_str(), target.data(), target.size());
  return {target.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

bool IsPipe(const std::string& link) { return link.starts_with("pipe:"); }

}  // namespace

Downstream::Downstream(int output) {
  struct stat status;
  if (output < 0 || ::fstat(output, &status) != 0 || !S_ISFIFO(status.st_mode)) return;
  std::string link = ReadLink(AT_FDCWD, "/proc/self/fd/" + std::to_string(output));
  if (link.empty()) return;
  ends_.push_back(std::move(link));
  Scan();
}

bool Downstream::IsEnd(const std::string& link) const { return std::ranges::find(ends_, link) != ends_.end(); }

// What a process that reads an end writes is one as well. Whether it reads one.
bool Downstream::Follow(const std::string& in, std::string out) {
  if (!IsEnd(in)) return false;
  if (IsPipe(out) && !IsEnd(out) && ends_.size() < kMostEnds) ends_.push_back(std::move(out));
  return true;
}

void Downstream::Scan() {
  struct Close {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };
  std::unique_ptr<DIR, Close> proc(::opendir("/proc"));
  std::vector<std::pair<std::string, std::string>> pipes;  // that processes read and write
  while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr) {
    if (!std::isdigit(static_cast<unsigned char>(entry->d_name[0]))) continue;
    std::string fd = std::string(entry->d_name) + "/fd/";
    std::string in = ReadLink(::dirfd(proc.get()), fd + "0");
    if (IsPipe(in) || IsEnd(in)) pipes.emplace_back(std::move(in), ReadLink(::dirfd(proc.get()), fd + "1"));
  }
  for (std::size_t ends = 0; ends != ends_.size();) {
    ends = ends_.size();
    for (const auto& [in, out] : pipes) Follow(in, out);
  }
}

bool Downstream::Holds(int directory, bool parent_holds) {
  if (ends_.empty()) return false;
  std::string in = ReadLink(directory, "fd/0");
  return Follow(in, ReadLink(directory, "fd/1")) || (parent_holds && IsPipe(in));
}

}  // namespace vexevt
