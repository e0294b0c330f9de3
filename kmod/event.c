// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/fsnotify_backend.h>
#include <linux/local_lock.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#include "descriptor.h"
#include "event.h"
#include "path.h"
#include "process.h"
#include "watch.h"

/* Where paths are made: one for each CPU, since nothing sleeps between their making and their copying. */
struct scratch {
	local_lock_t lock;
	char path[VEXEVT_PATH_MAX];
	char path2[VEXEVT_PATH_MAX];
	struct vexevt_process_names names;
};

static struct scratch __percpu *scratch;

#define FS_TYPES(type) VEXEVT_BIT(VEXEVT_FS_##type)

/*
 * In the order in which bits that come together happened. Together come open and exec, and changes of
 * size and mode.
 */
static const struct {
	u32 mask;
	u64 types;
} sources[] = {
	{ FS_CREATE, FS_TYPES(CREATE) | FS_TYPES(MKDIR) | FS_TYPES(SYMLINK) | FS_TYPES(HARDLINK) | FS_TYPES(MKNOD) },
	{ FS_OPEN, FS_TYPES(OPEN) },
	{ FS_OPEN_EXEC, FS_TYPES(EXEC) },
	{ FS_ACCESS, FS_TYPES(READ) },
	{ FS_MODIFY, FS_TYPES(WRITE) },
	{ FS_ATTRIB, FS_TYPES(ATTRIB) },
	{ FS_CLOSE_WRITE, FS_TYPES(CLOSE_WRITE) },
	{ FS_CLOSE_NOWRITE, FS_TYPES(CLOSE) },
	{ FS_RENAME, FS_TYPES(RENAME) },
	{ FS_DELETE, FS_TYPES(DELETE) | FS_TYPES(RMDIR) },
};

/* What fsnotify hands over. */
struct happening {
	u32 mask;
	struct inode *inode;	/* may be NULL: some file systems instantiate late */
	struct dentry *dentry;	/* NULL for what is told by directory and name alone */
	struct dentry *dir;	/* with name */
	const struct qstr *name;
	bool by_name;		/* its name is `name` in `dir`, and not that of `dentry` */
};

u32 vexevt_mask_for(u64 types)
{
	u32 mask = 0, i;

	for (i = 0; i < ARRAY_SIZE(sources); i++)
		if (sources[i].types & types)
			mask |= sources[i].mask;
	return mask;
}

static u16 type_of_created(const struct happening *what)
{
	const struct inode *inode = what->inode;

	if (what->mask & FS_ISDIR)
		return VEXEVT_FS_MKDIR;
	if (!inode)
		return VEXEVT_FS_CREATE;
	if (S_ISLNK(inode->i_mode))
		return VEXEVT_FS_SYMLINK;
	/* Only link() tells without a dentry; of a file without a name it makes the first. */
	if (!what->dentry && inode->i_nlink > 1)
		return VEXEVT_FS_HARDLINK;
	return S_ISREG(inode->i_mode) ? VEXEVT_FS_CREATE : VEXEVT_FS_MKNOD;
}

static u16 type_of(const struct happening *what, u32 source)
{
	switch (sources[source].mask) {
	case FS_CREATE:
		return type_of_created(what);
	case FS_DELETE:
		return what->mask & FS_ISDIR ? VEXEVT_FS_RMDIR : VEXEVT_FS_DELETE;
	default:
		return VEXEVT_FS_CREATE - 1 + __ffs64(sources[source].types);
	}
}

/* The closest of the group's watches that asked for the type, and whether any of them calls it urgent. */
static const struct vexevt_watch *find_watch(struct fsnotify_iter_info *iter, u16 type, bool *urgent)
{
	const struct vexevt_watch *closest = NULL;
	struct fsnotify_mark *mark;
	int i;

	*urgent = false;
	fsnotify_foreach_iter_mark_type(iter, mark, i) {
		const struct vexevt_watch *watch = vexevt_watch_of(mark);

		if (!(watch->types & VEXEVT_BIT(type)))
			continue;
		*urgent |= (watch->urgent & VEXEVT_BIT(type)) != 0;
		if (!closest || watch->object > closest->object)
			closest = watch;
	}
	return closest;
}

static void fill_inode(struct vexevt_event *event, const struct inode *inode)
{
	if (!inode)
		return;
	event->fs.inode = inode->i_ino;
	event->fs.generation = inode->i_generation;
	event->fs.device = inode->i_sb->s_dev;
	event->fs.mode = inode->i_mode;
	event->fs.size = i_size_read(inode);
	event->flags |= VEXEVT_FLAG_STAT;
}

/* A rename across the border of the mount that was marked is a move in or out. */
static enum vexevt_reason fill_paths(struct vexevt_event *event, const struct happening *what,
				     const struct vexevt_watch *watch, struct scratch *buffers)
{
	struct vexevt_bytes path, path2 = {};

	if (what->by_name)
		path = vexevt_path(watch, what->dir, what->name, buffers->path);
	else
		path = vexevt_path(watch, what->dentry, NULL, buffers->path);
	if (event->type == VEXEVT_FS_RENAME) {
		path2 = vexevt_path(watch, what->dentry, NULL, buffers->path2);
		if (path.size == 0) {
			event->type = VEXEVT_FS_MOVE_IN;
			swap(path, path2);
		} else if (path2.size == 0) {
			event->type = VEXEVT_FS_MOVE_OUT;
		}
	} else if (event->type == VEXEVT_FS_SYMLINK && what->inode->i_link) {
		path2.data = what->inode->i_link;
		path2.size = strlen(path2.data);
	}
	event->fs.path = path;
	event->fs.path2 = path2;
	return path.size > 0 ? VEXEVT_WANTED : VEXEVT_OUTSIDE;
}

