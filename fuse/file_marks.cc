#include "fuse/file_marks.h"

#include <sys/xattr.h>

#include <array>
#include <cstring>
#include <string>
#include <utility>

namespace vexevt {

void ReadMarks(Filesystem& fs, Node& node) {
  ProcPath path(node.fd.get());
  std::array<char, XATTR_LIST_MAX> names;
  ssize_t size = ::listxattr(path.c_str(), names.data(), names.size());
  auto marks = std::make_shared<Marks>();
  bool any = false;
  std::size_t count = 0;
  for (const char* name = names.data(); size > 0 && name < names.data() + size; name += std::strlen(name) + 1) {
    std::string_view text = name;
    if (!IsMark(text)) continue;
    std::array<char, kMaxMarkBytes> value;
    ssize_t length = ::getxattr(path.c_str(), name, value.data(), value.size());
    if (length < 0 || ++count > kMaxMarksOfFile) continue;
    text.remove_prefix(kMarkPrefix.size());
    any |= AddMark(text, {value.data(), static_cast<std::size_t>(length)}, marks.get());
  }
  fs.nodes.SetMarks(node, any ? std::move(marks) : nullptr);
}

}  // namespace vexevt
