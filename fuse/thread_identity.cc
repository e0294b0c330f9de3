#include "fuse/thread_identity.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <vector>

namespace vexevt {
namespace {

constexpr int kMostGroups = 65536;

bool Capabilities(long call, __user_cap_data_struct* data) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  return ::syscall(call, &header, data) == 0;
}

}  // namespace

ThreadIdentity& ThreadIdentity::Of() {
  thread_local ThreadIdentity identity;
  return identity;
}

bool ThreadIdentity::Start() {
  ::unshare(CLONE_FS);  // a umask of its own
  umask_ = 0;
  ::umask(0);
  fsuid_ = ::geteuid();
  fsgid_ = ::getegid();
  __user_cap_data_struct held[_LINUX_CAPABILITY_U32S_3] = {};
  if (!Capabilities(SYS_capget, held)) return true;
  may_drop_ = (held[0].effective & 1U << CAP_FSETID) != 0;
  may_switch_ = (held[0].effective & 1U << CAP_SETUID) != 0 && (held[0].effective & 1U << CAP_SETGID) != 0;
  return !may_switch_ || ::prctl(PR_SET_SECUREBITS, ::prctl(PR_GET_SECUREBITS) | SECBIT_NO_SETUID_FIXUP) == 0;
}

void ThreadIdentity::SwitchTo(uid_t uid, gid_t gid) {
  if (!may_switch_) return;
  if (gid != fsgid_) {
    ::syscall(SYS_setfsgid, gid);
    fsgid_ = gid;
  }
  if (uid != fsuid_) {
    ::syscall(SYS_setfsuid, uid);
    fsuid_ = uid;
  }
}

void ThreadIdentity::CreateAs(fuse_req_t req, mode_t mode) {
  const fuse_ctx* context = fuse_req_ctx(req);
  if (context->umask != umask_) {
    umask_ = context->umask;
    ::umask(umask_);
  }
  // Only a set-group-ID bit that is asked for depends on the groups; one that a directory hands down doesn't.
  if ((mode & S_ISGID) != 0 && context->uid != 0) {
    ActAs(req);
  } else {
    SwitchTo(context->uid, context->gid);
  }
}

void ThreadIdentity::ActAs(fuse_req_t req) {
  const fuse_ctx* context = fuse_req_ctx(req);
  SwitchTo(context->uid, context->gid);
  if (!may_switch_ || context->uid == 0) return;
  KeepPrivilegeBits(false);
  std::vector<gid_t> groups(64);
  int count = fuse_req_getgroups(req, static_cast<int>(groups.size()), groups.data());
  if (count > static_cast<int>(groups.size()) && count <= kMostGroups) {
    groups.resize(static_cast<std::size_t>(count));
    count = fuse_req_getgroups(req, count, groups.data());
  }
  if (count < 0 || count > static_cast<int>(groups.size())) count = 0;
  groups_changed_ = ::syscall(SYS_setgroups, count, groups.data()) == 0;
}

void ThreadIdentity::Restore() {
  if (groups_changed_) ::syscall(SYS_setgroups, 0, nullptr);
  groups_changed_ = false;
  KeepPrivilegeBits(true);
}

void ThreadIdentity::KeepPrivilegeBits(bool keep) {
  if (!may_drop_ || keep == has_fsetid_) return;
  __user_cap_data_struct held[_LINUX_CAPABILITY_U32S_3] = {};
  if (!Capabilities(SYS_capget, held)) return;
  constexpr std::uint32_t kBit = 1U << CAP_FSETID;
  held[0].effective = keep ? held[0].effective | kBit : held[0].effective & ~kBit;
  if (Capabilities(SYS_capset, held)) has_fsetid_ = keep;
}

}  // namespace vexevt
