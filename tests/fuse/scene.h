// Scene: operations on files below one directory, each with its outcome as a line of text. The same scene is played in
// the mount and in a plain directory, and the lines must be the same.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lib/base/errno_name.h"

namespace vexevt {

class Scene {
 public:
  explicit Scene(std::string root) : root_(std::move(root)) {}

  const std::vector<std::string>& lines() const { return lines_; }
  std::string At(const std::string& name) const { return name.empty() ? root_ : root_ + "/" + name; }

  // The outcome of a call: its result where that is the same everywhere, or its errno.
  long Say(const std::string& what, long result, bool with_result = false) {
    std::string line = what + ": ";
    if (result < 0) {
      line += ErrnoNameOf(errno);
    } else {
      line += with_result ? std::to_string(result) : "ok";
    }
    lines_.push_back(line);
    return result;
  }
  void Note(const std::string& what, const std::string& value) { lines_.push_back(what + ": " + value); }

  int Open(const std::string& name, int flags, mode_t mode = 0644) {
    return static_cast<int>(Say("open " + name + " " + std::to_string(flags), ::open(At(name).c_str(), flags, mode)));
  }
  void Close(int fd) { Say("close", ::close(fd)); }
  void Put(const std::string& name, const std::string& text, mode_t mode = 0644) {
    int fd = Open(name, O_CREAT | O_WRONLY | O_TRUNC, mode);
    if (fd < 0) return;
    Write(fd, text);
    Close(fd);
  }
  void Write(int fd, const std::string& text) { Say("write", ::write(fd, text.data(), text.size()), true); }
  void WriteAt(int fd, const std::string& text, off_t at) {
    Say("pwrite at " + std::to_string(at), ::pwrite(fd, text.data(), text.size(), at), true);
  }
  void ReadAt(int fd, std::size_t size, off_t at) {
    std::string text(size, '\0');
    ssize_t got =
        Say("pread " + std::to_string(size) + " at " + std::to_string(at), ::pread(fd, text.data(), size, at), true);
    if (got > 0)
      Note("  hash", std::to_string(std::hash<std::string_view>{}({text.data(), static_cast<std::size_t>(got)})));
  }
  void Get(const std::string& name) {
    int fd = Open(name, O_RDONLY);
    if (fd < 0) return;
    ReadAt(fd, 1 << 16, 0);
    Close(fd);
  }

  void Mkdir(const std::string& n, mode_t mode = 0755) { Say("mkdir " + n, ::mkdir(At(n).c_str(), mode)); }
  void Rmdir(const std::string& n) { Say("rmdir " + n, ::rmdir(At(n).c_str())); }
  void Unlink(const std::string& n) { Say("unlink " + n, ::unlink(At(n).c_str())); }
  void Mknod(const std::string& n, mode_t mode, dev_t device = 0) {
    Say("mknod " + n, ::mknod(At(n).c_str(), mode, device));
  }
  void Symlink(const std::string& target, const std::string& n) {
    Say("symlink " + n, ::symlink(target.c_str(), At(n).c_str()));
  }
  void Link(const std::string& from, const std::string& to) {
    Say("link " + from + " " + to, ::link(At(from).c_str(), At(to).c_str()));
  }
  void Rename(const std::string& from, const std::string& to, unsigned flags = 0) {
    Say("rename " + from + " " + to + " " + std::to_string(flags),
        ::renameat2(AT_FDCWD, At(from).c_str(), AT_FDCWD, At(to).c_str(), flags));
  }
  void Chmod(const std::string& n, mode_t mode) { Say("chmod " + n, ::chmod(At(n).c_str(), mode)); }
  void Chown(const std::string& n, uid_t uid, gid_t gid) { Say("chown " + n, ::lchown(At(n).c_str(), uid, gid)); }
  void Truncate(const std::string& n, off_t size) { Say("truncate " + n, ::truncate(At(n).c_str(), size)); }
  void Access(const std::string& n, int mode) {
    Say("access " + n + " " + std::to_string(mode), ::faccessat(AT_FDCWD, At(n).c_str(), mode, AT_EACCESS));
  }
  void Times(const std::string& n, timespec access, timespec modify, int flags = 0) {
    timespec both[2] = {access, modify};
    Say("utimens " + n, ::utimensat(AT_FDCWD, At(n).c_str(), both, flags));
  }
  void ReadLink(const std::string& n) {
    char target[5000];
    ssize_t size = Say("readlink " + n, ::readlink(At(n).c_str(), target, sizeof target), true);
    if (size > 0) Note("  to", std::string(target, static_cast<std::size_t>(size)));
  }

