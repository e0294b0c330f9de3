#include "lib/capture/audit_event.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <charconv>

namespace vexevt {
namespace {

constexpr std::int64_t kX86_64 = 0xc000003e;  // AUDIT_ARCH_X86_64
constexpr std::int64_t kNobody = 0xffffffff;  // an auid or uid that was never set
constexpr std::size_t kMostItems = 64;        // the kernel names a few

// System calls by their number on x86-64 (arch/x86/entry/syscalls/syscall_64.tbl), whatever we are compiled for.
enum Number : std::int64_t {
  kOpen = 2,
  kExecve = 59,
  kTruncate = 76,
  kFtruncate = 77,
  kRename = 82,
  kMkdir = 83,
  kRmdir = 84,
  kCreat = 85,
  kLink = 86,
  kUnlink = 87,
  kSymlink = 88,
  kChmod = 90,
  kFchmod = 91,
  kChown = 92,
  kFchown = 93,
  kLchown = 94,
  kMknod = 133,
  kSetxattr = 188,
  kLsetxattr = 189,
  kFsetxattr = 190,
  kRemovexattr = 197,
  kLremovexattr = 198,
  kFremovexattr = 199,
  kOpenat = 257,
  kMkdirat = 258,
  kMknodat = 259,
  kFchownat = 260,
  kUnlinkat = 263,
  kRenameat = 264,
  kLinkat = 265,
  kSymlinkat = 266,
  kFchmodat = 268,
  kRenameat2 = 316,
  kExecveat = 322,
  kOpenat2 = 437,
  kFchmodat2 = 452,
};

std::uint32_t Narrow(std::optional<std::int64_t> number) { return static_cast<std::uint32_t>(number.value_or(0)); }

// "fd:01", major and minor in hexadecimal.
std::uint32_t ReadDevice(std::string_view text) {
  std::uint32_t major = 0, minor = 0;
  const char* end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, major, 16);
  if (read.ec != std::errc() || read.ptr == end || *read.ptr != ':') return 0;
  std::from_chars(read.ptr + 1, end, minor, 16);
  return major << 20 | (minor & 0xfffff);
}

}  // namespace

bool AuditEvent::Knows(std::string_view type) {
  return type == "SYSCALL" || type == "PATH" || type == "CWD" || type == "PROCTITLE" || type == "EOE";
}

Status AuditEvent::Add(const AuditRecord& record) {
  VEXEVT_TRY(ReadAuditFields(record.rest, &fields_));
  if (record.type == "SYSCALL") return AddCall();
  if (record.type == "PATH") return AddItem();
  if (record.type == "CWD") {
    VEXEVT_ASSIGN(directory_, AuditText(fields_, "cwd"));
    return {};
  }
  ended_ = true;  // PROCTITLE is the last that the kernel gives, EOE ends the event by itself
  if (record.type == "PROCTITLE") {
    VEXEVT_ASSIGN(title_, AuditText(fields_, "proctitle"));
    std::ranges::replace(title_, '\0', ' ');
  }
  return {};
}

