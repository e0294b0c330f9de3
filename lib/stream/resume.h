// Resuming: files that are read on behind what a checkpoint says is dealt with.
//
// A file is found in the checkpoint by its inode, so under any name, or else by its name, as one that was copied back;
// it is the one that was read where the last event is still at its place. Where a name stands for another file now, and
// the one that was read is none of the inputs, that one's end may be missing: there a gap (vexevt.lost) comes first,
// and then the file from its start.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lib/stream/checkpoint.h"
#include "lib/stream/endpoint.h"

namespace vexevt {

// Whether one of `endpoints` is a regular file, and so can be resumed.
bool NamesFile(std::span<const std::string> endpoints);

// As OpenInputs; the input tells marks of each file. kInvalidArgument for what is no regular file, and for one that is
// named twice.
Result<std::unique_ptr<StreamInput>> ResumeInputs(std::span<const std::string> endpoints, InputOptions options,
                                                  const std::vector<FileMark>& marks);

}  // namespace vexevt
