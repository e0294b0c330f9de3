// SPDX-License-Identifier: GPL-2.0-only
/*
 * https://capnproto.org/encoding.html. All offsets come from layout.h, which is made from
 * the schema. The kernel must be little-endian: see Kbuild.
 */
#include <linux/string.h>
#include <linux/types.h>

#include "frame.h"

#define WORD 8
#define POINTER_STRUCT 0
#define POINTER_LIST 1
#define LIST_OF_BYTES 2

static void set16(struct vexevt_frame *frame, u32 offset, u16 value)
{
	memcpy((u8 *)frame->words + offset, &value, sizeof(value));
}

static void set32(struct vexevt_frame *frame, u32 offset, u32 value)
{
	memcpy((u8 *)frame->words + offset, &value, sizeof(value));
}

static void set64(struct vexevt_frame *frame, u32 offset, u64 value)
{
	frame->words[offset / WORD] = value;
}

static u32 round_to_word(size_t size)
{
	return (u32)(size + WORD - 1) & ~(u32)(WORD - 1);
}

static void prepare_payload(struct vexevt_frame *frame, const struct vexevt_event *event)
{
	switch (event->payload) {
	case VEXEVT_LAYOUT_PAYLOAD_FS_TAG_VALUE:
		frame->slots[VEXEVT_LAYOUT_PAYLOAD_FS_PATH] = event->fs.path;
		frame->slots[VEXEVT_LAYOUT_PAYLOAD_FS_PATH2] = event->fs.path2;
		set16(frame, VEXEVT_LAYOUT_PAYLOAD_FS_MODE, event->fs.mode);
		set32(frame, VEXEVT_LAYOUT_PAYLOAD_FS_DEVICE, event->fs.device);
		set64(frame, VEXEVT_LAYOUT_PAYLOAD_FS_INODE, event->fs.inode);
		set64(frame, VEXEVT_LAYOUT_PAYLOAD_FS_SIZE, event->fs.size);
		set64(frame, VEXEVT_LAYOUT_PAYLOAD_FS_OFFSET, event->fs.offset);
		set64(frame, VEXEVT_LAYOUT_PAYLOAD_FS_LENGTH, event->fs.length);
		set32(frame, VEXEVT_LAYOUT_PAYLOAD_FS_GENERATION, event->fs.generation);
		set32(frame, VEXEVT_LAYOUT_PAYLOAD_FS_OPEN_FLAGS, event->fs.open_flags);
		break;
	case VEXEVT_LAYOUT_PAYLOAD_SYSTEM_TAG_VALUE:
		frame->slots[VEXEVT_LAYOUT_PAYLOAD_SYSTEM_SUBJECT] = event->system.subject;
		frame->slots[VEXEVT_LAYOUT_PAYLOAD_SYSTEM_OBJECT] = event->system.object;
		frame->slots[VEXEVT_LAYOUT_PAYLOAD_SYSTEM_DETAIL] = event->system.detail;
		set64(frame, VEXEVT_LAYOUT_PAYLOAD_SYSTEM_VALUE, event->system.value);
		break;
	case VEXEVT_LAYOUT_PAYLOAD_GAP_TAG_VALUE:
		frame->slots[VEXEVT_LAYOUT_PAYLOAD_GAP_CAUSE] = event->gap.cause;
		set64(frame, VEXEVT_LAYOUT_PAYLOAD_GAP_LOST, event->gap.lost);
		set64(frame, VEXEVT_LAYOUT_PAYLOAD_GAP_SINCE_NS, event->gap.since_ns);
		break;
	}
}

void vexevt_frame_prepare(struct vexevt_frame *frame, const struct vexevt_event *event)
{
	u32 i;

	memset(frame, 0, sizeof(*frame));
	set16(frame, VEXEVT_LAYOUT_TYPE, event->type);
	set16(frame, VEXEVT_LAYOUT_BOUNDARY, event->boundary);
	set16(frame, VEXEVT_LAYOUT_PRIORITY, event->priority);
	set16(frame, VEXEVT_LAYOUT_FLAGS, event->flags);
	set32(frame, VEXEVT_LAYOUT_PID, event->pid);
	set32(frame, VEXEVT_LAYOUT_UID, event->uid);
	set32(frame, VEXEVT_LAYOUT_GID, event->gid);
	set32(frame, VEXEVT_LAYOUT_PPID, event->ppid);
	set32(frame, VEXEVT_LAYOUT_TID, event->tid);
	set32(frame, VEXEVT_LAYOUT_RESULT, (u32)event->result);
	set64(frame, VEXEVT_LAYOUT_LATENCY_NS, event->latency_ns);
	set16(frame, VEXEVT_LAYOUT_PAYLOAD_TAG, event->payload);
	frame->slots[VEXEVT_LAYOUT_COMM] = event->comm;
	frame->slots[VEXEVT_LAYOUT_HOST] = event->host;
	frame->slots[VEXEVT_LAYOUT_CGROUP] = event->cgroup;
	frame->slots[VEXEVT_LAYOUT_TENANT] = event->tenant;
	prepare_payload(frame, event);

	for (i = 0; i < VEXEVT_FRAME_SLOTS; i++) {
		if (frame->slots[i].size == 0)
			continue;
		frame->pointers = i + 1;
		frame->slot_bytes += round_to_word(frame->slots[i].size);
	}
}

u32 vexevt_frame_stamp(struct vexevt_frame *frame, const struct vexevt_stamp *stamp)
{
	set64(frame, VEXEVT_LAYOUT_ID_SOURCE, stamp->source);
	set64(frame, VEXEVT_LAYOUT_ID_SEQUENCE, stamp->sequence);
	set64(frame, VEXEVT_LAYOUT_WALL_NS, stamp->wall_ns);
	set64(frame, VEXEVT_LAYOUT_MONO_NS, stamp->mono_ns);
	set64(frame, VEXEVT_LAYOUT_HLC, stamp->hlc);

	frame->data_words = VEXEVT_LAYOUT_DATA_WORDS;
	while (frame->data_words > 0 && frame->words[frame->data_words - 1] == 0)
		frame->data_words--;
	return VEXEVT_FRAME_HEADER + WORD * (1 + frame->data_words + frame->pointers) + frame->slot_bytes;
}

static u64 list_of_bytes(u64 distance, u64 size)
{
	return POINTER_LIST | distance << 2 | (u64)LIST_OF_BYTES << 32 | size << 35;
}

void vexevt_frame_write(const struct vexevt_frame *frame, void *to)
{
	u64 *root = to + VEXEVT_FRAME_HEADER;
	u64 *data = root + 1;
	u64 *slot = data + frame->data_words;
	u64 *next = slot + frame->pointers;
	u32 i, size;

	*root = POINTER_STRUCT | (u64)frame->data_words << 32 | (u64)frame->pointers << 48;
	memcpy(data, frame->words, WORD * frame->data_words);
	for (i = 0; i < frame->pointers; i++, slot++) {
		const struct vexevt_bytes *bytes = &frame->slots[i];

		if (bytes->size == 0) {
			*slot = 0;
			continue;
		}
		*slot = list_of_bytes(next - slot - 1, bytes->size);
		size = round_to_word(bytes->size);
		next[size / WORD - 1] = 0;	/* what the last word has too many */
		memcpy(next, bytes->data, bytes->size);
		next += size / WORD;
	}
	*(u64 *)to = (u64)(next - root) << 32;	/* one segment, and its words */
}

u64 vexevt_frame_size(const void *bytes)
{
	u64 head = *(const u64 *)bytes;

	return (u32)head ? 0 : VEXEVT_FRAME_HEADER + WORD * (head >> 32);
}
