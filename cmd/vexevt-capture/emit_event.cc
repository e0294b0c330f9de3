#include "cmd/vexevt-capture/emit_event.h"

#include "cmd/vexevt-capture/open_source.h"
#include "lib/cli/event_sink.h"
#include "lib/event/event_words.h"
#include "lib/event/id_source.h"

namespace vexevt {

Result<ExitCode> EmitEvent(const CaptureOptions& options) {
  VEXEVT_ASSIGN(WrittenEvent written, ReadEventWords(options.emit_type, options.emit_words));
  Event& event = written.event;
  std::string host = HostName(options);
  if (event.host.empty()) event.host = host;
  if (event.tenant.empty()) event.tenant = options.tenant;
  std::uint64_t given_ns = event.wall_ns;
  EventIds().Stamp(&event);
  if (given_ns != 0) event.wall_ns = given_ns;
  Ledger ledger;
  VEXEVT_ASSIGN(auto sink, EventSink::Open(options.common, &ledger));
  sink->WriteMade(event);
  VEXEVT_TRY(sink->Settle());
  VEXEVT_TRY(sink->Close());
  return ExitCode::kDone;
}

}  // namespace vexevt
