#include "lib/doctor/examine.h"

#include <linux/capability.h>

#include <cstdlib>
#include <fstream>

#include "lib/base/namespaces.h"
#include "lib/doctor/back_ends.h"
#include "lib/doctor/proc_files.h"

namespace vexevt {

Rights ReadRights() {
  Rights rights;
  std::ifstream status("/proc/self/status");
  std::uint64_t effective = 0;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("CapEff:")) effective = std::strtoull(line.c_str() + 7, nullptr, 16);
  }
  auto has = [&](unsigned capability) { return (effective >> capability & 1) != 0; };
  rights.sys_admin = has(CAP_SYS_ADMIN);
  rights.dac_read_search = has(CAP_DAC_READ_SEARCH);
  rights.sys_ptrace = has(CAP_SYS_PTRACE);
  rights.net_admin = has(CAP_NET_ADMIN);
  rights.root_namespace = InInitialUserNamespace();
  return rights;
}

Diagnosis Examine() {
  Diagnosis diagnosis;
  Rights rights = ReadRights();
  bool fanotify = ExamineFanotify(rights, &diagnosis);
  bool inotify = ExamineInotify(&diagnosis);
  bool module = ExamineModule(&diagnosis);
  ExamineSystem(rights, &diagnosis);
  for (Finding& finding : diagnosis.findings) finding.sees = SeenBy(finding.topic);
  diagnosis.can_capture = fanotify || inotify || module;
  return diagnosis;
}

}  // namespace vexevt
