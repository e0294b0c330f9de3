// What a stream is, told by its first byte: lines of JSON, or frames.
#pragma once

#include <memory>
#include <string>

#include "lib/io/byte_source.h"

namespace vexevt {

// No frame begins so: it would have more than kMaxSegments segments.
inline constexpr std::byte kJsonBegin{'{'};

// The bytes of `source` as they are, or where they begin with kJsonBegin the frames of its lines (JsonSource). `name`
// stands in errors.
std::unique_ptr<ByteSource> FramesOrJson(std::unique_ptr<ByteSource> source, std::string name);

}  // namespace vexevt
