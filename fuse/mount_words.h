// The words of mount(8), which runs us as mount.fuse.vexevt SOURCE MOUNTPOINT [-sfnv] [-o OPTION,...] [-t TYPE], turned
// into our own. Also those of mount.fuse3, which runs vexevt-fuse SOURCE MOUNTPOINT -o rw,...: as -o is an endpoint
// with us, it is taken for mount options where its first word is rw or ro, as it always is there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vexevt {

bool IsMountHelper(std::string_view program);  // argv[0]

// `words` is argv without argv[0].
std::vector<std::string> WordsOfMount(const std::vector<std::string>& words, bool helper);

}  // namespace vexevt
