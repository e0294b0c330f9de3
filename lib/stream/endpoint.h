// Endpoints: where a tool reads or writes a stream, as people write it.
//
//   -                   standard input or output
//   FILE                a file, named pipe or device; an output file is created or emptied, as by the shell's >, and
//                       compressed (ZstdSink) where its name ends in .zst; /dev/vexevt is the module's bus (BusSink)
//   unix:PATH           connects to a Unix stream socket
//   unix-listen:PATH    listens at one; or takes the socket that systemd passed for that path
//   ring:PATH[,OPTION…] a ring in shared memory (lib/ring): block or overwrite, size=SIZE and lanes=COUNT, where it
//   isn't
//                       there yet; an input has to be there
//   exec:COMMAND        sh -c COMMAND: its standard output, or its standard input; its failure is ours
//
// At unix-listen any number of writers may connect to an input: their events come in the order in which they arrive, it
// never ends, and a connection that breaks within an event leaves a gap (vexevt.lost). An output waits for its first
// reader, then gives each reader that is connected every event from then on; the slowest one sets the pace, and while
// there is none it waits.
//
// What begins as zstd data does is decompressed, whatever it is read from (ZstdSource).
//
// A file whose name looks like an endpoint is written ./unix:x. The kinds journal: and nats: are kUnsupported in this
// version.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/status.h"
#include "lib/stream/endpoint_name.h"
#include "lib/stream/input.h"
#include "lib/stream/reader.h"
#include "lib/stream/writer.h"

namespace vexevt {

struct InputOptions {
  bool follow = false;  // a file: wait for more at its end (FollowedFile)
  bool json = false;    // lines of JSON (JsonSource), even where the first is blank; not from unix-listen
  bool resync = false;  // go on behind what is damaged (ResyncSource); of files, pipes and commands
};

// What is read are frames or lines of JSON, as the first byte tells (FramesOrJson), compressed or not; from rings and
// connections to unix-listen frames. Refuses a terminal (nobody types frames) and a directory. A named pipe that nobody
// has opened to write yet is waited for by Read, not here.
Result<std::unique_ptr<StreamInput>> OpenInput(const std::string& endpoint, InputOptions options = {});

// All of `endpoints` in time order (merge.h), one of them as it is; none: standard input.
Result<std::unique_ptr<StreamInput>> OpenInputs(std::span<const std::string> endpoints, InputOptions options = {});

// kInvalidArgument where `output` is a file and one of `inputs` (none: standard input): what is written to it would be
// read again, for ever.
Status CheckNotInput(const EndpointName& output, std::span<const std::string> inputs);

// What OpenInput does for a FILE.
Result<std::unique_ptr<StreamReader>> OpenFileInput(const std::string& path, InputOptions options = {});

// Whether an output file of that name is compressed.
inline bool IsCompressedName(std::string_view path) { return path.ends_with(".zst"); }

// Writes to `fd`, the file `path`, compressed where that name says so.
StreamWriter FileWriter(UniqueFd fd, const std::string& path);

// Refuses a file that is one of `inputs`, before it is emptied.
Result<StreamWriter> OpenOutput(const std::string& endpoint, std::span<const std::string> inputs = {});

// Whether an output that failed may be opened again: not a command, which would begin anew, nor a compressed file,
// which may end within a block.
bool MayReopen(const EndpointName& output);
// Opens such a one: a file goes on at its end. kUnavailable: nobody reads the named pipe, or listens at the socket.
Result<StreamWriter> ReopenOutput(const std::string& endpoint);

}  // namespace vexevt
