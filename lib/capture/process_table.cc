#include "lib/capture/process_table.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <string_view>

namespace vexevt {
namespace {

constexpr int kMaxAncestors = 64;
constexpr std::uint32_t kNoLogin = 0xffffffff;
constexpr std::size_t kMaxComm = 15;  // TASK_COMM_LEN less the 0

}  // namespace

ProcessTable::Entry& ProcessTable::Get(std::uint32_t pid) {
  auto [at, added] = entries_.try_emplace(pid);
  if (added) {
    at->second.serial = ++serials_;
    order_.emplace_back(pid, serials_);
    if (entries_.size() > limit_) MakeRoom();
  }
  return entries_.find(pid)->second;
}

void ProcessTable::MakeRoom() {
  last_ = nullptr;
  // The newest, which the caller is about to use, stands last and is not reached.
  for (std::size_t tries = order_.size(); entries_.size() > limit_ && tries > 1; --tries) {
    auto [pid, serial] = order_.front();
    order_.pop_front();
    auto at = entries_.find(pid);
    if (at == entries_.end() || at->second.serial != serial) continue;
    if (told_ && !at->second.exited) {
      order_.emplace_back(pid, serial);
      continue;
    }
    entries_.erase(at);
  }
}

void ProcessTable::Load(std::uint32_t pid, Entry* entry) {
  entry->checked = batch_;
  // One descriptor for all of it: should the pid be given anew meanwhile, the reads fail.
  UniqueFd directory = OpenProcess(pid), comm_fd;
  ProcessFacts& facts = entry->facts;
  if (!directory || !ReadProcessFacts(directory.get(), &facts, &comm_fd)) {
    entry->exited = true;
    if (!told_ && std::exchange(entry->ahead, false)) TakeName(entry);
    return;
  }
  if (auid_) {
    std::uint32_t auid = kNoLogin;
    std::array<char, 16> buffer;
    std::string_view number = ReadProcFile(directory.get(), "loginuid", buffer);
    std::from_chars(number.data(), number.data() + number.size(), auid);
    facts.auid = auid == kNoLogin ? std::nullopt : std::optional(auid);
  }
  LookDownstream(directory.get(), entry);
  entry->loaded = true;
  entry->exited = false;
  if (!told_ && std::exchange(entry->ahead, false) && facts.exe.empty()) facts.exe = entry->opened.exe;  // a zombie
  if (!told_) entry->comm = std::move(comm_fd);
}

void ProcessTable::LookDownstream(int directory, Entry* entry) {
  entry->downstream = downstream_.Holds(directory, HoldsParent(entry->facts.ppid));
  entry->ends = downstream_.ends();
}

bool ProcessTable::HoldsParent(std::uint32_t pid) {
  auto parent = entries_.find(pid);
  if (parent != entries_.end() && parent->second.loaded) return parent->second.downstream;
  // No event has told of it: it began before it was watched, as the shell of exec: does.
  UniqueFd directory = downstream_.ends() > 0 ? OpenProcess(pid) : UniqueFd();
  return directory && downstream_.Holds(directory.get(), false);
}

// What a process reads was not known to come from us until others behind us were found.
bool ProcessTable::IsDownstream(std::uint32_t pid) {
  if (downstream_.ends() == 0) return false;
  Find(pid);
  Entry& entry = Get(pid);
  if (!entry.downstream && entry.ends != downstream_.ends()) {
    if (UniqueFd directory = OpenProcess(pid)) LookDownstream(directory.get(), &entry);
  }
  return entry.downstream;
}

void ProcessTable::Check(std::uint32_t pid, Entry* entry) {
  entry->checked = batch_;
  NameState state = NameStillIs(entry->comm, entry->facts.comm);
  if (state == NameState::kSame) return;
  if (state == NameState::kGone) {
    entry->comm.reset();
    entry->exited = true;
    entry->kin = Kin::kUnknown;
  }
  Load(pid, entry);  // it has another name, or somebody else has the pid; where nobody has it the facts stay
}

const ProcessFacts& ProcessTable::Find(std::uint32_t pid) {
  if (last_ != nullptr && last_pid_ == pid && last_->checked == batch_) return last_->facts;
  Entry& entry = Get(pid);
  if (!entry.loaded) {
    if (entry.checked != batch_) Load(pid, &entry);
  } else if (!told_ && entry.checked != batch_) {
    Check(pid, &entry);
  }
  entry.checked = batch_;
  last_pid_ = pid;
  last_ = &entry;
  return entry.facts;
}

void ProcessTable::WatchTree(std::uint32_t pid) {
  root_ = pid;
  // Children that we have already are not orphans of the tree.
  std::array<char, 4096> buffer;
  std::array<char, 64> name{};
  std::snprintf(name.data(), name.size(), "/proc/self/task/%d/children", ::getpid());
  std::string_view children = ReadProcFile(AT_FDCWD, name.data(), buffer);
  for (std::uint32_t child = 0; !children.empty();) {
    auto parsed = std::from_chars(children.data(), children.data() + children.size(), child);
    if (parsed.ec != std::errc{}) break;
    Get(child).kin = Kin::kStranger;
    children.remove_prefix(std::min(static_cast<std::size_t>(parsed.ptr - children.data()) + 1, children.size()));
  }
  Get(pid).kin = Kin::kMember;
}

bool ProcessTable::Contains(std::uint32_t pid) {
  if (told_) {
    auto at = entries_.find(pid);
    if (at != entries_.end() && at->second.kin != Kin::kUnknown) return at->second.kin == Kin::kMember;
  }
  return KinByAncestors(pid, 0) == Kin::kMember;
}

// What an entry of unknown kin is: the parents tell, as long as they are there. Orphans of the tree are ours (see
// Command::Prepare).
ProcessTable::Kin ProcessTable::KinByAncestors(std::uint32_t pid, int depth) {
  if (pid == 0 || depth > kMaxAncestors) return Kin::kStranger;
  Find(pid);
  auto at = entries_.find(pid);
  if (at == entries_.end()) return Kin::kStranger;
  if (at->second.kin != Kin::kUnknown) return at->second.kin;
  const ProcessFacts facts = at->second.facts;
  Kin kin = Kin::kStranger;
  if (facts.credentials && pid != static_cast<std::uint32_t>(::getpid())) {
    kin = facts.ppid == root_ || facts.ppid == static_cast<std::uint32_t>(::getpid())
              ? Kin::kMember
              : KinByAncestors(facts.ppid, depth + 1);
  }
  at = entries_.find(pid);
  if (at != entries_.end()) at->second.kin = kin;
  return kin;
}

void ProcessTable::Forked(std::uint32_t parent, std::uint32_t child) {
  Entry fresh;
  fresh.serial = ++serials_;
  // A process that was never asked for is read now: the child, which may end at once, inherits from it.
  Entry& from = Get(parent);
  if (!from.loaded && !from.exited) Load(parent, &from);
  fresh.facts = from.facts;
  fresh.facts.ppid = parent;
  fresh.loaded = from.loaded;
  fresh.downstream = from.downstream;
  fresh.ends = from.ends;
  fresh.kin = from.kin;
  last_ = nullptr;
  entries_.insert_or_assign(child, std::move(fresh));
  order_.emplace_back(child, serials_);
  if (entries_.size() > limit_) MakeRoom();
}

// What an exec opens may be read from the queue before the exec is told of, after that, or partly so. Which opens
// belong to which exec follows from their order, as the last thing that an exec opens is mostly the dynamic loader.
void ProcessTable::Executed(std::uint32_t pid) {
  Entry& entry = Get(pid);
  bool ahead = std::exchange(entry.ahead, false);
  if (!ahead || !entry.opened.whole) ++entry.owed;
  entry.loaded = entry.nameless = false;
  Load(pid, &entry);
  if (entry.loaded && !entry.facts.exe.empty()) return;
  // Gone already: it is still the child of its parent, but what it ran is left to what it opens. That may have read us
  // or not, as a command that vexevt-react started; events of one that has ended make no others.
  entry.downstream = false;
  entry.has_comm = entry.loaded;
  if (!entry.has_comm) entry.facts.comm.clear();
  entry.facts.exe.clear();
  entry.loaded = true;
  entry.nameless = entry.owed > 0;
  if (ahead) TakeName(&entry);
}

void ProcessTable::TakeName(Entry* entry) {
  if (!entry->has_comm) entry->facts.comm = entry->opened.comm;
  entry->facts.exe = entry->opened.exe;
}

// An exec opens the program; of a script the script, then its interpreter; last the dynamic loader, where there is one.
// The kernel takes comm from the first and exe from the last but the loader.
void ProcessTable::Program::Open(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (name.starts_with("ld-") || name.starts_with("ld.so")) {
    whole = !exe.empty();
    return;
  }
  if (exe.empty() || whole) comm = name.substr(0, kMaxComm);
  exe = path;
  whole = false;
}

void ProcessTable::OpenedToExecute(std::uint32_t pid, std::string_view path) {
  Entry& entry = Get(pid);
  entry.opened.Open(path);
  if (entry.owed == 0) {
    entry.ahead = true;
    if (!told_) IsDownstream(pid);  // who may be all that stands between us and others
    return;
  }
  if (entry.nameless) TakeName(&entry);
  if (entry.opened.whole) --entry.owed;
}

void ProcessTable::Changed(std::uint32_t pid) {
  auto at = entries_.find(pid);
  if (at != entries_.end() && at->second.loaded) Load(pid, &at->second);
}

void ProcessTable::Exited(std::uint32_t pid) {
  auto at = entries_.find(pid);
  if (at != entries_.end()) at->second.exited = true;
}

// Who was born or has exec'd is not known: everybody is looked at again.
void ProcessTable::Missed() {
  last_ = nullptr;
  for (auto& [pid, entry] : entries_) {
    entry.loaded = false;
    entry.checked = 0;
    if (entry.kin == Kin::kStranger) entry.kin = Kin::kUnknown;
  }
}

}  // namespace vexevt
