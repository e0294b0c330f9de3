// The kernel module's frames (kmod/frame.h) for C++.
#pragma once

extern "C" {
#include "kmod/frame.h"
}
