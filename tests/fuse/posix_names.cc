// What makes, moves and ends names, and what directories tell of them.
#include "tests/fuse/mounted.h"
#include "tests/fuse/posix_scenes.h"

namespace vexevt {

// Every creating call, and each error that it documents.
void Names(Scene& s) {
  s.Put("file", "content");
  s.Mkdir("dir");
  s.Mkdir("dir");
  s.Mkdir("file");
  s.Mkdir("none/dir");
  s.Mkdir("file/dir");
  s.Mkdir("dir/sub");
  s.Stat("dir");
  s.Rmdir("dir");
  s.Rmdir("file");
  s.Rmdir("none");
  s.Rmdir("dir/.");
  s.Rmdir("dir/sub");
  s.Stat("dir");
  s.Unlink("dir");
  s.Unlink("none");
  s.Unlink("file/x");
  s.Open("none", O_RDONLY);
  s.Open("dir", O_WRONLY);
  s.Open("file", O_RDONLY | O_DIRECTORY);
  s.Open("file", O_CREAT | O_EXCL | O_WRONLY);
  s.Open("dir", O_CREAT | O_WRONLY);
  s.Symlink("file", "link");
  s.Symlink("file", "link");
  s.Symlink("none", "dangling");
  s.Symlink("loop", "loop");
  s.Open("link", O_RDONLY | O_NOFOLLOW);
  s.Get("link");
  s.Open("dangling", O_RDONLY);
  s.Open("loop", O_RDONLY);
  s.Open("dangling", O_CREAT | O_EXCL | O_WRONLY);
  s.Put("dangling", "through the link");
  s.Stat("none");
  s.ReadLink("link");
  s.ReadLink("file");
  s.ReadLink("none");
  s.Symlink(std::string(4000, 'x'), "long");
  s.ReadLink("long");
  s.Stat("long");
  s.Symlink(std::string(4096, 'x'), "too-long");
  s.Mkdir(std::string(255, 'n'));
  s.Mkdir(std::string(256, 'n'));
  s.Put(std::string(255, 'f'), "x");
  s.Put("with\nnewline \xff\xfe bytes", "x");
  s.Link("file", "hard");
  s.Link("file", "hard");
  s.Link("dir", "hard-dir");
  s.Link("none", "x");
  s.Link("link", "hard-link");
  s.Stat("hard-link");
  s.Stat("file");
  s.Unlink("file");
  s.Stat("hard");
  s.Get("hard");
  s.Mknod("fifo", S_IFIFO | 0640);
  s.Mknod("socket", S_IFSOCK | 0600);
  s.Mknod("regular", S_IFREG | 0604);
  s.Mknod("zero", S_IFCHR | 0666, ::makedev(1, 5));
  s.Mknod("block", S_IFBLK | 0660, ::makedev(7, 200));
  for (const char* n : {"fifo", "socket", "regular", "zero", "block"}) s.Stat(n);
  s.List("");
}

void Renames(Scene& s) {
  s.Put("a", "of a");
  s.Put("b", "of b");
  s.Mkdir("d");
  s.Mkdir("d/inner");
  s.Mkdir("empty");
  s.Rename("a", "c");
  s.Rename("none", "x");
  s.Rename("c", "b");
  s.Get("b");
  s.Rename("b", "d");
  s.Rename("d", "b");
  s.Rename("d", "empty");
  s.Mkdir("full");
  s.Mkdir("full/x");
  s.Rename("empty", "full");
  s.Rename("empty", "empty/inner/below");
  s.Put("one", "1");
  s.Put("two", "2");
  s.Rename("one", "two", RENAME_NOREPLACE);
  s.Rename("one", "three", RENAME_NOREPLACE);
  s.Rename("three", "two", RENAME_EXCHANGE);
  s.Get("three");
  s.Get("two");
  s.Rename("three", "full", RENAME_EXCHANGE);
  s.Stat("three");
  s.Stat("full");
  s.Rename("three", "none", RENAME_EXCHANGE);
  s.Rename("two", "full", RENAME_EXCHANGE | RENAME_NOREPLACE);
  s.Rename("two", "white", RENAME_WHITEOUT);
  s.Stat("two");
  s.Link("white", "same");
  s.Rename("white", "same");
  s.Stat("white");
  s.Mkdir("deep");
  s.Put("deep/file", "moves along");
  s.Rename("deep", "elsewhere");
  s.Get("elsewhere/file");
  s.Stat("deep/file");
  int fd = s.Open("elsewhere/file", O_RDWR);
  s.Rename("elsewhere/file", "moved");
  s.Write(fd, "still the same");
  s.Unlink("moved");
  s.ReadAt(fd, 100, 0);
  s.Close(fd);
  s.List("");
  s.List("elsewhere");
}

void Deep(Scene& s) {
  // Deeper than PATH_MAX can name from the root.
  int at = ::open(s.At("").c_str(), O_PATH | O_DIRECTORY);
  std::string name(200, 'd');
  int depth = 0;
  for (; depth < 40; ++depth) {
    if (::mkdirat(at, name.c_str(), 0755) != 0) break;
    int next = ::openat(at, name.c_str(), O_PATH | O_DIRECTORY);
    ::close(at);
    at = next;
  }
  s.Note("depth", std::to_string(depth));
  int fd = static_cast<int>(s.Say("create", ::openat(at, "file", O_CREAT | O_WRONLY, 0644)));
  s.Write(fd, "deep");
  s.Close(fd);
  s.Say("unlink", ::unlinkat(at, "file", 0));
  ::close(at);
}

void Directories(Scene& s) {
  s.Mkdir("d");
  for (int i = 0; i < 700; ++i) s.Mknod("d/file-with-a-longer-name-" + std::to_string(i), S_IFREG | 0644);
  s.List("d");
  DIR* directory = ::opendir(s.At("d").c_str());
  std::vector<std::string> first, again;
  for (int i = 0; i < 100; ++i) ::readdir(directory);
  long at = ::telldir(directory);
  for (int i = 0; i < 50; ++i) first.emplace_back(::readdir(directory)->d_name);
  for (int i = 0; i < 200; ++i) ::readdir(directory);
  ::seekdir(directory, at);
  for (int i = 0; i < 50; ++i) again.emplace_back(::readdir(directory)->d_name);
  s.Note("seekdir", first == again ? "comes back" : "is lost");
  ::rewinddir(directory);
  int count = 0;
  while (::readdir(directory) != nullptr) ++count;
  s.Note("rewinddir", std::to_string(count));
  ::closedir(directory);
  // Each entry once, while others come and go.
  directory = ::opendir(s.At("d").c_str());
  std::map<std::string, int> seen;
  for (int i = 0; dirent* entry = ::readdir(directory); ++i) {
    ++seen[entry->d_name];
    if (i % 7 == 0) ::unlink(s.At("d/file-with-a-longer-name-" + std::to_string(i)).c_str());
  }
  ::closedir(directory);
  s.Note("twice", std::to_string(std::count_if(seen.begin(), seen.end(), [](auto& e) { return e.second > 1; })));
  s.Stat("d");
  int fd = s.Open("d", O_RDONLY | O_DIRECTORY);
  s.Say("fsync", ::fsync(fd));
  s.Say("read a directory", ::read(fd, &count, sizeof count));
  s.Rmdir("d");
  s.Close(fd);
  s.Mkdir("open");
  fd = s.Open("open", O_RDONLY | O_DIRECTORY);
  s.Rmdir("open");
  s.Say("create in a removed one", ::openat(fd, "x", O_CREAT | O_WRONLY, 0644));
  s.Close(fd);
}

void Unnamed(Scene& s) {
  int fd = static_cast<int>(s.Say("tmpfile", ::open(s.At("").c_str(), O_TMPFILE | O_RDWR, 0640)));
  if (fd < 0) return;
  s.Write(fd, "unnamed");
  s.Say("name it", ::linkat(AT_FDCWD, ("/proc/self/fd/" + std::to_string(fd)).c_str(), AT_FDCWD, s.At("named").c_str(),
                            AT_SYMLINK_FOLLOW));
  s.Close(fd);
  s.Stat("named");
  s.Get("named");
  fd = static_cast<int>(s.Say("tmpfile", ::open(s.At("").c_str(), O_TMPFILE | O_RDWR | O_EXCL, 0600)));
  s.Say("name it", ::linkat(AT_FDCWD, ("/proc/self/fd/" + std::to_string(fd)).c_str(), AT_FDCWD, s.At("no").c_str(),
                            AT_SYMLINK_FOLLOW));
  s.Close(fd);
  s.List("");
}

void Executes(Scene& s) {
  s.Put("script", "#!/bin/sh\nexit 7\n", 0755);
  s.Note("script", std::to_string(RunWords({s.At("script")})));
  s.Note("copied", std::to_string(RunWords({"cp", "/bin/true", s.At("program")})));
  s.Note("program", std::to_string(RunWords({s.At("program")})));
  s.Chmod("program", 0644);
  s.Note("not executable", std::to_string(RunWords({s.At("program")})));
}

}  // namespace vexevt
