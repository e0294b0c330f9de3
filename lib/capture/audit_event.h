// The records of one audit event, SYSCALL, CWD, PATH… and PROCTITLE, gathered into an event of the family fs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/capture/audit_record.h"
#include "lib/event/event.h"
#include "lib/event/type.h"

namespace vexevt {

class AuditEvent {
 public:
  AuditEvent(std::uint64_t time_ns, std::uint64_t serial, std::string_view node)
      : time_ns_(time_ns), serial_(serial), node_(node) {}

  std::uint64_t time_ns() const { return time_ns_; }
  std::uint64_t serial() const { return serial_; }
  bool ended() const { return ended_; }  // its last record was seen

  // Whether records of this type are taken in; others tell nothing of files.
  static bool Knows(std::string_view type);

  Status Add(const AuditRecord& record);

  // False: it is none of the system calls that are told, or another architecture's than x86-64. *event has neither id
  // nor tenant, and lasts as long as this.
  bool Tell(Event* event);

 private:
  struct Item {
    std::string name, kind;  // kind: CREATE, DELETE, NORMAL, PARENT, UNKNOWN
    std::uint64_t inode = 0;
    std::uint32_t device = 0;
    std::uint16_t mode = 0;
  };
  struct Call {
    bool known = false;  // SYSCALL was there, and of x86-64
    std::int64_t number = -1, result = 0;
    std::uint64_t arguments[4] = {};
    std::uint32_t pid = 0, ppid = 0, uid = 0, gid = 0;
    std::optional<std::uint32_t> login;  // auid
    std::string comm, exe, key;
  };

  Status AddCall();
  Status AddItem();
  EventType TypeOf(const Item** path, const Item** path2) const;
  const Item* Find(std::string_view kind, std::size_t skip = 0) const;
  const Item* Named(std::size_t skip = 0) const;
  std::string Absolute(const std::string& name) const;
  bool StartsAtOtherDirectory() const;

  std::uint64_t time_ns_, serial_;
  std::string node_, directory_, title_;
  Call call_;
  std::vector<Item> items_;
  std::vector<AuditField> fields_;  // scratch
  std::string path_, path2_;        // of what Tell gives
  bool ended_ = false;
};

}  // namespace vexevt
