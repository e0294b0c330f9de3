// AlertNotices: what is told of the alerts that fire, and when: together by their labels, after `wait`, then every
// `interval` at most, again after `repeat`, and not while they are muted.
//
// Whatever was told to fire is told to be resolved, also where it is muted by then: nobody waits for what never comes.
// Time is that of the events, in ns, passed in; it does not go back. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lib/alert/alert.h"
#include "lib/alert/alert_event.h"
#include "lib/alert/alert_mutes.h"

namespace vexevt {

class AlertNotices {
 public:
  using Tell = std::function<void(const Event&)>;

  struct KeptAlert {
    Alert alert;
    bool told = false;  // that it fires
    bool told_flapping = false;
  };
  struct KeptGroup {
    std::string key;           // the values of the labels that its alerts have in common
    std::uint64_t due_ns = 0;  // when it is looked at; all ones: not before there is news
    std::uint64_t told_ns = 0;
    std::vector<KeptAlert> alerts;
  };
  // All that was told and waits to be, for a later run, or one beside other rules.
  struct Kept {
    std::vector<KeptGroup> groups;  // in the order in which they came to be
    std::uint64_t told = 0;
  };

  AlertNotices(AlertGrouping grouping, AlertMutes mutes);

  // The alert fires, or again so with something new to say, or is resolved.
  void See(const Alert& alert, std::uint64_t at_ns);

  // Tells what is due at `now_ns` or before.
  void AdvanceTo(std::uint64_t now_ns, std::uint32_t generation, const Tell& tell);
  std::uint64_t due_ns() const;  // when there is something to tell; all ones: not before the next See
  // Tells what waits, though its time has not come.
  void Finish(std::uint64_t now_ns, std::uint32_t generation, const Tell& tell);

  Kept Keep() const;
  // Into one that has seen nothing, also under other rules: then alerts come to groups of these.
  void Restore(Kept kept, std::uint64_t at_ns);

  std::uint64_t told() const { return told_; }
  std::uint64_t muted(std::uint64_t at_ns) const;  // of those that fire

 private:
  struct Held : KeptAlert {
    AlertMutes::Marks marks;
    std::string group;
  };
  struct Group {
    std::uint64_t number = 0;      // from 1, in the order in which they came to be
    std::set<std::string> alerts;  // their ids
    std::uint64_t due_ns = 0;      // as in due_; all ones: not there
    std::uint64_t told_ns = 0;     // 0: never
  };
  using Groups = std::map<std::string, Group>;  // by the values of the labels that its alerts have in common

  std::string GroupOf(const Alert& alert) const;
  bool HasNews(const Held& held, std::uint64_t at_ns) const;
  Groups::iterator Join(KeptAlert alert);
  void Wake(Groups::iterator group, std::uint64_t at_ns);
  void WakeAll(std::uint64_t at_ns);
  void SetDue(Groups::iterator group, std::uint64_t due_ns);
  void Look(Groups::iterator group, std::uint64_t at_ns, std::uint32_t generation, const Tell& tell);

  AlertGrouping grouping_;
  AlertMutes mutes_;
  std::map<std::string, Held> alerts_;  // by id
  Groups groups_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Groups::iterator> due_;  // by when they are looked at, and number
  std::uint64_t groups_made_ = 0;
  std::uint64_t silence_change_ns_;  // the next one
  std::uint64_t told_ = 0;
  AlertEvent event_;
};

}  // namespace vexevt
