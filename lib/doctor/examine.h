// Examine: what this machine can capture and what is missing, found by trying: groups are opened and marks set and
// taken away again. Changes nothing that lasts; takes about a tenth of a second.
#pragma once

#include <string>

#include "lib/doctor/finding.h"

namespace vexevt {

Diagnosis Examine();

// Its parts.
struct Rights {
  bool root_namespace = false;  // capabilities count for the whole machine
  bool sys_admin = false, dac_read_search = false, sys_ptrace = false, net_admin = false;
};
Rights ReadRights();

// Each appends its findings. The first three return whether that back end can capture.
bool ExamineFanotify(const Rights& rights, Diagnosis* diagnosis);
bool ExamineInotify(Diagnosis* diagnosis);
bool ExamineModule(Diagnosis* diagnosis);
void ExamineSystem(const Rights& rights, Diagnosis* diagnosis);

}  // namespace vexevt
