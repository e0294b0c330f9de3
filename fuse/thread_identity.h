// ThreadIdentity: as whom this thread acts on the source. What an operation creates belongs to its caller: fsuid and
// fsgid are set to the caller's, by the raw system calls, which touch this thread alone; the kernel below then applies
// set-group-ID directories and quotas as it would to the caller. Capabilities stay as they are, because whether the
// caller may has been decided by the kernel above (default_permissions), see docs/decisions/0013. So the last
// caller's ids may stay until the next one's, and a caller that comes again costs nothing.
//
// CAP_FSETID is given up for as long as a caller without it writes or creates: the kernel below then clears the
// set-user-ID and set-group-ID bits, as POSIX asks.
//
// Where the daemon is not root, all of this is as it is: it can only act as its user.
#pragma once

#include <fuse_lowlevel.h>
#include <sys/types.h>

namespace vexevt {

class ThreadIdentity {
 public:
  static ThreadIdentity& Of();  // this thread's

  // At the start of the thread. False: the capabilities can't be kept over a change of user; the caller's own rights
  // then decide, without those of its further groups.
  bool Start();

  // For an operation that creates something with `mode`.
  void CreateAs(fuse_req_t req, mode_t mode);
  // For one whose result depends on the groups of the caller, further ones too, until Restore.
  void ActAs(fuse_req_t req);
  void Restore();

  // For one that writes: false where the caller must not keep set-user-ID bits.
  void KeepPrivilegeBits(bool keep);

 private:
  void SwitchTo(uid_t uid, gid_t gid);

  bool may_switch_ = false, may_drop_ = false, has_fsetid_ = true, groups_changed_ = false;
  uid_t fsuid_ = 0;
  gid_t fsgid_ = 0;
  mode_t umask_ = 0;
};

}  // namespace vexevt
