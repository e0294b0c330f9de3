/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames: one event as the bytes of a canonical Cap'n Proto message of one segment, as
 * lib/event/encode.cc writes them; docs/decisions/0007 says why. Plain C over bytes, so that
 * tests hold it against the encoder and the reader of user space.
 *
 * A frame is written in three steps, so that only the last two happen under a lock: take the
 * event apart, stamp it (which settles the size), write.
 */
#ifndef VEXEVT_FRAME_H
#define VEXEVT_FRAME_H

#include "vexevt.h"

/* Every pointer before `context` is to bytes. */
#define VEXEVT_FRAME_SLOTS VEXEVT_LAYOUT_CONTEXT
#define VEXEVT_FRAME_HEADER 8

struct vexevt_stamp {
	u64 source, sequence;
	u64 wall_ns, mono_ns;
	u64 hlc;	/* 0: follows from wall_ns */
};

struct vexevt_frame {
	u64 words[VEXEVT_LAYOUT_DATA_WORDS];
	struct vexevt_bytes slots[VEXEVT_FRAME_SLOTS];
	u32 data_words, pointers;
	u32 slot_bytes;	/* all slots, each rounded up to words */
};

/* Borrows the bytes that the event borrows. */
void vexevt_frame_prepare(struct vexevt_frame *frame, const struct vexevt_event *event);
/* Returns the size of the frame in bytes, a multiple of 8. */
u32 vexevt_frame_stamp(struct vexevt_frame *frame, const struct vexevt_stamp *stamp);
/* Writes so many bytes to `to`, which is aligned to 8. */
void vexevt_frame_write(const struct vexevt_frame *frame, void *to);

/* The size of the frame that starts at `bytes`, of which 8 are there; 0: of several segments. */
u64 vexevt_frame_size(const void *bytes);

/* What the bus reads of a frame. */
struct vexevt_frame_head {
	u16 type, boundary, priority, flags;
};

/*
 * Whether `size` bytes, aligned to 8, are one frame that every reader takes: one segment, all
 * pointers of the schema's kinds and within it, no two objects that share words. Stricter
 * than the schema in one point: it has a type.
 */
bool vexevt_frame_check(const void *bytes, size_t size, struct vexevt_frame_head *head);
/* Sets flags and boundary of a frame that was checked. */
void vexevt_frame_set_origin(void *bytes, u16 flags, u16 boundary);

#endif