static void deliver(struct vexevt_ring *ring, struct vexevt_event *event, bool urgent)
{
	struct vexevt_frame frame;

	event->boundary = VEXEVT_LAYOUT_BOUNDARY_KERNEL;
	event->priority = urgent ? VEXEVT_LAYOUT_PRIORITY_HIGH : VEXEVT_LAYOUT_PRIORITY_NORMAL;
	event->host = ring->host;
	event->tenant = ring->tenant;
	vexevt_frame_prepare(&frame, event);
	vexevt_ring_put(ring, &frame, urgent);
}

/* Why it is not wanted, or WANTED and delivered. */
static enum vexevt_reason tell(struct vexevt_descriptor *descriptor, const struct happening *what,
			       const struct vexevt_watch *watch, u16 type, bool urgent, struct scratch *buffers)
{
	struct vexevt_filter_set *filter = rcu_dereference(descriptor->filter);
	struct vexevt_ring *ring = descriptor->ring;
	struct vexevt_event event = { .type = type, .payload = VEXEVT_LAYOUT_PAYLOAD_FS_TAG_VALUE };
	enum vexevt_reason reason;

	if (ring->setup.flags & VEXEVT_SETUP_SKIP_SELF && descriptor->tgid == (u32)task_tgid_nr(current))
		return VEXEVT_OWN;
	reason = filter ? vexevt_filter_process(filter, type) : VEXEVT_WANTED;
	if (reason)
		return reason;
	reason = fill_paths(&event, what, watch, buffers);
	if (!reason && filter)
		reason = vexevt_filter_paths(filter, &event.fs.path,
					     type == VEXEVT_FS_RENAME ? &event.fs.path2 : &event.fs.path);
	if (reason)
		return reason;
	if (what->mask & FS_ISDIR)
		event.flags |= VEXEVT_FLAG_DIRECTORY;
	fill_inode(&event, what->inode);
	vexevt_process_fill(&event, &buffers->names);
	deliver(ring, &event, urgent);
	return VEXEVT_WANTED;
}

static void tell_all(struct vexevt_descriptor *descriptor, const struct happening *what,
		     struct fsnotify_iter_info *iter)
{
	u32 i;

	rcu_read_lock();
	local_lock(&scratch->lock);
	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		const struct vexevt_watch *watch;
		enum vexevt_reason reason;
		bool urgent;
		u16 type;

		if (!(what->mask & sources[i].mask))
			continue;
		type = type_of(what, i);
		watch = find_watch(iter, type, &urgent);
		if (!watch)
			continue;
		reason = tell(descriptor, what, watch, type, urgent, this_cpu_ptr(scratch));
		if (reason)
			this_cpu_inc(descriptor->drops->count[reason]);
	}
	local_unlock(&scratch->lock);
	rcu_read_unlock();
}

/* A directory's own mark hears that its file system goes; its end is told later. */
static void note_unmount(struct fsnotify_iter_info *iter)
{
	struct fsnotify_mark *mark;
	int i;

	fsnotify_foreach_iter_mark_type(iter, mark, i)
		vexevt_watch_of(mark)->unmounted = true;
}

int vexevt_handle_event(struct fsnotify_group *group, u32 mask, const void *data, int data_type, struct inode *dir,
			const struct qstr *name, u32 cookie, struct fsnotify_iter_info *iter)
{
	struct happening what = {
		.mask = mask,
		.inode = fsnotify_data_inode(data, data_type),
		.dentry = fsnotify_data_dentry(data, data_type),
		.name = name,
	};

	if (mask & FS_UNMOUNT) {
		note_unmount(iter);
		return 0;
	}
	what.by_name = dir && name && (!what.dentry || mask & FS_RENAME);
	/*
	 * An inode alone has no path: what is told of one is that its count of links changed, which
	 * the link or deletion itself tells better.
	 */
	if (!what.by_name && !what.dentry)
		return 0;
	if (what.by_name) {
		what.dir = d_find_any_alias(dir);	/* a directory has one */
		if (!what.dir)
			return 0;
	}
	tell_all(group->private, &what, iter);
	dput(what.dir);
	return 0;
}

void vexevt_tell_end(struct vexevt_descriptor *descriptor, const struct vexevt_watch *watch)
{
	static const struct vexevt_bytes slash = { "/", 1 }, why = { "the mark ended", 14 };
	struct vexevt_bytes self = watch->self.size ? watch->self : slash;
	struct vexevt_event event = {};

	if (watch->object == VEXEVT_OBJECT_DIRECTORY && !watch->unmounted) {
		event.type = VEXEVT_FS_RMDIR;
		event.flags = VEXEVT_FLAG_DIRECTORY;
		event.payload = VEXEVT_LAYOUT_PAYLOAD_FS_TAG_VALUE;
		event.fs.path = self;
	} else {
		event.type = VEXEVT_SYSTEM_UNMOUNT;
		event.payload = VEXEVT_LAYOUT_PAYLOAD_SYSTEM_TAG_VALUE;
		event.system.subject = self;
		event.system.detail = why;
	}
	deliver(descriptor->ring, &event, true);
}

int vexevt_event_init(void)
{
	int cpu;

	scratch = alloc_percpu(struct scratch);
	if (!scratch)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		local_lock_init(&per_cpu_ptr(scratch, cpu)->lock);
	return 0;
}

void vexevt_event_exit(void)
{
	free_percpu(scratch);
}
