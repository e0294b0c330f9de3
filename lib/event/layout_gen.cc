// Writes where the compiled schema keeps each field of Event, so that whoever reads and writes at fixed offsets never
// names one by hand: lib/event/layout.h for EventView and the encoder, at each build; and with --kernel kmod/layout.h,
// which is checked in, since the kernel module is built where there is no Cap'n Proto. Output goes to standard output.
#include <capnp/schema.h>

#include <cctype>
#include <cstdio>
#include <string>
#include <string_view>

#include "lib/event/event.capnp.h"

namespace {

bool for_kernel = false;

std::string Camel(const std::string& prefix, kj::StringPtr name) {
  std::string result = prefix + name.cStr();
  result[prefix.size()] = static_cast<char>(std::toupper(result[prefix.size()]));
  return result;
}

void PrintConstant(const std::string& name, unsigned value) {
  if (!for_kernel) {
    std::printf("inline constexpr unsigned k%s = %u;\n", name.c_str(), value);
    return;
  }
  std::string upper;
  for (char c : name) {
    if (std::isupper(static_cast<unsigned char>(c)) && !upper.empty()) upper += '_';
    upper += static_cast<char>(std::toupper(c));
  }
  std::printf("#define VEXEVT_LAYOUT_%s %u\n", upper.c_str(), value);
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
    PrintConstant(prefix + "DataWords", shape.getDataWordCount());
    PrintConstant(prefix + "Pointers", shape.getPointerCount());
  }
  if (shape.getDiscriminantCount() > 0) {
    PrintConstant(prefix + "Tag", shape.getDiscriminantOffset() * 2);
  }
  for (auto field : schema.getFields()) {
    auto proto = field.getProto();
    std::string name = Camel(prefix, proto.getName());
    if (proto.getDiscriminantValue() != capnp::schema::Field::NO_DISCRIMINANT) {
      PrintConstant(name + "TagValue", proto.getDiscriminantValue());
    }
    if (proto.isGroup()) {
      PrintStruct(name, field.getType().asStruct());
      continue;
    }
    auto slot = proto.getSlot();
    auto type = slot.getType().which();
    if (type == capnp::schema::Type::VOID) continue;
    unsigned unit = IsPointer(type) || type == capnp::schema::Type::BOOL ? 1 : BytesOf(type);
    PrintConstant(name, slot.getOffset() * unit);
  }
}

void PrintEnum(const std::string& prefix, capnp::EnumSchema schema) {
  for (auto enumerant : schema.getEnumerants()) {
    PrintConstant(Camel(prefix, enumerant.getProto().getName()), enumerant.getOrdinal());
  }
}

}  // namespace

int main(int argc, char** argv) {
  for_kernel = argc > 1 && std::string_view(argv[1]) == "--kernel";
  std::printf(for_kernel ? "/* SPDX-License-Identifier: GPL-2.0-only */\n"
                           "/*\n"
                           " * Made by lib/event/layout_gen.cc from event.capnp: do not edit. Numbers are byte\n"
                           " * offsets into the data section; for Data, lists and structs the index of the\n"
                           " * pointer; for Bool the bit.\n"
                           " */\n"
                           "#ifndef VEXEVT_LAYOUT_H\n#define VEXEVT_LAYOUT_H\n\n"
                         : "// Made by lib/event/layout_gen.cc from event.capnp. Numbers are byte offsets into the "
                           "data section; for Data,\n"
                           "// lists and structs the index of the pointer; for Bool the bit.\n"
                           "#pragma once\n\nnamespace vexevt::layout {\n\n");
  PrintStruct("", capnp::Schema::from<vexevt::schema::Event>());
  std::printf("\n");
  PrintStruct("EventId", capnp::Schema::from<vexevt::schema::EventId>());
  std::printf("\n");
  PrintStruct("Context", capnp::Schema::from<vexevt::schema::Context>());
  std::printf("\n");
  PrintStruct("Attribute", capnp::Schema::from<vexevt::schema::Attribute>());
  if (for_kernel) {
    std::printf("\n");
    PrintEnum("Boundary", capnp::Schema::from<vexevt::schema::Event::Boundary>());
    PrintEnum("Priority", capnp::Schema::from<vexevt::schema::Event::Priority>());
  }
  std::printf(for_kernel ? "\n#endif\n" : "\n}  // namespace vexevt::layout\n");
}