Status AuditEvent::AddCall() {
  VEXEVT_ASSIGN(auto arch, AuditNumber(fields_, "arch", 16));
  VEXEVT_ASSIGN(auto number, AuditNumber(fields_, "syscall"));
  call_.known = arch == kX86_64;
  call_.number = number.value_or(-1);
  for (std::size_t i = 0; i < std::size(call_.arguments); ++i) {
    const char name[] = {'a', static_cast<char>('0' + i)};
    VEXEVT_ASSIGN(auto argument, AuditNumber(fields_, {name, 2}, 16));
    call_.arguments[i] = static_cast<std::uint64_t>(argument.value_or(0));
  }
  VEXEVT_ASSIGN(auto result, AuditNumber(fields_, "exit"));
  call_.result = std::min<std::int64_t>(result.value_or(0), 0);
  if (call_.result < -4095) call_.result = 0;  // an address, not an error
  VEXEVT_ASSIGN(auto pid, AuditNumber(fields_, "pid"));
  VEXEVT_ASSIGN(auto ppid, AuditNumber(fields_, "ppid"));
  VEXEVT_ASSIGN(auto uid, AuditNumber(fields_, "uid"));
  VEXEVT_ASSIGN(auto gid, AuditNumber(fields_, "gid"));
  VEXEVT_ASSIGN(auto login, AuditNumber(fields_, "auid"));
  call_.pid = Narrow(pid);
  call_.ppid = Narrow(ppid);
  call_.uid = Narrow(uid);
  call_.gid = Narrow(gid);
  call_.login.reset();
  if (login && *login != kNobody && *login != -1) call_.login = Narrow(login);
  VEXEVT_ASSIGN(call_.comm, AuditText(fields_, "comm"));
  VEXEVT_ASSIGN(call_.exe, AuditText(fields_, "exe"));
  VEXEVT_ASSIGN(call_.key, AuditText(fields_, "key"));
  return {};
}

Status AuditEvent::AddItem() {
  if (items_.size() == kMostItems) return DataLoss("an event with too many PATH records");
  Item item;
  VEXEVT_ASSIGN(item.name, AuditText(fields_, "name"));
  VEXEVT_ASSIGN(auto inode, AuditNumber(fields_, "inode"));
  VEXEVT_ASSIGN(auto mode, AuditNumber(fields_, "mode", 8));
  item.inode = static_cast<std::uint64_t>(inode.value_or(0));
  item.mode = static_cast<std::uint16_t>(mode.value_or(0));
  for (const AuditField& field : fields_) {
    if (field.name == "nametype" || (field.name == "objtype" && item.kind.empty())) item.kind = field.value;
    if (field.name == "dev") item.device = ReadDevice(field.value);
  }
  items_.push_back(std::move(item));
  return {};
}

const AuditEvent::Item* AuditEvent::Find(std::string_view kind, std::size_t skip) const {
  for (const Item& item : items_) {
    if (item.kind == kind && skip-- == 0) return &item;
  }
  return nullptr;
}

// The items that are not the directories of others.
const AuditEvent::Item* AuditEvent::Named(std::size_t skip) const {
  for (const Item& item : items_) {
    if (item.kind != "PARENT" && skip-- == 0) return &item;
  }
  return nullptr;
}

// What was done, and to which items. 0: nothing that is told. A call that failed may have named nothing as created or
// deleted: then its names are told as they were given.
EventType AuditEvent::TypeOf(const Item** path, const Item** path2) const {
  const Item *created = Find("CREATE"), *deleted = Find("DELETE");
  const Item *first = Named(), *second = Named(1);
  *path = first;
  *path2 = nullptr;
  switch (call_.number) {
    case kOpen:
    case kOpenat:
    case kOpenat2:
    case kCreat:
      if (created != nullptr) *path = created;
      return created != nullptr ? kFsCreate : kFsOpen;
    case kMkdir:
    case kMkdirat:
      if (created != nullptr) *path = created;
      return kFsMkdir;
    case kMknod:
    case kMknodat:
      if (created != nullptr) *path = created;
      return *path != nullptr && S_ISREG((*path)->mode) ? kFsCreate : kFsMknod;
    case kRmdir:
    case kUnlink:
    case kUnlinkat:
      if (deleted != nullptr) *path = deleted;
      return call_.number == kRmdir || (call_.number == kUnlinkat && (call_.arguments[2] & AT_REMOVEDIR) != 0)
                 ? kFsRmdir
                 : kFsDelete;
    case kRename:
    case kRenameat:
    case kRenameat2:
      *path = deleted != nullptr ? deleted : first;
      *path2 = created != nullptr ? created : second;
      return kFsRename;
    case kLink:
    case kLinkat:
      *path2 = created != nullptr ? created : second;
      return kFsHardlink;
    case kSymlink:
    case kSymlinkat:
      if (created == nullptr) created = second != nullptr ? second : first;
      *path = created;
      *path2 = first != created ? first : nullptr;
      return kFsSymlink;
    case kChmod:
    case kFchmod:
    case kFchmodat:
    case kFchmodat2:
      return kFsChmod;
    case kChown:
    case kFchown:
    case kLchown:
    case kFchownat:
      return kFsChown;
    case kTruncate:
    case kFtruncate:
      return kFsTruncate;
    case kSetxattr:
    case kLsetxattr:
    case kFsetxattr:
      return kFsSetxattr;
    case kRemovexattr:
    case kLremovexattr:
    case kFremovexattr:
      return kFsRemovexattr;
    case kExecve:
    case kExecveat:
      return kFsExec;
    default:
      return 0;
  }
}

