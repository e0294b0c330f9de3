// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "filter.h"

/* How far up a process's ancestors are looked at; deeper trees are made by nobody but attackers. */
#define ANCESTORS_MAX 512

static bool passes_all(const struct vexevt_filter *request)
{
	return !request->types && !request->uid_count && !request->pid_count && !request->cgroup_count &&
	       !request->path_bytes && !request->rate;
}

/* Each path is absolute, without a slash at its end unless it is "/", and ends with a NUL. */
static bool paths_are_sound(const char *paths, u32 bytes)
{
	u32 at = 0;

	while (at < bytes) {
		size_t size = strnlen(paths + at, bytes - at);

		if (at + size == bytes || paths[at] != '/' || (size > 1 && paths[at + size - 1] == '/'))
			return false;
		at += size + 1;
	}
	return true;
}

/* Copies an array of the request behind those before it. */
static int copy(void **to, void **at, u64 from, size_t count, size_t size)
{
	*to = *at;
	*at += count * size;
	return copy_from_user(*to, u64_to_user_ptr(from), count * size) ? -EFAULT : 0;
}

struct vexevt_filter_set *vexevt_filter_create(const struct vexevt_filter *request)
{
	struct vexevt_filter_set *filter;
	size_t bytes;
	void *at;
	int err;

	if (request->types & ~VEXEVT_FS_ALL || request->uid_count > VEXEVT_FILTER_MAX ||
	    request->pid_count > VEXEVT_FILTER_MAX || request->cgroup_count > VEXEVT_FILTER_MAX ||
	    request->path_bytes > VEXEVT_FILTER_PATHS_MAX || !request->rate != !request->burst ||
	    request->reserved[0] || request->reserved[1])
		return ERR_PTR(-EINVAL);
	if (passes_all(request))
		return NULL;
	bytes = sizeof(*filter) + request->cgroup_count * sizeof(*filter->cgroups) +
		request->uid_count * sizeof(*filter->uids) + request->pid_count * sizeof(*filter->pids) +
		request->path_bytes;
	filter = kvzalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (!filter)
		return ERR_PTR(-ENOMEM);
	filter->types = request->types;
	filter->uid_count = request->uid_count;
	filter->pid_count = request->pid_count;
	filter->cgroup_count = request->cgroup_count;
	filter->path_bytes = request->path_bytes;
	vexevt_rates_init(&filter->rates, request->rate, request->burst);

	at = filter + 1;
	err = copy((void **)&filter->cgroups, &at, request->cgroups, request->cgroup_count, sizeof(*filter->cgroups)) ?:
	      copy((void **)&filter->uids, &at, request->uids, request->uid_count, sizeof(*filter->uids)) ?:
	      copy((void **)&filter->pids, &at, request->pids, request->pid_count, sizeof(*filter->pids)) ?:
	      copy((void **)&filter->paths, &at, request->paths, request->path_bytes, 1);
	if (!err && !paths_are_sound(filter->paths, filter->path_bytes))
		err = -EINVAL;
	if (err) {
		kvfree(filter);
		return ERR_PTR(err);
	}
	return filter;
}

static bool wants_uid(const struct vexevt_filter_set *filter)
{
	u32 uid = from_kuid(&init_user_ns, current_euid());
	u32 i;

	for (i = 0; i < filter->uid_count; i++)
		if (filter->uids[i].first <= uid && uid <= filter->uids[i].last)
			return true;
	return filter->uid_count == 0;
}

static bool wants_cgroup(const struct vexevt_filter_set *filter)
{
#ifdef CONFIG_CGROUPS
	struct cgroup *cgroup;
	u32 i;

	if (filter->cgroup_count == 0)
		return true;
	for (cgroup = task_dfl_cgroup(current); cgroup; cgroup = cgroup_parent(cgroup))
		for (i = 0; i < filter->cgroup_count; i++)
			if (cgroup_id(cgroup) == filter->cgroups[i])
				return true;
	return false;
#else
	return filter->cgroup_count == 0;
#endif
}

static bool wants_pid(const struct vexevt_filter_set *filter)
{
	const struct task_struct *task = current;
	u32 depth, i;

	if (filter->pid_count == 0)
		return true;
	for (depth = 0; depth < ANCESTORS_MAX; depth++) {
		for (i = 0; i < filter->pid_count; i++)
			if ((u32)task->tgid == filter->pids[i])
				return true;
		if (task->tgid <= 1)
			return false;
		task = rcu_dereference(task->real_parent);
	}
	return false;
}

enum vexevt_reason vexevt_filter_process(const struct vexevt_filter_set *filter, u16 type)
{
	if (filter->types && !(filter->types & VEXEVT_BIT(type)))
		return VEXEVT_BY_TYPE;
	if (!wants_uid(filter))
		return VEXEVT_BY_UID;
	if (!wants_cgroup(filter))
		return VEXEVT_BY_CGROUP;
	if (!wants_pid(filter))
		return VEXEVT_BY_PID;
	return VEXEVT_WANTED;
}

static bool is_within(const struct vexevt_bytes *path, const char *root, size_t size)
{
	if (path->size == 0 || path->data[0] != '/')
		return false;
	if (size == 1)
		return true;
	return path->size >= size && memcmp(path->data, root, size) == 0 &&
	       (path->size == size || path->data[size] == '/');
}

static bool wants_paths(const struct vexevt_filter_set *filter, const struct vexevt_bytes *path,
			const struct vexevt_bytes *path2)
{
	const char *root = filter->paths;
	const char *end = root + filter->path_bytes;

	while (root < end) {
		size_t size = strlen(root);

		if (is_within(path, root, size) || is_within(path2, root, size))
			return true;
		root += size + 1;
	}
	return filter->path_bytes == 0;
}

enum vexevt_reason vexevt_filter_paths(struct vexevt_filter_set *filter, const struct vexevt_bytes *path,
				       const struct vexevt_bytes *path2)
{
	if (!wants_paths(filter, path, path2))
		return VEXEVT_BY_PATH;
	if (!vexevt_rates_take(&filter->rates, from_kuid(&init_user_ns, current_euid())))
		return VEXEVT_BY_RATE;
	return VEXEVT_WANTED;
}
