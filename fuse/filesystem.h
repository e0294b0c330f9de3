// Filesystem: what the operations of one mount work with, and the small steps that several of them share. The
// operations themselves are free functions, in the files *_operations.cc, for libfuse's table (operations.h).
#pragma once

#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "fuse/node_table.h"
#include "fuse/open_files.h"
#include "fuse/options.h"
#include "fuse/pruner.h"
#include "fuse/teller.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

struct Filesystem {
  Filesystem(const FuseOptions& fuse_options, UniqueFd root, const struct stat& status, std::string path,
             EventQueue& queue, std::bitset<256> fs_types, std::size_t most_nodes)
      : options(fuse_options),
        timeout(static_cast<double>(fuse_options.timeout_ns) / 1e9),
        nodes(std::move(root), status, std::move(path)),
        pruner(nodes, most_nodes),
        teller(queue, fs_types, fuse_options.on_full),
        own_fds(::open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    control_directory.type = S_IFDIR;
    control_file.type = S_IFREG;
    control_directory.references = control_file.references = 1;
  }

  void Forget(Node& node, std::uint64_t references) {
    if (&node != &control_directory && &node != &control_file) nodes.Forget(node, references);
  }

  const FuseOptions& options;
  const double timeout;  // of attributes and names in the kernel's cache, in s
  NodeTable nodes;
  OpenFiles open_files;
  Pruner pruner;
  Teller teller;
  const UniqueFd own_fds;
  Node control_directory, control_file;       // see control_operations.h; the kernel's alone, so in no table
  int device_fd = -1;                         // of /dev/fuse
  std::atomic<bool> passthrough{false};       // negotiated
  std::atomic<bool> limited_identity{false};  // see ThreadIdentity::Start
};

inline Filesystem& FilesystemOf(fuse_req_t req) { return *static_cast<Filesystem*>(fuse_req_userdata(req)); }
inline Node& NodeOf(fuse_req_t req, fuse_ino_t id) {
  return id == FUSE_ROOT_ID ? FilesystemOf(req).nodes.root() : *reinterpret_cast<Node*>(id);
}

inline OpenFile& FileOf(const fuse_file_info* info) { return *reinterpret_cast<OpenFile*>(info->fh); }
struct OpenDirectory;

// 0 or the errno, of a call that says -1.
inline int ErrorOf(long result) { return result < 0 ? errno : 0; }

// The attributes of what `fd`, an O_PATH descriptor too, stands for, as the mount shows them: files of other file
// systems below the source get numbers apart from the source's.
int Stat(const Filesystem& fs, int fd, struct stat* status);

// A path that leads to `fd` itself, whatever it is, for calls that take no descriptor.
struct ProcPath {
  explicit ProcPath(int fd);
  const char* c_str() const { return text.data(); }
  const char* name() const;  // in Filesystem::own_fds
  std::array<char, 32> text;
};

// Opens what `node` stands for.
UniqueFd Reopen(const Filesystem& fs, int fd, int flags);

// Finds `name` in `parent`, with one more reference. `renames` was read before.
int Find(Filesystem& fs, Node& parent, const char* name, fuse_entry_param* entry);
// The same for an open file, which may have no name.
int Enter(Filesystem& fs, Node& parent, std::string_view name, int fd, fuse_entry_param* entry);

void ReplyEntry(fuse_req_t req, int error, const fuse_entry_param& entry);

// What the request says beyond what libfuse hands on; of this thread's current request.
struct RequestFacts {
  std::uint64_t offered = 0;  // of INIT: what the kernel can do
  bool keep_privilege_bits = true;
  bool tmpfile = false;  // a CREATE that was a TMPFILE
};
RequestFacts& CurrentRequest();

}  // namespace vexevt