  void SetXattr(const std::string& n, const std::string& key, const std::string& value, int flags = 0) {
    Say("setxattr " + n + " " + key, ::lsetxattr(At(n).c_str(), key.c_str(), value.data(), value.size(), flags));
  }
  void GetXattr(const std::string& n, const std::string& key, std::size_t room = 4096) {
    std::string value(room, '\0');
    ssize_t size = Say("getxattr " + n + " " + key, ::lgetxattr(At(n).c_str(), key.c_str(), value.data(), room), true);
    if (size > 0 && room > 0) Note("  value", value.substr(0, static_cast<std::size_t>(size)));
  }
  void RemoveXattr(const std::string& n, const std::string& key) {
    Say("removexattr " + n + " " + key, ::lremovexattr(At(n).c_str(), key.c_str()));
  }
  void ListXattr(const std::string& n, std::size_t room = 4096) {
    std::string names(room, '\0');
    ssize_t size = Say("listxattr " + n, ::llistxattr(At(n).c_str(), names.data(), room), true);
    std::vector<std::string> sorted;
    for (const char* at = names.data(); room > 0 && at < names.data() + size; at += std::strlen(at) + 1) {
      sorted.emplace_back(at);
    }
    std::sort(sorted.begin(), sorted.end());
    for (const std::string& name : sorted) Note("  has", name);
  }

  // What stat tells that must be equal: not numbers of files, nor the time itself.
  void Stat(const std::string& n) {
    struct stat s;
    if (Say("stat " + n, ::lstat(At(n).c_str(), &s)) < 0) return;
    Note("  is", std::to_string(s.st_mode) + " links " + std::to_string(s.st_nlink) + " owner " +
                     std::to_string(s.st_uid) + ":" + std::to_string(s.st_gid) +
                     (S_ISDIR(s.st_mode) ? "" : " size " + std::to_string(s.st_size)) + " device " +
                     std::to_string(s.st_rdev));
  }
  void StatTimes(const std::string& n) {
    struct stat s;
    if (Say("stat " + n, ::lstat(At(n).c_str(), &s)) < 0) return;
    Note("  times", std::to_string(s.st_atim.tv_sec) + "." + std::to_string(s.st_atim.tv_nsec) + " " +
                        std::to_string(s.st_mtim.tv_sec) + "." + std::to_string(s.st_mtim.tv_nsec));
  }
  // Whether `work` moves the times of `n`: a c m, upper case where it did.
  void Moves(const std::string& n, const std::string& what, const std::function<void()>& work) {
    timespec old[2] = {{1000, 1}, {1000, 1}};
    ::utimensat(AT_FDCWD, At(n).c_str(), old, AT_SYMLINK_NOFOLLOW);
    struct stat before {
    }, after{};
    ::lstat(At(n).c_str(), &before);
    ::usleep(12000);  // more than the clock of the kernel's file times moves on by
    work();
    ::lstat(At(n).c_str(), &after);
    auto same = [](const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; };
    Note(what + " moves", std::string(same(before.st_mtim, after.st_mtim) ? "m" : "M") +
                              (same(before.st_ctim, after.st_ctim) ? "c" : "C"));
  }

  std::vector<std::string> Names(const std::string& n) {
    std::vector<std::string> names;
    DIR* directory = ::opendir(At(n).c_str());
    if (directory == nullptr) return {};
    while (dirent* entry = ::readdir(directory)) names.emplace_back(entry->d_name);
    ::closedir(directory);
    std::sort(names.begin(), names.end());
    return names;
  }
  void List(const std::string& n) {
    for (const std::string& name : Names(n)) Note("list " + n, name);
  }

  // Plays `part` as another user, in a process of his own.
  void As(uid_t uid, gid_t gid, std::vector<gid_t> groups, const std::function<void(Scene&)>& part) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    pid_t pid = ::fork();
    if (pid == 0) {
      ::close(ends[0]);
      bool changed = ::setgroups(groups.size(), groups.data()) == 0 && ::setresgid(gid, gid, gid) == 0 &&
                     ::setresuid(uid, uid, uid) == 0;
      Scene inner(root_);
      if (!changed) inner.Note("as", "cannot change the user");
      part(inner);
      std::string text;
      for (const std::string& line : inner.lines()) text += line + "\n";
      for (std::size_t done = 0; done < text.size();) {
        ssize_t more = ::write(ends[1], text.data() + done, text.size() - done);
        if (more <= 0) break;
        done += static_cast<std::size_t>(more);
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    std::string text(1 << 16, '\0');
    std::string all;
    for (ssize_t size; (size = ::read(ends[0], text.data(), text.size())) > 0;) {
      all.append(text, 0, static_cast<std::size_t>(size));
    }
    ::close(ends[0]);
    int status = -1;
    ::waitpid(pid, &status, 0);
    Note("as " + std::to_string(uid), status == 0 ? "ended" : "died");
    for (std::size_t at = 0; at < all.size();) {
      std::size_t end = all.find('\n', at);
      lines_.push_back("  " + all.substr(at, end - at));
      at = end + 1;
    }
  }

  static std::string ErrnoNameOf(int error) { return std::string(ErrnoName(error)); }

 private:
  std::string root_;
  std::vector<std::string> lines_;
};

}  // namespace vexevt
