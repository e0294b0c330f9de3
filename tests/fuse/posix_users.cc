// Modes, owners and times, and what each of several users may.
#include <sys/ioctl.h>

#include "tests/fuse/mounted.h"
#include "tests/fuse/posix_scenes.h"

namespace vexevt {

void Modes(Scene& s) {
  ::umask(027);
  s.Put("masked", "", 0666);
  s.Mkdir("masked-dir", 0777);
  s.Mknod("masked-fifo", S_IFIFO | 0666);
  ::umask(0);
  s.Put("open", "", 06777);
  for (const char* n : {"masked", "masked-dir", "masked-fifo", "open"}) s.Stat(n);
  s.Chmod("open", 0);
  s.Stat("open");
  s.Chmod("open", 07777);
  s.Stat("open");
  s.Chmod("none", 0);
  s.Chown("open", kAnn, kStaff);
  s.Stat("open");  // set-ID bits go
  s.Chown("masked-dir", kAnn, static_cast<gid_t>(-1));
  s.Chmod("masked-dir", 07777);
  s.Chown("masked-dir", kBob, kGuests);
  s.Stat("masked-dir");
  s.Symlink("open", "link");
  s.Chown("link", kBob, kGuests);
  s.Stat("link");
  s.Stat("open");
  int fd = s.Open("masked", O_RDWR);
  s.Say("fchmod", ::fchmod(fd, 0600));
  s.Say("fchown", ::fchown(fd, kAnn, kStaff));
  s.Say("ftruncate", ::ftruncate(fd, 99));
  s.Stat("masked");
  s.Close(fd);
  ::umask(022);
}

// As of chattr(1).
void FileFlags(Scene& s) {
  s.Say("open to all", ::chmod(s.At("").c_str(), 0777));
  s.Mkdir("d");
  s.Put("f", "content");
  s.Say("owner", ::chown(s.At("f").c_str(), kBob, kGuests));
  auto show = [](Scene& who, const std::string& name) {
    int fd = who.Open(name, O_RDONLY), flags = 0;
    fsxattr more = {};
    who.Say("get flags", ::ioctl(fd, FS_IOC_GETFLAGS, &flags));
    // Not how the file is laid out.
    who.Note("are", std::to_string(flags & (FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL | FS_NOATIME_FL)));
    who.Say("get more", ::ioctl(fd, FS_IOC_FSGETXATTR, &more));
    who.Note("project", std::to_string(more.fsx_projid));
    who.Close(fd);
  };
  auto set = [](Scene& who, const std::string& name, int on, int off) {
    int fd = who.Open(name, O_RDONLY), flags = 0;
    ::ioctl(fd, FS_IOC_GETFLAGS, &flags);
    flags = (flags | on) & ~off;
    who.Say("set flags of " + name + " " + std::to_string(on) + " " + std::to_string(off),
            ::ioctl(fd, FS_IOC_SETFLAGS, &flags));
    who.Close(fd);
  };
  for (const char* name : {"f", "d"}) {
    show(s, name);
    set(s, name, FS_NODUMP_FL, 0);
    show(s, name);
  }
  s.As(kBob, kGuests, {}, [&](Scene& b) {
    set(b, "f", FS_NOATIME_FL, FS_NODUMP_FL);
    set(b, "f", FS_IMMUTABLE_FL, 0);
    set(b, "d", FS_NODUMP_FL, 0);
    show(b, "f");
  });
  set(s, "f", FS_APPEND_FL, 0);
  show(s, "f");
  s.Put("f", "instead");
  s.Open("f", O_WRONLY);
  int fd = s.Open("f", O_WRONLY | O_APPEND);
  s.Write(fd, " and more");
  s.Close(fd);
  s.Truncate("f", 1);
  s.Unlink("f");
  set(s, "f", FS_IMMUTABLE_FL, FS_APPEND_FL);
  s.Open("f", O_WRONLY | O_APPEND);
  s.Chmod("f", 0600);
  s.Rename("f", "g");
  s.Link("f", "g");
  s.Unlink("f");
  set(s, "f", 0, FS_IMMUTABLE_FL);
  s.Get("f");
  s.Unlink("f");
}

void Users(Scene& s) {
  ::umask(022);
  s.Say("open to all", ::chmod(s.At("").c_str(), 0777));
  s.Put("roots", "secret", 0600);
  s.Mkdir("sticky");
  s.Chmod("sticky", 01777);
  s.Mkdir("shared");
  s.Chown("shared", 0, kStaff);
  s.Chmod("shared", 02775);
  s.As(kAnn, kStaff, {kStaff, kGuests}, [](Scene& a) {
    a.Get("roots");
    a.Put("roots", "x");
    a.Unlink("roots");
    a.Put("anns", "hers", 0640);
    a.Stat("anns");
    a.Mkdir("anns-dir", 0700);
    a.Put("anns-dir/file", "x");
    a.Put("sticky/anns", "hers", 0666);
    a.Put("shared/anns", "hers", 0664);
    a.Mkdir("shared/sub");
    a.Stat("shared/anns");
    a.Stat("shared/sub");
    a.Symlink("x", "anns-link");
    a.Stat("anns-link");
    a.Mknod("anns-fifo", S_IFIFO | 0600);
    a.Stat("anns-fifo");
    a.Mknod("anns-device", S_IFCHR | 0600, ::makedev(1, 3));
    a.Chown("anns", kBob, static_cast<gid_t>(-1));
    a.Chown("anns", kAnn, kGuests);
    a.Stat("anns");
    a.Chown("anns", kAnn, 1);
    a.Chown("anns", kAnn, kStaff);
    a.Chmod("roots", 0666);
    a.Chmod("anns", 02770);
    a.Stat("anns");
    a.Truncate("roots", 0);
  });
  s.As(kBob, kGuests, {kGuests}, [](Scene& b) {
    b.Get("anns");
    b.Put("anns", "mine");
    b.Unlink("sticky/anns");
    b.Rename("sticky/anns", "sticky/bobs");
    b.Put("sticky/anns", "written over");
    b.Link("roots", "roots-too");
    b.Get("anns-dir/file");
    b.Stat("anns-dir/file");
    b.Rmdir("anns-dir");
    b.Put("shared/bobs", "x");
    b.Chmod("anns", 0777);
    b.Access("anns", R_OK);
    b.Access("roots", F_OK);
    b.Access("roots", R_OK);
    b.Access("shared", W_OK);
    b.Access("shared", R_OK | X_OK);
    b.Times("anns", {0, UTIME_NOW}, {0, UTIME_NOW});
    b.Times("sticky/anns", {0, UTIME_NOW}, {0, UTIME_NOW});
    b.Times("sticky/anns", {5, 0}, {6, 0});
    b.Mkdir("bobs-dir", 02775);
    b.Stat("bobs-dir");
    b.Open("bobs-sgid", O_CREAT | O_WRONLY, 06755);
    b.Stat("bobs-sgid");
  });
  // In a set-group-ID directory, of one who isn't of the group: the bit goes from what he makes.
  s.Chmod("shared", 02777);
  s.As(kBob, kGuests, {kGuests}, [](Scene& b) {
    b.Open("shared/bobs-sgid", O_CREAT | O_WRONLY, 02775);
    b.Stat("shared/bobs-sgid");
    b.Mkdir("shared/bobs-dir", 0755);
    b.Stat("shared/bobs-dir");
  });
  s.As(kAnn, kGuests, {kGuests, kStaff}, [](Scene& a) {
    a.Open("shared/anns-sgid", O_CREAT | O_WRONLY, 02775);
    a.Stat("shared/anns-sgid");
  });
  s.As(kBob, kGuests, {kGuests, kStaff}, [](Scene& b) {
    b.Get("anns");
    b.Put("shared/bobs", "of the group now");
    b.Stat("shared/bobs");
    b.Unlink("shared/anns");
  });
  s.List("");
  s.List("shared");
}

// Who writes to a file that isn't his takes its set-ID bits away; root doesn't.
void PrivilegeBits(Scene& s) {
  s.Say("open to all", ::chmod(s.At("").c_str(), 0777));
  for (const char* how : {"write", "truncate", "open", "append", "fallocate"}) {
    for (uid_t who : {uid_t{0}, kBob}) {
      std::string name = std::string(how) + std::to_string(who);
      s.Put(name, "content");
      s.Chmod(name, 06777);
      s.As(who, who, {}, [&](Scene& w) {
        int fd = -1;
        if (how == std::string("truncate")) {
          w.Truncate(name, 3);
        } else {
          fd = w.Open(name, O_WRONLY | (how == std::string("open") ? O_TRUNC : 0) |
                                (how == std::string("append") ? O_APPEND : 0));
        }
        if (how == std::string("write") || how == std::string("append")) w.Write(fd, "x");
        if (how == std::string("fallocate")) w.Say("fallocate", ::fallocate(fd, 0, 0, 8192));
        if (fd >= 0) w.Close(fd);
      });
      s.Stat(name);
    }
  }
}

void TimesOfFiles(Scene& s) {
  s.Put("f", "x");
  s.Mkdir("d");
  s.Times("f", {111, 222}, {333, 444});
  s.StatTimes("f");
  s.Times("f", {0, UTIME_OMIT}, {555, 666});
  s.StatTimes("f");
  s.Times("f", {7777777, 0}, {0, UTIME_OMIT});
  s.StatTimes("f");
  s.Times("f", {0, 2000000000}, {0, 0});
  s.Times("none", {0, 0}, {0, 0});
  s.Symlink("f", "l");
  s.Times("l", {10, 11}, {12, 13}, AT_SYMLINK_NOFOLLOW);
  s.StatTimes("l");
  s.StatTimes("f");
  s.Times("f", {-5, 5}, {-1000000, 0});
  s.StatTimes("f");
  s.Moves("f", "chmod", [&] { s.Chmod("f", 0600); });
  s.Moves("f", "chown", [&] { s.Chown("f", kAnn, kStaff); });
  s.Moves("f", "link", [&] { s.Link("f", "f2"); });
  s.Moves("f", "write", [&] { s.Put("f", "y"); });
  s.Moves("f", "truncate", [&] { s.Truncate("f", 100); });
  s.Moves("f", "setxattr", [&] { s.SetXattr("f", "user.x", "1"); });
  s.Moves("d", "create in", [&] { s.Put("d/x", "1"); });
  s.Moves("d", "write in", [&] { s.Put("d/x", "2"); });
  s.Moves("d", "rename in", [&] { s.Rename("d/x", "d/y"); });
  s.Moves("d", "unlink in", [&] { s.Unlink("d/y"); });
  s.Moves("d", "mkdir in", [&] { s.Mkdir("d/z"); });
  s.Stat("d");
  s.Moves("f", "nothing", [] {});
}

void Locks(Scene& s) {
  s.Put("f", std::string(100, 'x'));
  int fd = s.Open("f", O_RDWR);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 10, .l_pid = 0};
  s.Say("lock", ::fcntl(fd, F_SETLK, &lock));
  auto other = [&](const std::string& what, int start, int length, short type) {
    s.As(0, 0, {}, [&](Scene& o) {
      int mine = o.Open("f", O_RDWR);
      struct flock wanted = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length, .l_pid = 0};
      struct flock asked = wanted;
      o.Say("get " + what, ::fcntl(mine, F_GETLK, &asked));
      o.Note("found",
             std::to_string(asked.l_type) + " " + std::to_string(asked.l_start) + "+" + std::to_string(asked.l_len));
      o.Say("set " + what, ::fcntl(mine, F_SETLK, &wanted));
      o.Close(mine);
    });
  };
  other("over", 15, 10, F_WRLCK);
  other("read over", 15, 10, F_RDLCK);
  other("beside", 20, 10, F_WRLCK);
  lock.l_type = F_UNLCK;
  lock.l_start = 12;
  lock.l_len = 3;
  s.Say("unlock the middle", ::fcntl(fd, F_SETLK, &lock));
  other("in the middle", 12, 3, F_WRLCK);
  other("behind the middle", 15, 1, F_WRLCK);
  int second = s.Open("f", O_RDONLY);
  s.Close(second);  // gives up all locks of this process
  other("after close", 10, 10, F_WRLCK);
  s.Say("flock", ::flock(fd, LOCK_EX));
  s.As(0, 0, {}, [](Scene& o) {
    int mine = o.Open("f", O_RDONLY);
    o.Say("flock", ::flock(mine, LOCK_SH | LOCK_NB));
    o.Close(mine);
  });
  s.Say("flock shared", ::flock(fd, LOCK_SH));
  s.As(0, 0, {}, [](Scene& o) {
    int mine = o.Open("f", O_RDONLY);
    o.Say("flock", ::flock(mine, LOCK_SH | LOCK_NB));
    o.Close(mine);
  });
  s.Say("unlock", ::flock(fd, LOCK_UN));
  struct flock ofd = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0, .l_pid = 0};
  s.Say("ofd lock", ::fcntl(fd, F_OFD_SETLK, &ofd));
  int third = s.Open("f", O_RDWR);
  s.Say("ofd lock of another", ::fcntl(third, F_OFD_SETLK, &ofd));
  s.Close(third);
  s.Close(fd);
}

}  // namespace vexevt
