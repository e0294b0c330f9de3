// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same checks as EventView::Bind in lib/event/event_view.cc makes, so that no frame goes
 * over the bus that a reader of user space would refuse.
 */
#include <linux/string.h>
#include <linux/types.h>

#include "frame.h"

#define WORD 8
#define POINTER_STRUCT 0
#define POINTER_LIST 1
#define LIST_OF_BYTES 2
#define LIST_OF_STRUCTS 7
/* A later schema's struct may be larger, but not by that much. */
#define DATA_WORDS_MAX 8191

/*
 * One segment. `budget` is what objects may still take, in words: no two share words in a
 * sound message, so together they are at most as large as the segment.
 */
struct segment {
	const u64 *words;
	s64 count;
	s64 budget;
};

static u32 kind_of(u64 pointer)
{
	return pointer & 3;
}

static s64 offset_of(u64 pointer)
{
	return (s32)(u32)pointer >> 2;
}

static u32 element_of(u64 pointer)
{
	return pointer >> 32 & 7;
}

static u64 count_of(u64 pointer)
{
	return pointer >> 35;
}

static u32 data_words_of(u64 pointer)
{
	return pointer >> 32 & 0xffff;
}

static u32 pointers_of(u64 pointer)
{
	return pointer >> 48;
}

static const u64 *target_of(const u64 *at)
{
	return at + 1 + offset_of(*at);
}

/* The object of `size` words that the pointer at `at` leads to is within segment and budget. */
static bool take(struct segment *segment, const u64 *at, s64 size)
{
	s64 start = at - segment->words + 1 + offset_of(*at);

	segment->budget -= size;
	return start >= 0 && size <= segment->count && start <= segment->count - size && segment->budget >= 0;
}

static bool check_bytes(struct segment *segment, const u64 *at)
{
	return *at == 0 || (kind_of(*at) == POINTER_LIST && element_of(*at) == LIST_OF_BYTES &&
			    take(segment, at, (count_of(*at) + WORD - 1) / WORD));
}

static bool check_slots(struct segment *segment, const u64 *at, u32 there, u32 known)
{
	u32 i;

	for (i = 0; i < there && i < known; i++)
		if (!check_bytes(segment, at + i))
			return false;
	return true;
}

static bool check_context(struct segment *segment, const u64 *at)
{
	u32 data_words = data_words_of(*at), pointers = pointers_of(*at);

	if (*at == 0)
		return true;
	return kind_of(*at) == POINTER_STRUCT && take(segment, at, data_words + pointers) &&
	       check_slots(segment, target_of(at) + data_words, pointers, VEXEVT_LAYOUT_CONTEXT_POINTERS);
}

/* A list of structs whose first `known` pointers are to bytes. */
static bool check_structs(struct segment *segment, const u64 *at, u32 known)
{
	u32 data_words, pointers;
	const u64 *element;
	u64 tag, count;

	if (*at == 0)
		return true;
	if (kind_of(*at) != POINTER_LIST || element_of(*at) != LIST_OF_STRUCTS ||
	    !take(segment, at, count_of(*at) + 1))
		return false;
	element = target_of(at) + 1;
	tag = element[-1];
	count = (u32)tag >> 2;
	data_words = data_words_of(tag);
	pointers = pointers_of(tag);
	/* Elements of no size could be had in millions for nothing. */
	if (kind_of(tag) != POINTER_STRUCT || count * (data_words + pointers) > count_of(*at) ||
	    count > (u64)segment->count)
		return false;
	if (pointers == 0 || known == 0)
		return true;
	for (; count > 0; count--, element += data_words + pointers)
		if (!check_slots(segment, element + data_words, pointers, known))
			return false;
	return true;
}

static u16 get16(const u64 *data, u32 offset)
{
	u16 value;

	memcpy(&value, (const u8 *)data + offset, sizeof(value));
	return value;
}

bool vexevt_frame_check(const void *bytes, size_t size, struct vexevt_frame_head *head)
{
	struct segment segment = { .words = bytes + VEXEVT_FRAME_HEADER };
	u32 data_words, pointers;
	const u64 *data, *slots;
	u64 root;

	if (size < 2 * WORD || vexevt_frame_size(bytes) != size)
		return false;
	segment.count = size / WORD - 1;
	segment.budget = segment.count - 1;
	root = segment.words[0];
	data_words = data_words_of(root);
	pointers = pointers_of(root);
	if (kind_of(root) != POINTER_STRUCT || data_words > DATA_WORDS_MAX ||
	    data_words <= VEXEVT_LAYOUT_FLAGS / WORD || !take(&segment, segment.words, data_words + pointers))
		return false;
	data = target_of(segment.words);
	slots = data + data_words;
	if (!check_slots(&segment, slots, pointers, VEXEVT_FRAME_SLOTS))
		return false;
	if (pointers > VEXEVT_LAYOUT_CONTEXT && !check_context(&segment, slots + VEXEVT_LAYOUT_CONTEXT))
		return false;
	if (pointers > VEXEVT_LAYOUT_CAUSES && !check_structs(&segment, slots + VEXEVT_LAYOUT_CAUSES, 0))
		return false;
	if (pointers > VEXEVT_LAYOUT_ATTRIBUTES &&
	    !check_structs(&segment, slots + VEXEVT_LAYOUT_ATTRIBUTES, VEXEVT_LAYOUT_ATTRIBUTE_POINTERS))
		return false;

	head->type = get16(data, VEXEVT_LAYOUT_TYPE);
	head->boundary = get16(data, VEXEVT_LAYOUT_BOUNDARY);
	head->priority = get16(data, VEXEVT_LAYOUT_PRIORITY);
	head->flags = get16(data, VEXEVT_LAYOUT_FLAGS);
	return head->type != 0;
}

void vexevt_frame_set_origin(void *bytes, u16 flags, u16 boundary)
{
	void *data = (void *)target_of(bytes + VEXEVT_FRAME_HEADER);

	memcpy(data + VEXEVT_LAYOUT_FLAGS, &flags, sizeof(flags));
	memcpy(data + VEXEVT_LAYOUT_BOUNDARY, &boundary, sizeof(boundary));
}
