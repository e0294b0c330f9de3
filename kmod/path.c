// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/string.h>

#include "path.h"

static struct vexevt_bytes bytes_between(const char *from, const char *to)
{
	return (struct vexevt_bytes){ from, to - from };
}

struct vexevt_bytes vexevt_path(const struct vexevt_watch *watch, struct dentry *dentry, const struct qstr *name,
				char *buffer)
{
	static const struct vexevt_bytes unknown = { "?", 1 }, outside = {};
	size_t behind = name ? name->len + 1 : 0;
	size_t room = VEXEVT_PATH_MAX - watch->prefix.size;
	char *path, *end = buffer + VEXEVT_PATH_MAX - behind - 1;

	if (watch->prefix.size + behind + 2 > VEXEVT_PATH_MAX)
		return unknown;
	path = dentry_path_raw(dentry, buffer + watch->prefix.size, room - behind);
	if (IS_ERR(path))
		return unknown;
	if (end - path == 1)	/* the root is "/", and what is in it "/name" */
		path++;
	if (name) {
		*end++ = '/';
		memcpy(end, name->name, name->len);
		end += name->len;
	}
	if (watch->root.size > 0) {
		if (end - path < watch->root.size || memcmp(path, watch->root.data, watch->root.size) != 0)
			return outside;
		path += watch->root.size;
		if (path < end && *path != '/')
			return outside;
	}
	path -= watch->prefix.size;
	memcpy(path, watch->prefix.data, watch->prefix.size);
	if (path == end)
		*--path = '/';
	return bytes_between(path, end);
}
