#include "lib/capture/generate_mix.h"

#include <algorithm>
#include <iterator>

namespace vexevt {
namespace {

using enum Name;

constexpr EventType kGraphEdgeCreate = 0x0204, kGraphTraverse = 0x0209, kGraphQuery = 0x020A, kVectorUpdate = 0x0303,
                    kVectorSearch = 0x0304, kVectorEmbed = 0x0308, kAgentQuery = 0x0401, kAgentReasoning = 0x0402,
                    kAgentDecision = 0x0403, kAgentInteraction = 0x0406, kSystemSync = 0x0503,
                    kSystemCheckpoint = 0x0504, kMetric = 0x0801, kHealthCheck = 0x0806;

constexpr std::string_view kCxx[] = {".cc", ".h", ".cc", ".h", ".c", ".txt", ".py", ".md"};
constexpr std::string_view kObject[] = {".o", ".o", ".o", ".a"};
constexpr std::string_view kAssembly[] = {".s", ".ii", ".res"};
constexpr std::string_view kMedia[] = {".jpg", ".png", ".pdf", ".mp4", ".jpg", ".webp", ".docx", ".zip"};
constexpr std::string_view kSession[] = {".sess", ""};
constexpr std::string_view kLog[] = {".log"};
constexpr std::string_view kTable[] = {"", ".1", ".2", "_fsm", "_vm"};
constexpr std::string_view kWal[] = {""};
constexpr std::string_view kSort[] = {".0", ".1", ".2", ".3"};
constexpr std::string_view kDocument[] = {".md", ".odt", ".txt", ".ods", ".tex", ".py", ".json", ".csv"};
constexpr std::string_view kCache[] = {"", ".png", ".tmp", ".cache"};
constexpr std::string_view kNone[] = {""};
constexpr std::string_view kTenants[] = {"acme", "globex", "initech", "umbrella", "hooli", "stark"};

constexpr std::uint32_t kRoot = 0, kWww = 33, kPostgres = 110, kBuilder = 999, kAlice = 1000;

constexpr MixStep kReadSteps[] = {{kFsOpen}, {kFsRead, kPlain, 4}, {kFsClose}};
constexpr MixStep kMakeSteps[] = {{kFsCreate}, {kFsOpen}, {kFsWrite, kPlain, 6}, {kFsCloseWrite}};
constexpr MixStep kAppendSteps[] = {{kFsOpen}, {kFsWrite, kPlain, 8}, {kFsCloseWrite}};
constexpr MixStep kRebuildSteps[] = {{kFsDelete}, {kFsCreate}, {kFsOpen}, {kFsWrite, kPlain, 6}, {kFsCloseWrite}};
constexpr MixStep kDeleteSteps[] = {{kFsDelete}};
constexpr MixStep kTransientSteps[] = {{kFsCreate},     {kFsOpen},  {kFsWrite, kPlain, 3},
                                       {kFsCloseWrite}, {kFsOpen},  {kFsRead, kPlain, 2},
                                       {kFsClose},      {kFsDelete}};
constexpr MixStep kSaveSteps[] = {{kFsCreate, kBeside},     {kFsOpen, kBeside},          {kFsWrite, kBeside, 3},
                                  {kFsCloseWrite, kBeside}, {kFsRename, kBesideToPlain}, {kFsAttrib}};
constexpr MixStep kUploadSteps[] = {{kFsCreate, kBeside},     {kFsOpen, kBeside},          {kFsWrite, kBeside, 12},
                                    {kFsCloseWrite, kBeside}, {kFsRename, kBesideToPlain}, {kFsChmod}};
constexpr MixStep kRotateSteps[] = {{kFsRename, kPlainToBeside}, {kFsCreate},           {kFsChown},
                                    {kFsOpen, kBeside},          {kFsRead, kBeside, 3}, {kFsClose, kBeside},
                                    {kFsDelete, kBeside}};
constexpr MixStep kTruncateSteps[] = {{kFsOpen}, {kFsTruncate}, {kFsWrite, kPlain, 4}, {kFsCloseWrite}};
constexpr MixStep kTagSteps[] = {{kFsOpen}, {kFsSetxattr}, {kFsClose}};
constexpr MixStep kMkdirSteps[] = {{kFsMkdir}};
constexpr MixStep kMkdirRenameSteps[] = {{kFsMkdir, kBeside}, {kFsRename, kBesideToPlain}};
constexpr MixStep kRmdirSteps[] = {{kFsRmdir}};
constexpr MixStep kChmodSteps[] = {{kFsChmod}};

constexpr Script kSourceScripts[] = {
    {"cc1plus", "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus", kBuilder, 0, 12, kReadSteps},
    {"git", "/usr/bin/git", kBuilder, 0, 2, kSaveSteps},
    {"clangd", "/usr/bin/clangd-14", kBuilder, 1893, 3, kReadSteps},
    {"vim", "/usr/bin/vim.basic", kBuilder, 0, 1, kSaveSteps},
};
constexpr ObjectKind kSources = {"/srv/build/project/src",
                                 "~",
                                 kCxx,
                                 {},
                                 9,
                                 0100644,
                                 true,
                                 Boundary::kKernel,
                                 Family::kFs,
                                 {"git", "/usr/bin/git", kBuilder, 0, 1, kMakeSteps},
                                 kSourceScripts};

constexpr Script kObjectScripts[] = {
    {"as", "/usr/bin/x86_64-linux-gnu-as", kBuilder, 0, 5, kRebuildSteps},
    {"ld", "/usr/bin/x86_64-linux-gnu-ld.bfd", kBuilder, 0, 4, kReadSteps},
    {"ninja", "/usr/bin/ninja", kBuilder, 2205, 2, kDeleteSteps},
};
constexpr ObjectKind kObjects = {"/srv/build/project/build",
                                 ".tmp",
                                 kObject,
                                 {},
                                 7,
                                 0100644,
                                 false,
                                 Boundary::kKernel,
                                 Family::kFs,
                                 {"as", "/usr/bin/x86_64-linux-gnu-as", kBuilder, 0, 1, kMakeSteps},
                                 kObjectScripts};

constexpr ObjectKind kTemporaries = {
    "/tmp",      "~",
    kAssembly,   {},
    3,           0100600,
    false,       Boundary::kKernel,
    Family::kFs, {"cc1plus", "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus", kBuilder, 0, 1, kTransientSteps},
    {}};

constexpr Script kDirectoryScripts[] = {
    {"cmake", "/usr/bin/cmake", kBuilder, 0, 1, kRmdirSteps},
    {"install", "/usr/bin/install", kRoot, 0, 2, kChmodSteps},
};
constexpr ObjectKind kDirectories = {"/srv/build/project/stage",
                                     ".new",
                                     kNone,
                                     {},
                                     1,
                                     0040755,
                                     false,
                                     Boundary::kKernel,
                                     Family::kFs,
                                     {"cmake", "/usr/bin/cmake", kBuilder, 0, 1, kMkdirSteps},
                                     kDirectoryScripts};

constexpr Script kUploadScripts[] = {
    {"nginx", "/usr/sbin/nginx", kWww, 812, 14, kReadSteps},
    {"php-fpm8.2", "/usr/sbin/php-fpm8.2", kWww, 931, 2, kUploadSteps},
    {"php-fpm8.2", "/usr/sbin/php-fpm8.2", kWww, 932, 2, kDeleteSteps},
    {"clamd", "/usr/sbin/clamd", kRoot, 700, 3, kReadSteps},
};
constexpr ObjectKind kUploads = {"/srv/www",
                                 ".part",
                                 kMedia,
                                 kTenants,
                                 10,
                                 0100644,
                                 false,
                                 Boundary::kKernel,
                                 Family::kFs,
                                 {"php-fpm8.2", "/usr/sbin/php-fpm8.2", kWww, 931, 1, kUploadSteps},
                                 kUploadScripts};

constexpr Script kSessionScripts[] = {
    {"php-fpm8.2", "/usr/sbin/php-fpm8.2", kWww, 932, 6, kTruncateSteps},
    {"php", "/usr/bin/php8.2", kRoot, 0, 2, kDeleteSteps},
};
constexpr ObjectKind kSessions = {"/var/lib/php/sessions",
                                  ".lock",
                                  kSession,
                                  {},
                                  5,
                                  0100600,
                                  false,
                                  Boundary::kKernel,
                                  Family::kFs,
                                  {"php-fpm8.2", "/usr/sbin/php-fpm8.2", kWww, 931, 1, kMakeSteps},
                                  kSessionScripts};

constexpr Script kLogScripts[] = {
    {"nginx", "/usr/sbin/nginx", kWww, 813, 30, kAppendSteps},
    {"logrotate", "/usr/sbin/logrotate", kRoot, 0, 1, kRotateSteps},
};
constexpr ObjectKind kLogs = {"/var/log",  ".1",
                              kLog,        {},
                              4,           0100640,
                              true,        Boundary::kKernel,
                              Family::kFs, {"nginx", "/usr/sbin/nginx", kWww, 812, 1, kMakeSteps},
                              kLogScripts};

constexpr Script kTableScripts[] = {
    {"postgres", "/usr/lib/postgresql/15/bin/postgres", kPostgres, 1201, 8, kAppendSteps},
    {"postgres", "/usr/lib/postgresql/15/bin/postgres", kPostgres, 1202, 12, kReadSteps},
    {"postgres", "/usr/lib/postgresql/15/bin/postgres", kPostgres, 1203, 1, kTruncateSteps},
};
constexpr ObjectKind kTables = {"/var/lib/postgresql/15/main/base",
                                ".tmp",
                                kTable,
                                {},
                                10,
                                0100600,
                                true,
                                Boundary::kKernel,
                                Family::kFs,
                                {"postgres", "/usr/lib/postgresql/15/bin/postgres", kPostgres, 1201, 1, kMakeSteps},
                                kTableScripts};

constexpr Script kWalScripts[] = {
    {"postgres", "/usr/lib/postgresql/15/bin/postgres", kPostgres, 1199, 8, kAppendSteps},
    {"postgres", "/usr/lib/postgresql/15/bin/postgres", kPostgres, 1200, 1, kDeleteSteps},
};
constexpr ObjectKind kWals = {"/var/lib/postgresql/15/main/pg_wal",
                              ".temp",
                              kWal,
                              {},
                              6,
                              0100600,
                              false,
                              Boundary::kKernel,
                              Family::kFs,
                              {"postgres", "/usr/lib/postgresql/15/bin/postgres", kPostgres, 1199, 1, kSaveSteps},
                              kWalScripts};

constexpr ObjectKind kSorts = {"/var/lib/postgresql/15/main/base/pgsql_tmp",
                               "~",
                               kSort,
                               {},
                               2,
                               0100600,
                               false,
                               Boundary::kKernel,
                               Family::kFs,
                               {"postgres", "/usr/lib/postgresql/15/bin/postgres", kPostgres, 1202, 1, kTransientSteps},
                               {}};

constexpr Script kDocumentScripts[] = {
    {"soffice.bin", "/usr/lib/libreoffice/program/soffice.bin", kAlice, 3120, 3, kSaveSteps},
    {"vim", "/usr/bin/vim.basic", kAlice, 0, 3, kSaveSteps},
    {"tracker-miner-f", "/usr/libexec/tracker-miner-fs-3", kAlice, 2740, 5, kReadSteps},
    {"rsync", "/usr/bin/rsync", kAlice, 0, 4, kReadSteps},
    {"nautilus", "/usr/bin/nautilus", kAlice, 2811, 1, kDeleteSteps},
    {"nautilus", "/usr/bin/nautilus", kAlice, 2811, 1, kTagSteps},
};
constexpr ObjectKind kDocuments = {
    "/home/alice",
    "~",
    kDocument,
    {},
    6,
    0100644,
    true,
    Boundary::kKernel,
    Family::kFs,
    {"soffice.bin", "/usr/lib/libreoffice/program/soffice.bin", kAlice, 3120, 1, kSaveSteps},
    kDocumentScripts};

constexpr Script kCacheScripts[] = {
    {"firefox-esr", "/usr/lib/firefox-esr/firefox-esr", kAlice, 3001, 4, kReadSteps},
    {"firefox-esr", "/usr/lib/firefox-esr/firefox-esr", kAlice, 3001, 3, kTruncateSteps},
    {"firefox-esr", "/usr/lib/firefox-esr/firefox-esr", kAlice, 3001, 3, kDeleteSteps},
};
constexpr ObjectKind kCaches = {"/home/alice/.cache",
                                ".part",
                                kCache,
                                {},
                                8,
                                0100600,
                                false,
                                Boundary::kKernel,
                                Family::kFs,
                                {"firefox-esr", "/usr/lib/firefox-esr/firefox-esr", kAlice, 3001, 1, kMakeSteps},
                                kCacheScripts};

constexpr Script kDownloadScripts[] = {
    {"nautilus", "/usr/bin/nautilus", kAlice, 2811, 2, kReadSteps},
    {"bash", "/usr/bin/bash", kAlice, 2600, 2, kDeleteSteps},
};
constexpr ObjectKind kDownloads = {"/home/alice/Downloads",
                                   ".part",
                                   kMedia,
                                   {},
                                   2,
                                   0100644,
                                   false,
                                   Boundary::kKernel,
                                   Family::kFs,
                                   {"firefox-esr", "/usr/lib/firefox-esr/firefox-esr", kAlice, 3001, 1, kUploadSteps},
                                   kDownloadScripts};

constexpr Script kFolderScripts[] = {{"nautilus", "/usr/bin/nautilus", kAlice, 2811, 1, kRmdirSteps}};
constexpr ObjectKind kFolders = {"/home/alice/Projects",
                                 ".partial",
                                 kNone,
                                 {},
                                 1,
                                 0040700,
                                 false,
                                 Boundary::kKernel,
                                 Family::kFs,
                                 {"nautilus", "/usr/bin/nautilus", kAlice, 2811, 1, kMkdirRenameSteps},
                                 kFolderScripts};

// The other layers. Their objects are always there.
constexpr MixStep kVectorSteps[] = {{kVectorEmbed}, {kVectorSearch, kPlain, 4}, {kVectorUpdate}};
constexpr Script kVectorScripts[] = {{"vexd", "/usr/sbin/vexd", kRoot, 640, 1, kVectorSteps}};
constexpr ObjectKind kVectors = {"documents",
                                 "",
                                 kNone,
                                 kTenants,
                                 1,
                                 0,
                                 true,
                                 Boundary::kVector,
                                 Family::kVector,
                                 {"vexd", "/usr/sbin/vexd", kRoot, 640, 1, kVectorSteps},
                                 kVectorScripts};

constexpr MixStep kGraphSteps[] = {{kGraphQuery}, {kGraphTraverse, kPlain, 3}, {kGraphEdgeCreate}};
constexpr Script kGraphScripts[] = {{"vexd", "/usr/sbin/vexd", kRoot, 641, 1, kGraphSteps}};
constexpr ObjectKind kGraphs = {"provenance",
                                "",
                                kNone,
                                {},
                                1,
                                0,
                                true,
                                Boundary::kGraph,
                                Family::kGraph,
                                {"vexd", "/usr/sbin/vexd", kRoot, 641, 1, kGraphSteps},
                                kGraphScripts};

constexpr MixStep kAgentSteps[] = {{kAgentQuery}, {kAgentReasoning, kPlain, 3}, {kAgentDecision}, {kAgentInteraction}};
constexpr Script kAgentScripts[] = {{"agentd", "/opt/agent/bin/agentd", 998, 655, 1, kAgentSteps}};
constexpr ObjectKind kAgents = {"indexer",
                                "",
                                kNone,
                                kTenants,
                                1,
                                0,
                                true,
                                Boundary::kAgent,
                                Family::kAgent,
                                {"agentd", "/opt/agent/bin/agentd", 998, 655, 1, kAgentSteps},
                                kAgentScripts};

constexpr MixStep kSystemSteps[] = {{kSystemSync}, {kSystemCheckpoint}};
constexpr Script kSystemScripts[] = {{"systemd", "/usr/lib/systemd/systemd", kRoot, 1, 1, kSystemSteps}};
constexpr ObjectKind kSystems = {"/dev/vda1",
                                 "",
                                 kNone,
                                 {},
                                 1,
                                 0,
                                 true,
                                 Boundary::kKernel,
                                 Family::kSystem,
                                 {"systemd", "/usr/lib/systemd/systemd", kRoot, 1, 1, kSystemSteps},
                                 kSystemScripts};

constexpr MixStep kMetricSteps[] = {{kMetric, kPlain, 4}, {kHealthCheck}};
constexpr Script kMetricScripts[] = {{"node_exporter", "/usr/bin/prometheus-node-exporter", 112, 590, 1, kMetricSteps}};
constexpr ObjectKind kMetrics = {"node",
                                 "",
                                 kNone,
                                 {},
                                 1,
                                 0,
                                 true,
                                 Boundary::kUser,
                                 Family::kObservability,
                                 {"node_exporter", "/usr/bin/prometheus-node-exporter", 112, 590, 1, kMetricSteps},
                                 kMetricScripts};

constexpr const ObjectKind* kBuildMix[] = {&kSources, &kObjects, &kTemporaries, &kDirectories, &kMetrics};
constexpr const ObjectKind* kWebMix[] = {&kUploads, &kSessions, &kLogs, &kVectors, &kMetrics};
constexpr const ObjectKind* kDatabaseMix[] = {&kTables, &kWals, &kSorts, &kLogs, &kSystems, &kMetrics};
constexpr const ObjectKind* kHomeMix[] = {&kDocuments, &kCaches, &kDownloads, &kFolders, &kAgents};
constexpr const ObjectKind* kMixedMix[] = {
    &kSources,   &kObjects, &kTemporaries, &kDirectories, &kUploads, &kSessions, &kLogs,   &kTables,  &kWals,   &kSorts,
    &kDocuments, &kCaches,  &kDownloads,   &kFolders,     &kVectors, &kGraphs,   &kAgents, &kSystems, &kMetrics};

constexpr Mix kMixes[] = {
    {"build", "compilers and their temporary files", kBuildMix},
    {"web", "uploads, sessions and logs of a web server, by tenant", kWebMix},
    {"database", "tables, write-ahead log and sort files", kDatabaseMix},
    {"home", "documents, caches and downloads of a person", kHomeMix},
    {"mixed", "all of these, and graph, vector, agent and system events", kMixedMix},
};

constexpr std::string_view kNameParts[] = {
    "main",    "index", "core",    "test",   "data",    "user",   "report", "image",  "config", "cache",  "event",
    "stream",  "table", "client",  "server", "module",  "parser", "query",  "buffer", "model",  "view",   "order",
    "invoice", "photo", "draft",   "notes",  "plan",    "budget", "letter", "backup", "asset",  "style",  "script",
    "common",  "debug", "release", "public", "private", "shared", "local",  "remote", "daily",  "weekly", "item",
    "part",    "chunk", "block",   "node",   "edge",    "graph",  "vector", "agent",  "store",  "queue",  "worker",
    "batch",   "job",   "task",    "proof",  "sample",  "schema", "driver", "kernel", "widget"};
static_assert(std::size(kNameParts) == 64);

}  // namespace

std::span<const Mix> AllMixes() { return kMixes; }

const Mix* FindMix(std::string_view name) {
  auto it = std::ranges::find(kMixes, name, &Mix::name);
  return it == std::end(kMixes) ? nullptr : it;
}

std::span<const std::string_view> NameParts() { return kNameParts; }

}  // namespace vexevt
