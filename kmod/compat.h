/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels 6.1 and newer ones. Nothing else asks. HAVE_* come from Kbuild, which
 * compiles probes/NAME.c: what a vendor ported back counts, not the version.
 */
#ifndef VEXEVT_COMPAT_H
#define VEXEVT_COMPAT_H

#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/mm.h>

/* 6.3: flags of a mapping are set through functions. */
static inline void vexevt_vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
#ifdef HAVE_VM_FLAGS_SET
	vm_flags_set(vma, flags);
#else
	vma->vm_flags |= flags;
#endif
}

static inline void vexevt_vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
#ifdef HAVE_VM_FLAGS_SET
	vm_flags_clear(vma, flags);
#else
	vma->vm_flags &= ~flags;
#endif
}

/* Until 6.7 a group had to say that its marks are taken where file systems allocate. */
#ifdef FSNOTIFY_GROUP_NOFS
#define VEXEVT_GROUP_FLAGS FSNOTIFY_GROUP_NOFS
#else
#define VEXEVT_GROUP_FLAGS 0
#endif

/*
 * 6.10: marks are attached to an object; before, to its list of marks, which for a mount is private
 * to the kernel. Before 6.8 an fsid was passed along.
 */
#ifdef HAVE_MARK_ON_OBJECT
#define vexevt_mark_object void
#else
#define vexevt_mark_object fsnotify_connp_t
#endif

static inline vexevt_mark_object *vexevt_filesystem_object(struct super_block *sb)
{
#ifdef HAVE_MARK_ON_OBJECT
	return sb;
#else
	return &sb->s_fsnotify_marks;
#endif
}

static inline vexevt_mark_object *vexevt_inode_object(struct inode *inode)
{
#ifdef HAVE_MARK_ON_OBJECT
	return inode;
#else
	return &inode->i_fsnotify_marks;
#endif
}

/* NULL: this kernel doesn't let a module mark mounts. */
static inline vexevt_mark_object *vexevt_mount_object(struct vfsmount *mount)
{
#ifdef HAVE_MARK_ON_OBJECT
	return mount;
#else
	return NULL;
#endif
}

static inline int vexevt_add_mark(struct fsnotify_mark *mark, vexevt_mark_object *object, unsigned int type)
{
#ifdef HAVE_MARK_WITH_FSID
	return fsnotify_add_mark(mark, object, type, 0, NULL);
#else
	return fsnotify_add_mark(mark, object, type, 0);
#endif
}

static inline struct fsnotify_mark *vexevt_find_mark(vexevt_mark_object *object, unsigned int type,
						     struct fsnotify_group *group)
{
#ifdef HAVE_MARK_ON_OBJECT
	return fsnotify_find_mark(object, type, group);
#else
	return fsnotify_find_mark(object, group);
#endif
}

#endif
