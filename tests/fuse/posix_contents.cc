// What is in files, and in their extended attributes.
#include "tests/fuse/mounted.h"
#include "tests/fuse/posix_scenes.h"

namespace vexevt {
namespace {

std::string Acl(std::vector<std::array<std::uint32_t, 3>> entries) {
  std::string bytes("\x02\0\0\0", 4);
  for (auto [tag, permissions, id] : entries) {
    auto small = static_cast<std::uint16_t>(tag), bits = static_cast<std::uint16_t>(permissions);
    bytes.append(reinterpret_cast<char*>(&small), 2).append(reinterpret_cast<char*>(&bits), 2);
    bytes.append(reinterpret_cast<char*>(&id), 4);
  }
  return bytes;
}
constexpr std::uint32_t kNone = 0xffffffff;

}  // namespace

void Contents(Scene& s) {
  int fd = s.Open("file", O_CREAT | O_RDWR);
  s.Write(fd, "0123456789");
  s.WriteAt(fd, "abc", 3);
  s.ReadAt(fd, 100, 0);
  s.ReadAt(fd, 100, 10);
  s.ReadAt(fd, 3, 8);
  s.WriteAt(fd, "far", 100000);
  s.Stat("file");
  s.ReadAt(fd, 200000, 0);
  s.Say("ftruncate", ::ftruncate(fd, 5));
  s.Say("ftruncate", ::ftruncate(fd, 50));
  s.ReadAt(fd, 100, 0);
  s.Say("ftruncate below 0", ::ftruncate(fd, -1));
  s.Say("fsync", ::fsync(fd));
  s.Say("fdatasync", ::fdatasync(fd));
  s.Close(fd);
  s.Close(fd);
  fd = s.Open("file", O_RDONLY);
  s.Write(fd, "no");
  s.Say("ftruncate read-only", ::ftruncate(fd, 1));
  s.Close(fd);
  fd = s.Open("file", O_WRONLY);
  s.ReadAt(fd, 1, 0);
  s.Close(fd);
  std::string large(3 << 20, 'L');
  for (std::size_t i = 0; i < large.size(); i += 4099) large[i] = static_cast<char>('a' + i % 26);
  fd = s.Open("large", O_CREAT | O_RDWR);
  s.Write(fd, large);
  s.ReadAt(fd, large.size(), 0);
  s.ReadAt(fd, 1 << 20, 12345);
  s.Close(fd);
  s.Put("large", "short again");
  s.Get("large");
  s.Truncate("large", 1 << 20);
  s.Stat("large");
  s.Truncate("none", 0);
  fd = s.Open("gone", O_CREAT | O_RDWR);
  s.Unlink("gone");
  s.Write(fd, "nameless");
  s.ReadAt(fd, 100, 0);
  struct stat status;
  s.Say("fstat", ::fstat(fd, &status));
  s.Note("links", std::to_string(status.st_nlink));
  s.Say("fchmod", ::fchmod(fd, 0600));
  s.Close(fd);
}

void Appends(Scene& s) {
  int first = s.Open("log", O_CREAT | O_WRONLY | O_APPEND);
  int second = s.Open("log", O_RDWR | O_APPEND);
  s.Write(first, "one ");
  s.Write(second, "two ");
  s.WriteAt(first, "three ", 0);
  s.Say("no longer append", ::fcntl(second, F_SETFL, 0));
  s.WriteAt(second, "ONE", 0);
  s.Say("append", ::fcntl(second, F_SETFL, O_APPEND));
  s.WriteAt(second, "four", 0);
  s.Close(first);
  s.Close(second);
  s.Get("log");
}

void Sparse(Scene& s) {
  int fd = s.Open("sparse", O_CREAT | O_RDWR);
  s.WriteAt(fd, std::string(8192, 'd'), 1 << 20);
  s.Say("fsync", ::fsync(fd));
  s.Say("data", ::lseek(fd, 0, SEEK_DATA), true);
  s.Say("hole", ::lseek(fd, 0, SEEK_HOLE), true);
  s.Say("hole behind", ::lseek(fd, 1 << 20, SEEK_HOLE), true);
  s.Say("data at the end", ::lseek(fd, 2 << 20, SEEK_DATA), true);
  s.Say("end", ::lseek(fd, 0, SEEK_END), true);
  s.Say("punch", ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 1 << 20, 4096));
  s.Say("data", ::lseek(fd, 0, SEEK_DATA), true);
  s.Say("zero", ::fallocate(fd, FALLOC_FL_ZERO_RANGE, 1 << 20, 8192));
  s.Say("allocate", ::fallocate(fd, 0, 0, 65536));
  s.Say("keep size", ::fallocate(fd, FALLOC_FL_KEEP_SIZE, 4 << 20, 4096));
  s.Say("bad length", ::fallocate(fd, 0, 0, 0));
  s.Say("punch without keep", ::fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 4096));
  s.Stat("sparse");
  s.ReadAt(fd, 4096, 1 << 20);
  int to = s.Open("copy", O_CREAT | O_RDWR);
  off_t from_at = 1 << 20, to_at = 100;
  s.Say("copy_file_range", ::copy_file_range(fd, &from_at, to, &to_at, 4096, 0), true);
  s.Note("offsets", std::to_string(from_at) + " " + std::to_string(to_at));
  s.Stat("copy");
  from_at = to_at = 0;
  s.Say("overlapping", ::copy_file_range(fd, &from_at, fd, &to_at, 4096, 0));
  s.Close(to);
  s.Close(fd);
  fd = s.Open("sparse", O_RDONLY);
  s.Say("allocate read-only", ::fallocate(fd, 0, 0, 10));
  s.Close(fd);
}

