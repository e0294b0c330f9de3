#include "fuse/record.h"

#include <cstring>
#include <new>

namespace vexevt {

void Record::Fill(const ProcessFacts& facts, const Who& who) {
  tid = who.tid;
  pid = facts.tgid != 0 ? facts.tgid : who.tid;
  if (who.tid != 0) {
    ppid = facts.ppid;
    uid = who.uid;
    gid = who.gid;
    flags |= kFlagCredentials;
  }
  comm = facts.comm;
  exe = facts.exe;
  cgroup = facts.cgroup;
}

Record* StoreRecord(const Record& record, std::byte* to) {
  auto* stored = new (to) Record(record);
  char* text = reinterpret_cast<char*>(to) + sizeof(Record);
  for (auto member : {&Record::path, &Record::path2, &Record::xattr, &Record::comm, &Record::exe, &Record::cgroup,
                      &Record::transaction}) {
    std::string_view source = record.*member;
    if (source.empty()) continue;
    std::memcpy(text, source.data(), source.size());
    stored->*member = {text, source.size()};
    text += source.size();
  }
  return stored;
}

void ProcessOf(const Record& record, Event* event) {
  event->pid = record.pid;
  event->tid = record.tid == record.pid ? 0 : record.tid;
  event->ppid = record.ppid;
  event->uid = record.uid;
  event->gid = record.gid;
  event->comm = record.comm;
  event->exe = record.exe;
  event->cgroup = record.cgroup;
}

void EventOf(const Record& record, const Place& place, Event* event) {
  ProcessOf(record, event);
  event->type = record.type;
  event->boundary = Boundary::kFuse;
  event->flags = record.flags;
  event->result = record.result;
  event->latency_ns = record.latency_ns;
  event->host = place.host;
  event->tenant = place.tenant;
  FsPayload fs;
  fs.path = record.path;
  fs.path2 = record.path2;
  fs.xattr = record.xattr;
  fs.inode = record.inode;
  fs.size = record.size;
  fs.offset = record.offset;
  fs.length = record.length;
  fs.device = place.device;
  fs.mount = place.mount;
  fs.open_flags = record.open_flags;
  fs.mode = record.mode;
  event->payload = fs;
  event->context = {};
  event->attributes.clear();
  if (record.marks != nullptr) {
    const Marks& marks = *record.marks;
    event->context = {marks.trace_high, marks.trace_low, marks.span, marks.session, marks.transaction};
    for (const auto& [key, value] : marks.attributes) event->attributes.push_back({key, AttributeText{value}});
  }
  if (!record.transaction.empty()) event->context.transaction = record.transaction;
  if (!event->context.transaction.empty()) event->flags |= kFlagTransactional;
}

}  // namespace vexevt
