// Redactor: takes fields out of a copy of an event, and says in it that it is one of a sample.
//
// RedactWith::kHash leaves a keyed BLAKE2b hash (RFC 7693) of the value, as 32 hexadecimal digits: equal values stay
// equal, and without the key nobody can find a value by trying. Not thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/event/edit.h"
#include "lib/rules/rules_file.h"

namespace vexevt {

class Redactor {
 public:
  // `key` is what the hashes depend upon; wanted only where one is.
  explicit Redactor(std::string key) : key_(std::move(key)) {}

  // The frame of the changed event, valid until the next call. `mark`: the rate for MarkSample.
  Result<std::span<const std::byte>> Redact(const EventView& event, const std::vector<Redaction>& redactions,
                                            std::optional<double> mark = {});

 private:
  std::string Trace(std::string_view value, RedactWith with) const;

  std::string key_;
  FrameEditor editor_;
  std::vector<std::byte> frame_;
};

// kInvalidArgument where the rules ask for hashes and `key` is too short for them to hide anything.
Status CheckRedactionKey(std::span<const Rule> rules, std::string_view key);

}  // namespace vexevt
