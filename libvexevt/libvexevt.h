/*
 * libvexevt: makes and reads streams of vexevt events. See libvexevt(3) and vexevt-event(5).
 *
 * Every function but the ones that free returns VEXEVT_OK, another result of its own, or an error, which is negative
 * and has a message: vexevt_error(). Text is NUL-terminated; names of fields are those of `vexevt-cat --help-fields`,
 * and "attr.KEY" for an attribute. No function raises SIGPIPE, throws or ends the program.
 *
 * A handle, and what was got from it, is for one thread at a time; different ones may be used at once.
 */
#ifndef LIBVEXEVT_H
#define LIBVEXEVT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum vexevt_result {
  VEXEVT_OK = 0,
  VEXEVT_END = 1,    /* the stream has ended */
  VEXEVT_AGAIN = 2,  /* not now: see VEXEVT_NONBLOCK */
  VEXEVT_ABSENT = 3, /* the event does not have the field */

  VEXEVT_EINVAL = -1,  /* an argument is wrong: NULL, an unknown name, a value that the field can't have */
  VEXEVT_EIO = -2,     /* the endpoint cannot be opened, read or written */
  VEXEVT_EDATA = -3,   /* what was read is no stream of events */
  VEXEVT_ENOTSUP = -4, /* this kind of endpoint can't do that */
  VEXEVT_ENOMEM = -5
};

/* Of the last call in this thread that returned an error; "" before there was one. Valid until the next. */
const char* vexevt_error(void);

/* "0.1.0" */
const char* vexevt_version(void);

/* --- Events of one's own --- */

typedef struct vexevt_draft vexevt_draft;
typedef struct vexevt_writer vexevt_writer;

/*
 * Begins an event of that type: "vector.search", "fs.create". *draft is to be freed by vexevt_draft_free.
 */
int vexevt_draft_new(const char* type, vexevt_draft** draft);

/*
 * Sets a field, or an attribute, in place of what it was before. `text` is as `vexevt-capture emit` takes it: bytes
 * (a path) as they are, sizes 10M, durations 250ms, errors ENOENT; an attribute is an integer, a float, true or false
 * where it reads as one, and else text. Where it fails the draft is as it was before.
 */
int vexevt_draft_set(vexevt_draft* draft, const char* field, const char* text);

void vexevt_draft_free(vexevt_draft* draft); /* NULL: nothing */

/*
 * Writing never waits; what finds no room is VEXEVT_AGAIN, and the event is not sent. For unix:PATH, files and named
 * pipes, /dev/vexevt, and rings that overwrite; others are VEXEVT_ENOTSUP.
 */
#define VEXEVT_NONBLOCK 1u

/*
 * Opens an endpoint, see vexevt-event(5): a file, "unix:PATH", "ring:PATH", "/dev/vexevt"; "-" is standard output.
 * A file is created or emptied. Opening a named pipe waits for its reader. *writer is to be closed.
 */
int vexevt_writer_open(const char* endpoint, unsigned flags, vexevt_writer** writer);

/*
 * Writes the event, with a new id and, unless "time" was set, the present time. It has left this process when this
 * returns VEXEVT_OK, but for the end of an event that went into a pipe in part (VEXEVT_NONBLOCK): that goes with the
 * next call. The draft stays as it is and may be sent again.
 */
int vexevt_send(vexevt_writer* writer, const vexevt_draft* draft);

/* Closes and frees it, whatever it returns; waits where the end of an event is still to be written. NULL: nothing. */
int vexevt_writer_close(vexevt_writer* writer);

/* --- Events that somebody sent --- */

typedef struct vexevt_event vexevt_event;
typedef struct vexevt_reader vexevt_reader;

/* Opens an endpoint to read; "-" is standard input. *reader is to be closed. */
int vexevt_reader_open(const char* endpoint, vexevt_reader** reader);

/*
 * Waits for the next event. VEXEVT_END: there will be none; so it stays, as an error does. *event belongs to the reader
 * and is valid, with all that was got from it, until the next call with this reader.
 */
int vexevt_next(vexevt_reader* reader, const vexevt_event** event);

/* How many events were lost on the way, by the vexevt.lost events read so far; those that do not know count for 1. */
uint64_t vexevt_reader_lost(const vexevt_reader* reader);

void vexevt_reader_close(vexevt_reader* reader); /* NULL: nothing */

/*
 * A field as text: bytes as they are (they may hold a NUL, hence the size, without that at the end), times as RFC 3339,
 * numbers in bytes and nanoseconds. `size` may be NULL. VEXEVT_ABSENT: *text is "".
 */
int vexevt_event_text(const vexevt_event* event, const char* field, const char** text, size_t* size);

/*
 * A number: sizes in bytes, times and durations in nanoseconds, types and errors by their codes, truths as 0 and 1;
 * of 64 bits without a sign the same bits. VEXEVT_EINVAL: the field is none (bytes, ids, floats).
 */
int vexevt_event_int(const vexevt_event* event, const char* field, int64_t* value);

/* The event as it came, one frame: a Cap'n Proto message of event.capnp. NULL where `event` is. */
const void* vexevt_event_frame(const vexevt_event* event, size_t* size);

#ifdef __cplusplus
}
#endif

#endif
