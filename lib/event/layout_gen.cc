// Writes lib/event/layout.h: where the compiled schema keeps each field of Event, so that EventView and the encoder
// read and write at fixed offsets without ever naming one by hand. Run by the build; output goes to standard output.
#include <capnp/schema.h>

#include <cctype>
#include <cstdio>
#include <string>

#include "lib/event/event.capnp.h"

namespace {

std::string Camel(const std::string& prefix, kj::StringPtr name) {
  std::string result = prefix + name.cStr();
  result[prefix.size()] = static_cast<char>(std::toupper(result[prefix.size()]));
  return result;
}

unsigned BytesOf(capnp::schema::Type::Which type) {
  switch (type) {
    case capnp::schema::Type::BOOL:
      return 0;  // its offset is in bits
    case capnp::schema::Type::INT8:
    case capnp::schema::Type::UINT8:
      return 1;
    case capnp::schema::Type::INT16:
    case capnp::schema::Type::UINT16:
    case capnp::schema::Type::ENUM:
      return 2;
    case capnp::schema::Type::INT32:
    case capnp::schema::Type::UINT32:
    case capnp::schema::Type::FLOAT32:
      return 4;
    default:
      return 8;
  }
}

bool IsPointer(capnp::schema::Type::Which type) {
  return type == capnp::schema::Type::DATA || type == capnp::schema::Type::TEXT || type == capnp::schema::Type::LIST ||
         type == capnp::schema::Type::STRUCT || type == capnp::schema::Type::ANY_POINTER;
}

void PrintStruct(const std::string& prefix, capnp::StructSchema schema) {
  auto shape = schema.getProto().getStruct();
  if (!shape.getIsGroup()) {
    std::printf("inline constexpr unsigned k%sDataWords = %u;\n", prefix.c_str(), shape.getDataWordCount());
    std::printf("inline constexpr unsigned k%sPointers = %u;\n", prefix.c_str(), shape.getPointerCount());
  }
  if (shape.getDiscriminantCount() > 0) {
    std::printf("inline constexpr unsigned k%sTag = %u;\n", prefix.c_str(), shape.getDiscriminantOffset() * 2);
  }
  for (auto field : schema.getFields()) {
    auto proto = field.getProto();
    std::string name = Camel(prefix, proto.getName());
    if (proto.getDiscriminantValue() != capnp::schema::Field::NO_DISCRIMINANT) {
      std::printf("inline constexpr unsigned k%sTagValue = %u;\n", name.c_str(), proto.getDiscriminantValue());
    }
    if (proto.isGroup()) {
      PrintStruct(name, field.getType().asStruct());
      continue;
    }
    auto slot = proto.getSlot();
    auto type = slot.getType().which();
    if (type == capnp::schema::Type::VOID) continue;
    unsigned unit = IsPointer(type) || type == capnp::schema::Type::BOOL ? 1 : BytesOf(type);
    std::printf("inline constexpr unsigned k%s = %u;\n", name.c_str(), slot.getOffset() * unit);
  }
}

}  // namespace

int main() {
  std::printf(
      "// Made by lib/event/layout_gen.cc from event.capnp. Numbers are byte offsets into the data section; for Data,\n"
      "// lists and structs the index of the pointer; for Bool the bit.\n"
      "#pragma once\n\nnamespace vexevt::layout {\n\n");
  PrintStruct("", capnp::Schema::from<vexevt::schema::Event>());
  std::printf("\n");
  PrintStruct("EventId", capnp::Schema::from<vexevt::schema::EventId>());
  std::printf("\n");
  PrintStruct("Context", capnp::Schema::from<vexevt::schema::Context>());
  std::printf("\n");
  PrintStruct("Attribute", capnp::Schema::from<vexevt::schema::Attribute>());
  std::printf("\n}  // namespace vexevt::layout\n");
}
