#include "lib/cli/event_sink.h"

#include <unistd.h>

#include <utility>

#include "lib/cli/diagnostics.h"
#include "lib/event/csv.h"
#include "lib/event/encode.h"
#include "lib/event/json_write.h"
#include "lib/event/otlp_request.h"
#include "lib/event/template.h"
#include "lib/event/text_line.h"
#include "lib/stream/append_file.h"
#include "lib/stream/endpoint.h"
#include "lib/stream/endpoint_name.h"
#include "lib/stream/record_files.h"

namespace vexevt {

struct OpenedOutput {
  StreamWriter writer;
  bool begun = false;  // something is there already
  char last = '\n';    // and this is its last byte
};

namespace {

constexpr std::size_t kTextBytes = std::size_t{64} << 10;

bool IsFrames(Format format) { return format == Format::kFrames || format == Format::kAuto; }

Result<std::string> FileOf(const CommonOptions& options, std::string_view option) {
  VEXEVT_ASSIGN(EndpointName name, ParseEndpoint(options.output));
  if (name.kind == EndpointKind::kFile) return std::move(name.rest);
  return InvalidArgument(std::string(option) + " needs the name of a file: -o FILE");
}

Result<OpenedOutput> Append(const CommonOptions& options) {
  if (options.rotation.wanted()) {
    return InvalidArgument("--rotate never overwrites, and goes on behind the last file: leave out --append");
  }
  VEXEVT_ASSIGN(std::string path, FileOf(options, "--append"));
  VEXEVT_ASSIGN(AppendFile file, OpenToAppend(path, IsFrames(options.format), options.inputs));
  if (file.cut_bytes > 0) {
    ReportWarning("'" + path + "' ended within an event, as a run that was killed leaves it: took its last " +
                  std::to_string(file.cut_bytes) + " bytes away");
  }
  return OpenedOutput{FileWriter(std::move(file.fd), path), !file.empty, file.last};
}

Result<OpenedOutput> Rotate(const CommonOptions& options) {
  VEXEVT_ASSIGN(std::string path, FileOf(options, "--rotate"));
  if (!IsFrames(options.format)) return InvalidArgument("--rotate is for frames");
  VEXEVT_ASSIGN(std::unique_ptr<RecordFiles> files, RecordFiles::Open(path, options.rotation));
  for (const std::string& taken_up : files->taken_up()) {
    ReportNotice("took up '" + taken_up + "', which a run that did not end in order had left");
  }
  return OpenedOutput{StreamWriter(std::move(files), path)};
}

Result<OpenedOutput> OutputOf(const CommonOptions& options) {
  if (options.append) return Append(options);
  if (options.rotation.wanted()) return Rotate(options);
  VEXEVT_ASSIGN(StreamWriter writer, OpenOutput(options.output, options.inputs));
  return OpenedOutput{std::move(writer)};
}

}  // namespace

// What text, JSON and CSV need; frames need none of it.
struct EventSink::Printer {
  Format format;
  TextLine text;
  Csv csv;
  Template line_template;
  OtlpRequest otlp;
  std::string lines;  // not yet in the writer
};

Result<std::unique_ptr<EventSink>> EventSink::Open(const CommonOptions& options, Ledger* ledger) {
  VEXEVT_ASSIGN(OpenedOutput output, OutputOf(options));
  return Make(options, ledger, std::move(output));
}

Result<std::unique_ptr<EventSink>> EventSink::Reopen(const CommonOptions& options, Ledger* ledger) {
  VEXEVT_ASSIGN(StreamWriter writer, ReopenOutput(options.output));
  const bool goes_on = writer.ends_stream();  // a file, which has its header
  return Make(options, ledger, OpenedOutput{std::move(writer), goes_on});
}

Result<std::unique_ptr<EventSink>> EventSink::Make(const CommonOptions& options, Ledger* ledger, OpenedOutput output) {
  StreamWriter& writer = output.writer;
  bool terminal = ::isatty(writer.fd()) == 1;
  Format format = options.format;
  if (format == Format::kAuto) format = terminal ? Format::kText : Format::kFrames;
  if (format == Format::kFrames && terminal) {
    return InvalidArgument("frames are not for a terminal: use --format text, or redirect the output");
  }
  bool color = WantsColor(options.color, writer.fd());
  auto sink = std::unique_ptr<EventSink>(new EventSink(std::move(writer), format, options.count, ledger));
  sink->ends_stream_ = format != Format::kFrames || sink->writer_.ends_stream();
  if (format == Format::kFrames) return sink;
  VEXEVT_ASSIGN(Csv csv, Csv::Make(options.fields.empty() ? kDefaultCsvFields : options.fields,
                                   format == Format::kTsv ? '\t' : ','));
  VEXEVT_ASSIGN(Template line_template, Template::Make(options.line_template, terminal, options.null ? '\0' : '\n'));
  sink->printer_ = std::make_unique<Printer>(
      Printer{format, TextLine(color), std::move(csv), std::move(line_template), OtlpRequest(), {}});
  std::string& lines = sink->printer_->lines;
  if (output.last != '\n' && format != Format::kTemplate) lines = "\n";  // that line shall not run into ours
  if ((format == Format::kCsv || format == Format::kTsv) && !output.begun) sink->printer_->csv.AppendHeader(&lines);
  sink->terminal_ = terminal;
  return sink;
}

EventSink::EventSink(StreamWriter writer, Format format, std::optional<std::uint64_t> room, Ledger* ledger)
    : writer_(std::move(writer)), format_(format), ledger_(ledger), room_(room) {}

EventSink::~EventSink() = default;

void EventSink::Print(const EventView& event) {
  std::string& lines = printer_->lines;
  if (format_ == Format::kOtlp) {
    written_ += printer_->otlp.Add(event);
    if (printer_->otlp.bytes() >= kTextBytes) FlushLines();
    return;
  }
  ++written_;
  switch (format_) {
    case Format::kJson:
      AppendJson(event, &lines);
      break;
    case Format::kCsv:
    case Format::kTsv:
      printer_->csv.Append(event, &lines);
      break;
    case Format::kTemplate:
      printer_->line_template.Append(event, &lines);
      break;
    default:
      printer_->text.Append(event, &lines);
  }
  if (lines.size() >= kTextBytes) FlushLines();
}

void EventSink::FlushLines() {
  if (printer_ == nullptr) return;
  printer_->otlp.AppendLine(&printer_->lines);
  Keep(writer_.Append(AsBytes(printer_->lines)));
  printer_->lines.clear();
}

void EventSink::WriteChanged(std::span<const std::byte> frame) {
  if (format_ != Format::kFrames) {
    EventView view;
    if (EventView::Bind(frame, &view)) Print(view);
    return;
  }
  ++written_;
  EndRun();
  Keep(writer_.Append(frame));
}

void EventSink::WriteMade(const Event& event) {
  ++made_count_;
  made_.clear();
  AppendFrame(event, &made_);
  WriteChanged(made_);
}

void EventSink::WriteText(std::string_view lines) {
  ++written_;
  ++made_count_;
  printer_->lines += lines;
  if (printer_->lines.size() >= kTextBytes) FlushLines();
}

Status EventSink::Settle() {
  EndRun();
  Add(ledger_->made, std::exchange(made_count_, 0));
  Add(ledger_->out, written_);
  if (room_) *room_ -= std::min(*room_, written_);
  written_ = 0;
  CountBytes();
  return std::exchange(failure_, Status());
}

Status EventSink::Flush() {
  FlushLines();
  if (terminal_) ClearProgressLine();  // readable lines and the progress may share a terminal
  VEXEVT_TRY(Settle());
  Status flushed = writer_.Flush();
  CountBytes();
  return flushed;
}

void EventSink::CountBytes() {
  const std::uint64_t written = writer_.written();
  Add(ledger_->bytes_out, written - std::exchange(bytes_, written));
}

Status EventSink::Sync() {
  VEXEVT_TRY(Flush());
  return writer_.Sync();
}

bool EventSink::holds_back() const { return printer_ != nullptr && printer_->otlp.has_open(); }

Status EventSink::Close() {
  if (printer_ != nullptr) {
    const std::uint64_t room = room_.value_or(~std::uint64_t{0});
    written_ += printer_->otlp.AddOpen(room - std::min(room, written_));
  }
  VEXEVT_TRY(Flush());
  return writer_.Close();
}

}  // namespace vexevt
