// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "process.h"

/* In the unified hierarchy. Empty for its root, and where the path is too long to be true. */
static struct vexevt_bytes cgroup_of_current(struct vexevt_process_names *names)
{
#ifdef CONFIG_CGROUPS
	struct cgroup *cgroup;
	int size;

	rcu_read_lock();
	cgroup = task_dfl_cgroup(current);
	if (cgroup_id(cgroup) != names->cgroup_id) {
		size = cgroup_path(cgroup, names->cgroup, sizeof(names->cgroup));
		names->cgroup_size = size > 1 && size < sizeof(names->cgroup) ? size : 0;
		names->cgroup_id = cgroup_id(cgroup);
	}
	rcu_read_unlock();
	return (struct vexevt_bytes){ names->cgroup, names->cgroup_size };
#else
	return (struct vexevt_bytes){};
#endif
}

void vexevt_process_fill(struct vexevt_event *event, struct vexevt_process_names *names)
{
	event->pid = task_tgid_nr(current);
	event->tid = task_pid_nr(current);
	if (event->tid == event->pid)
		event->tid = 0;
	event->ppid = task_ppid_nr(current);
	event->uid = from_kuid(&init_user_ns, current_euid());
	event->gid = from_kgid(&init_user_ns, current_egid());
	event->flags |= VEXEVT_FLAG_CREDENTIALS;
	event->comm = (struct vexevt_bytes){ names->comm, strscpy(names->comm, current->comm, sizeof(names->comm)) };
	event->cgroup = cgroup_of_current(names);
}