// Whether a name may be relative to a descriptor that the log does not tell of.
bool AuditEvent::StartsAtOtherDirectory() const {
  auto other = [&](std::size_t i) { return static_cast<std::int32_t>(call_.arguments[i]) != AT_FDCWD; };
  switch (call_.number) {
    case kOpenat:
    case kOpenat2:
    case kMkdirat:
    case kMknodat:
    case kFchownat:
    case kUnlinkat:
    case kFchmodat:
    case kFchmodat2:
    case kExecveat:
      return other(0);
    case kSymlinkat:
      return other(1);
    case kRenameat:
    case kRenameat2:
    case kLinkat:
      return other(0) || other(2);
    default:
      return false;
  }
}

std::string AuditEvent::Absolute(const std::string& name) const {
  if (name.empty() || name.front() == '/') return name;
  std::string_view below = name;
  while (below.starts_with("./")) below.remove_prefix(2);
  std::string path = StartsAtOtherDirectory() || directory_.empty() ? "?" : directory_;
  if (below == ".") return path;
  if (path.back() != '/') path += '/';
  return path.append(below);
}

bool AuditEvent::Tell(Event* event) {
  if (!call_.known) return false;
  const Item *path = nullptr, *path2 = nullptr;
  EventType type = TypeOf(&path, &path2);
  if (type == 0 || path == nullptr) return false;
  path_ = Absolute(path->name);
  // The target of a symbolic link is text, not relative to where it was made.
  path2_ = path2 == nullptr ? std::string() : type == kFsSymlink ? path2->name : Absolute(path2->name);
  *event = {};
  event->wall_ns = time_ns_;
  event->type = type;
  event->boundary = Boundary::kKernel;
  event->flags = kFlagCredentials;
  if (S_ISDIR(path->mode)) event->flags |= kFlagDirectory;
  event->pid = call_.pid;
  event->ppid = call_.ppid;
  event->uid = call_.uid;
  event->gid = call_.gid;
  event->result = static_cast<std::int32_t>(call_.result);
  event->comm = call_.comm;
  event->exe = call_.exe;
  event->host = node_;
  FsPayload fs;
  fs.path = path_;
  fs.path2 = path2_;
  fs.inode = path->inode;
  fs.device = path->device;
  fs.mode = path->mode;
  if (call_.number == kOpen) fs.open_flags = static_cast<std::uint32_t>(call_.arguments[1]);
  if (call_.number == kOpenat) fs.open_flags = static_cast<std::uint32_t>(call_.arguments[2]);
  if (call_.number == kCreat) fs.open_flags = O_CREAT | O_WRONLY | O_TRUNC;
  event->payload = fs;
  if (call_.login) event->attributes.push_back({"auid", std::int64_t{*call_.login}});
  event->attributes.push_back({"audit.serial", static_cast<std::int64_t>(serial_)});
  if (!call_.key.empty()) event->attributes.push_back({"audit.key", AttributeText{call_.key}});
  if (!title_.empty()) event->attributes.push_back({"proctitle", AttributeText{title_}});
  return true;
}

}  // namespace vexevt
