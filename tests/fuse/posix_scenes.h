// The scenes of the POSIX suite: see scene.h for what they are made of.
#pragma once

#include <sys/types.h>

#include "tests/fuse/scene.h"

namespace vexevt {

inline constexpr uid_t kAnn = 12001, kBob = 12002;
inline constexpr gid_t kStaff = 13001, kGuests = 13002;

void Names(Scene& s);
void Renames(Scene& s);
void Deep(Scene& s);
void Directories(Scene& s);
void Unnamed(Scene& s);
void Executes(Scene& s);
void Modes(Scene& s);
void FileFlags(Scene& s);
void Users(Scene& s);
void PrivilegeBits(Scene& s);
void TimesOfFiles(Scene& s);
void Locks(Scene& s);
void Contents(Scene& s);
void Appends(Scene& s);
void Sparse(Scene& s);
void Mapped(Scene& s);
void Direct(Scene& s);
void Xattrs(Scene& s);
void Acls(Scene& s);

}  // namespace vexevt
