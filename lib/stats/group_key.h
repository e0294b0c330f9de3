// GroupKey: the values of the fields by which events are grouped, as bytes whose order is that of the values: absent
// ones first, then numbers, then texts. Keys of other hosts and runs are the same for the same values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/event/column.h"
#include "lib/event/field.h"

namespace vexevt {

// Replaces *key. Allocates only while *key grows.
void ReadGroupKey(const EventView& event, const std::vector<Column>& by, std::string* key);

// The values, one for each field; texts are kept in *texts. False: these are no bytes that ReadGroupKey made for so
// many fields.
bool DecodeGroupKey(std::string_view key, std::size_t fields, std::vector<FieldValue>* values,
                    std::vector<std::string>* texts);

}  // namespace vexevt
