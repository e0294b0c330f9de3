#include "uapi/vexevt.h"
