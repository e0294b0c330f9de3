// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/slab.h>

#include "compat.h"
#include "descriptor.h"
#include "event.h"
#include "watch.h"

static unsigned int marks_max = 65536;
module_param(marks_max, uint, 0644);
MODULE_PARM_DESC(marks_max, "marks that one descriptor may have (65536)");

struct object {
	vexevt_mark_object *object;
	unsigned int type;	/* FSNOTIFY_OBJ_TYPE_* */
};

static int find_object(const struct path *path, u32 object, struct object *found)
{
	struct inode *inode = d_inode(path->dentry);

	if (inode->i_sb->s_flags & SB_NOUSER)	/* pipes, sockets */
		return -EINVAL;
	switch (object) {
	case VEXEVT_OBJECT_FILESYSTEM:
		*found = (struct object){ vexevt_filesystem_object(inode->i_sb), FSNOTIFY_OBJ_TYPE_SB };
		return 0;
	case VEXEVT_OBJECT_MOUNT:
		*found = (struct object){ vexevt_mount_object(path->mnt), FSNOTIFY_OBJ_TYPE_VFSMOUNT };
		return found->object ? 0 : -EOPNOTSUPP;
	case VEXEVT_OBJECT_DIRECTORY:
		if (!S_ISDIR(inode->i_mode))
			return -ENOTDIR;
		*found = (struct object){ vexevt_inode_object(inode), FSNOTIFY_OBJ_TYPE_INODE };
		return 0;
	}
	return -EINVAL;
}

/* What d_path() and its kin put at the end of a buffer, without a slash at the end. */
static int trim(char *path, struct vexevt_bytes *name)
{
	if (IS_ERR(path))
		return PTR_ERR(path);
	*name = (struct vexevt_bytes){ path, strlen(path) };
	if (name->size > 0 && path[name->size - 1] == '/')
		name->size--;
	return 0;
}

static void keep(struct vexevt_bytes *to, const struct vexevt_bytes *name, char **at)
{
	memcpy(*at, name->data, name->size);
	*to = (struct vexevt_bytes){ *at, name->size };
	*at += name->size;
}

static struct vexevt_watch *create_watch(const struct path *path, const struct vexevt_mark *request)
{
	struct path mount_root = { .mnt = path->mnt, .dentry = path->mnt->mnt_root };
	char *buffer = kmalloc(3 * PATH_MAX, GFP_KERNEL), *at;
	struct vexevt_bytes self, prefix, root;
	struct vexevt_watch *watch = NULL;
	int err;

	if (!buffer)
		return ERR_PTR(-ENOMEM);
	err = trim(d_path(&mount_root, buffer, PATH_MAX), &prefix) ?:
	      trim(dentry_path_raw(mount_root.dentry, buffer + PATH_MAX, PATH_MAX), &root) ?:
	      trim(d_path(request->object == VEXEVT_OBJECT_DIRECTORY ? path : &mount_root, buffer + 2 * PATH_MAX,
			  PATH_MAX), &self);
	if (err)
		goto out;
	watch = kzalloc(struct_size(watch, names, self.size + prefix.size + root.size), GFP_KERNEL_ACCOUNT);
	if (!watch) {
		err = -ENOMEM;
		goto out;
	}
	at = watch->names;
	keep(&watch->self, &self, &at);
	keep(&watch->prefix, &prefix, &at);
	keep(&watch->root, &root, &at);
	watch->types = request->types;
	watch->urgent = request->urgent;
	watch->object = request->object;
out:
	kfree(buffer);
	return err ? ERR_PTR(err) : watch;
}

static int add(struct vexevt_descriptor *descriptor, const struct path *path, const struct vexevt_mark *request)
{
	struct vexevt_watch *watch;
	struct object object;
	int err = find_object(path, request->object, &object);

	if (err)
		return err;
	watch = create_watch(path, request);
	if (IS_ERR(watch))
		return PTR_ERR(watch);
	fsnotify_init_mark(&watch->mark, descriptor->group);
	watch->mark.mask = vexevt_mask_for(request->types);
	if (request->object == VEXEVT_OBJECT_DIRECTORY)
		watch->mark.mask |= FS_EVENT_ON_CHILD | FS_UNMOUNT;
	if (atomic_inc_return(&descriptor->marks) > READ_ONCE(marks_max))
		err = -ENOSPC;
	else
		err = vexevt_add_mark(&watch->mark, object.object, object.type);
	fsnotify_put_mark(&watch->mark);
	return err;
}

static void end(struct fsnotify_mark *mark, struct fsnotify_group *group)
{
	vexevt_watch_of(mark)->ended = true;
	fsnotify_destroy_mark(mark, group);
	fsnotify_put_mark(mark);
}

static int remove(struct vexevt_descriptor *descriptor, const struct path *path, const struct vexevt_mark *request)
{
	struct fsnotify_mark *mark;
	struct object object;
	int err = find_object(path, request->object, &object);

	if (err)
		return err;
	mark = vexevt_find_mark(object.object, object.type, descriptor->group);
	if (!mark)
		return -ENOENT;
	end(mark, descriptor->group);
	return 0;
}

int vexevt_watch_add(struct vexevt_descriptor *descriptor, const struct vexevt_mark *request)
{
	struct file *file;
	int err;

	/* Without a ring its events would be lost, and nobody told. */
	if (!vexevt_ring_of(descriptor) || request->reserved || !request->types ||
	    request->types & ~VEXEVT_FS_ALL || request->urgent & ~request->types)
		return -EINVAL;
	file = fget_raw(request->fd);
	if (!file)
		return -EBADF;
	err = add(descriptor, &file->f_path, request);
	fput(file);
	return err;
}

int vexevt_watch_remove(struct vexevt_descriptor *descriptor, const struct vexevt_mark *request)
{
	struct file *file;
	int err;

	if (request->reserved || request->types || request->urgent)
		return -EINVAL;
	file = fget_raw(request->fd);
	if (!file)
		return -EBADF;
	err = remove(descriptor, &file->f_path, request);
	fput(file);
	return err;
}

/* fsnotify_clear_marks_by_group() and fsnotify_get_mark() are not exported. */
void vexevt_watch_end_all(struct vexevt_descriptor *descriptor)
{
	struct fsnotify_group *group = descriptor->group;
	struct fsnotify_mark *mark;

	for (;;) {
		fsnotify_group_lock(group);
		mark = list_first_entry_or_null(&group->marks_list, struct fsnotify_mark, g_list);
		if (mark)
			refcount_inc(&mark->refcnt);
		fsnotify_group_unlock(group);
		if (!mark)
			return;
		end(mark, group);
	}
}

void vexevt_watch_ends(struct fsnotify_mark *mark, struct fsnotify_group *group)
{
	struct vexevt_watch *watch = vexevt_watch_of(mark);

	if (!watch->ended)
		vexevt_tell_end(group->private, watch);
}

void vexevt_watch_free(struct fsnotify_mark *mark)
{
	struct vexevt_descriptor *descriptor = mark->group->private;

	atomic_dec(&descriptor->marks);
	kfree(vexevt_watch_of(mark));
}
