#include "lib/event/flatten.h"

#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include "lib/base/bytes.h"
#include "lib/event/encode.h"
#include "lib/event/event.capnp.h"

namespace vexevt {

Status Flatten(std::span<const std::byte> frame, std::vector<std::byte>* out) {
  try {
    std::vector<capnp::word> words(frame.size() / sizeof(capnp::word));
    if (!words.empty()) std::memcpy(words.data(), frame.data(), words.size() * sizeof(capnp::word));
    capnp::ReaderOptions limits;
    limits.traversalLimitInWords = kMaxFrameBytes / sizeof(capnp::word) + 1024;
    capnp::FlatArrayMessageReader reader({words.data(), words.size()}, limits);
    kj::Array<capnp::word> flat = capnp::canonicalize(reader.getRoot<schema::Event>());
    auto bytes = flat.asBytes();
    if (bytes.size() + 8 > kMaxFrameBytes) return DataLoss("event is larger than 1 MiB");
    out->resize(8 + bytes.size());
    Store<std::uint32_t>(out->data(), 0);
    Store<std::uint32_t>(out->data() + 4, static_cast<std::uint32_t>(flat.size()));
    std::memcpy(out->data() + 8, bytes.begin(), bytes.size());
    return Status::Ok();
  } catch (const kj::Exception& exception) {
    return DataLoss(std::string("malformed event: ") + exception.getDescription().cStr());
  }
}

}  // namespace vexevt