void Mapped(Scene& s) {
  s.Put("f", std::string(10000, 'a'));
  int fd = s.Open("f", O_RDWR);
  char* shared = static_cast<char*>(::mmap(nullptr, 10000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
  char* own = static_cast<char*>(::mmap(nullptr, 10000, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
  s.Note("mapped", shared != MAP_FAILED && own != MAP_FAILED ? "both" : Scene::ErrnoNameOf(errno));
  if (shared == MAP_FAILED || own == MAP_FAILED) return;
  own[5000] = 'o';
  shared[5001] = 's';
  s.Say("msync", ::msync(shared, 10000, MS_SYNC));
  s.Note("own", std::string(own + 4999, 4));
  ::munmap(shared, 10000);
  ::munmap(own, 10000);
  s.ReadAt(fd, 10000, 0);
  s.Close(fd);
  s.Get("f");
}

void Direct(Scene& s) {
  int fd = s.Open("f", O_CREAT | O_RDWR | O_DIRECT);
  if (fd < 0) return;
  void* memory = nullptr;
  if (::posix_memalign(&memory, 4096, 1 << 20) != 0) return;
  std::memset(memory, 'D', 1 << 20);
  s.Say("write", ::pwrite(fd, memory, 1 << 20, 0), true);
  s.Say("write", ::pwrite(fd, memory, 4096, 8192), true);
  s.Say("read", ::pread(fd, memory, 8192, 4096), true);
  s.Say("read at the end", ::pread(fd, memory, 8192, 1 << 20), true);
  std::free(memory);
  s.Close(fd);
  s.Stat("f");
}

void Xattrs(Scene& s) {
  s.Put("f", "x");
  s.SetXattr("f", "user.a", "1");
  s.SetXattr("f", "user.a", "2", XATTR_CREATE);
  s.SetXattr("f", "user.b", "2", XATTR_REPLACE);
  s.SetXattr("f", "user.b", std::string(1000, 'v'));
  s.SetXattr("f", "user.empty", "");
  s.GetXattr("f", "user.a");
  s.GetXattr("f", "user.a", 0);
  s.GetXattr("f", "user.b", 10);
  s.GetXattr("f", "user.none");
  s.GetXattr("f", "user.empty");
  s.SetXattr("f", "trusted.t", "t");
  s.ListXattr("f");
  s.ListXattr("f", 0);
  s.ListXattr("f", 3);
  s.RemoveXattr("f", "user.a");
  s.RemoveXattr("f", "user.a");
  s.SetXattr("f", "nonsense", "x");
  s.SetXattr("f", "user." + std::string(300, 'n'), "x");
  s.Symlink("f", "l");
  s.SetXattr("l", "user.x", "x");
  s.SetXattr("l", "trusted.x", "x");
  s.GetXattr("l", "trusted.x");
  s.ListXattr("l");
  s.Say("open to all", ::chmod(s.At("").c_str(), 0777));
  s.As(kBob, kGuests, {}, [](Scene& b) {
    b.ListXattr("f");
    b.GetXattr("f", "trusted.t");
    b.GetXattr("f", "user.b", 0);
    b.SetXattr("f", "user.c", "x");
    b.SetXattr("f", "trusted.c", "x");
    b.Put("mine", "x");
    b.SetXattr("mine", "user.c", "x");
    b.ListXattr("mine");
  });
}

void Acls(Scene& s) {
  ::umask(022);
  s.Say("open to all", ::chmod(s.At("").c_str(), 0777));
  s.Put("f", "for Bob", 0600);
  std::string acl = Acl({{1, 6, kNone}, {2, 4, kBob}, {4, 0, kNone}, {16, 4, kNone}, {32, 0, kNone}});
  s.SetXattr("f", "system.posix_acl_access", acl);
  s.Stat("f");
  s.As(kBob, kGuests, {}, [](Scene& b) {
    b.Get("f");
    b.Put("f", "x");
  });
  s.As(kAnn, kStaff, {}, [](Scene& a) { a.Get("f"); });
  s.Chmod("f", 0600);  // takes the mask away
  s.As(kBob, kGuests, {}, [](Scene& b) { b.Get("f"); });
  s.Mkdir("d", 0777);
  s.SetXattr("d", "system.posix_acl_default",
             Acl({{1, 7, kNone}, {2, 7, kBob}, {4, 5, kNone}, {16, 7, kNone}, {32, 0, kNone}}));
  s.Put("d/inherits", "x", 0666);  // not the umask: the default ACL
  s.Mkdir("d/sub", 0777);
  s.Stat("d/inherits");
  s.Stat("d/sub");
  s.ListXattr("d/inherits");
  s.ListXattr("d/sub");
  s.SetXattr("f", "system.posix_acl_default", acl);
  s.SetXattr("f", "system.posix_acl_access", "bad");
  s.Chmod("d", 0777);
  s.As(kAnn, kStaff, {}, [&](Scene& a) {
    a.SetXattr("d", "system.posix_acl_access", acl);
    a.Put("d/anns", "x", 0666);
    a.Stat("d/anns");
  });
  // An ACL takes the set-group-ID bit away from who isn't of the group.
  s.Put("sgid", "x");
  s.Chown("sgid", kAnn, kGuests);
  s.Chmod("sgid", 02755);
  s.As(kAnn, kStaff, {}, [&](Scene& a) { a.SetXattr("sgid", "system.posix_acl_access", acl); });
  s.Stat("sgid");
  s.Chmod("sgid", 02755);
  s.As(kAnn, kStaff, {kGuests}, [&](Scene& a) { a.SetXattr("sgid", "system.posix_acl_access", acl); });
  s.Stat("sgid");
}

}  // namespace vexevt
