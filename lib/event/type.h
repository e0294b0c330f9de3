// Event types: 16-bit codes, the family in the high byte. The codes of VexFS's semantic events are kept as they are;
// ours follow them. Types are written FAMILY.NAME: fs.create, vector.search, vexevt.lost.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vexevt {

using EventType = std::uint16_t;

enum class Family : std::uint8_t {
  kFs = 0x01,
  kGraph = 0x02,
  kVector = 0x03,
  kAgent = 0x04,
  kSystem = 0x05,
  kSemantic = 0x06,
  kObservability = 0x08,
  kVexevt = 0x10,  // what vexevt itself has to say
};

inline constexpr EventType kFsCreate = 0x0101, kFsDelete = 0x0102, kFsRead = 0x0103, kFsWrite = 0x0104,
                           kFsRename = 0x0105, kFsChmod = 0x0106, kFsChown = 0x0107, kFsTruncate = 0x0108,
                           kFsMkdir = 0x0109, kFsRmdir = 0x010A, kFsSymlink = 0x010B, kFsHardlink = 0x010C,
                           kFsOpen = 0x010D, kFsClose = 0x010E, kFsSetxattr = 0x010F, kFsRemovexattr = 0x0110,
                           kFsAttrib = 0x0111, kFsMoveIn = 0x0112, kFsMoveOut = 0x0113, kFsExec = 0x0114,
                           kFsCloseWrite = 0x0115, kFsMknod = 0x0116;
// What only a file system itself sees: vexevt-fuse.
inline constexpr EventType kFsSync = 0x0117, kFsAllocate = 0x0118, kFsCopy = 0x0119, kFsLock = 0x011A,
                           kFsLookup = 0x011B, kFsStat = 0x011C, kFsList = 0x011D, kFsReadlink = 0x011E,
                           kFsGetxattr = 0x011F, kFsListxattr = 0x0120, kFsStatfs = 0x0121, kFsSeek = 0x0122;
inline constexpr EventType kObservabilityMetric = 0x0801, kObservabilitySpanStart = 0x0803,
                           kObservabilitySpanEnd = 0x0804;
inline constexpr EventType kSystemMount = 0x0501, kSystemUnmount = 0x0502;
inline constexpr EventType kSemanticTransactionBegin = 0x0601, kSemanticTransactionEnd = 0x0602;
inline constexpr EventType kVexevtMatch = 0x1001, kVexevtAnomaly = 0x1002, kVexevtForecast = 0x1003,
                           kVexevtAction = 0x1004, kVexevtAudit = 0x1005, kVexevtLost = 0x1006, kVexevtConfig = 0x1007,
                           kVexevtAlert = 0x1008, kVexevtBarrier = 0x1009, kVexevtPartial = 0x100A;

// Events that tell of the stream itself: no tool's rules decide about them.
inline constexpr bool TellsOfStream(EventType type) { return type == kVexevtLost || type == kVexevtBarrier; }

struct TypeInfo {
  EventType code;
  std::string_view name;     // "fs.create"
  std::string_view meaning;  // one line for people
};

// All known types in the order of their codes.
std::span<const TypeInfo> AllTypes();

inline Family FamilyOf(EventType type) { return static_cast<Family>(type >> 8); }
std::string_view FamilyName(Family family);  // "fs"; empty where unknown
std::optional<Family> ParseFamily(std::string_view name);

// The known name, or "0x01ff" for a code that this version does not know; ParseType takes both.
std::string TypeName(EventType type);
std::string_view KnownTypeName(EventType type);  // empty where unknown
std::optional<EventType> ParseType(std::string_view name);

}  // namespace vexevt
