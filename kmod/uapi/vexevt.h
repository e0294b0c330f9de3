/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR Apache-2.0 */
/*
 * /dev/vexevt: file-system events as the kernel sees them, in order, unmerged.
 *
 * One open descriptor is one subscriber: its marks, its filter and its ring die
 * with it. Opening takes CAP_SYS_ADMIN.
 *
 *     open -> VEXEVT_IOC_SETUP -> VEXEVT_IOC_FILTER -> VEXEVT_IOC_MARK ...
 *          -> mmap and poll, or read
 *
 * What is read are frames back to back: each is one Cap'n Proto message of the
 * struct Event of event.capnp, in its canonical form and of one segment, so that
 *
 *     bytes 0-3  0, the number of segments less one
 *     bytes 4-7  n, little-endian: the frame is 8 + 8 * n bytes long
 *
 * is all that it takes to go from one to the next.
 *
 * Lanes
 * -----
 * A ring has a lane for all events, and a second, urgent one if SETUP gave it a
 * size: for events that a mark calls urgent, and for frames from the bus whose
 * priority is high or critical. A flood in the first lane cannot evict them. An
 * urgent event that doesn't fit its lane goes to the other one.
 *
 * Losses
 * ------
 * An event that fits nowhere is lost. The next one that fits is preceded by a
 * vexevt.lost event with the exact count. Lost events use up numbers of the
 * sequence, too.
 *
 * Mapping
 * -------
 *     offset                   protection  what
 *     0                        read/write  struct vexevt_consumer, one page
 *     one page                 read        struct vexevt_producer, one page
 *     producer->normal_at      read        the normal lane, twice in a row
 *     producer->urgent_at      read        the urgent lane, twice in a row
 *
 * A position counts bytes since the ring was made and never wraps; what is at
 * position p lies at p % size, whole: since a lane is mapped twice, a frame that
 * crosses its end goes on behind it. The kernel stores a position of the producer
 * with release semantics after the bytes before it; the reader loads it with
 * acquire, reads, then stores its own with release, which the kernel acquires
 * before it writes there again. The reader's positions are its own affair: a wrong
 * one makes the lane look full to the kernel, which then counts losses.
 *
 * The normal lane holds frames and nothing else. In the urgent lane a struct
 * vexevt_urgent precedes each frame and says between which frames of the normal
 * lane it belongs: after all that end at or before its position. To read both in
 * the order of events:
 *
 *     1. load producer->normal, then producer->urgent, both with acquire;
 *     2. take the frames of the normal lane up to the position of the next urgent
 *        one, then that one; without one, up to the position loaded in 1.
 *
 * An urgent frame whose position is beyond the one loaded is left for the next
 * round. Once a descriptor is mapped, read() fails with EBUSY: one consumer.
 *
 * The bus
 * -------
 * write() injects frames: one or more, whole, each at most VEXEVT_INJECT_MAX long.
 * Each is checked, gets VEXEVT_FLAG_INJECTED and, if it claims to be from the kernel
 * or from nowhere, the boundary `user`, and goes to every other descriptor that was
 * set up with VEXEVT_SETUP_BUS, never back to its sender. What other modules emit
 * (vexevt_emit()) goes there, too.
 */
#ifndef VEXEVT_UAPI_H
#define VEXEVT_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define VEXEVT_ABI 1
#define VEXEVT_DEVICE "/dev/vexevt"

/* Types of events that the module tells of, as in event.capnp. */
#define VEXEVT_FS_CREATE 0x0101
#define VEXEVT_FS_DELETE 0x0102
#define VEXEVT_FS_READ 0x0103
#define VEXEVT_FS_WRITE 0x0104		/* or truncated, or its time of change set alone */
#define VEXEVT_FS_RENAME 0x0105		/* path: before; path2: after */
#define VEXEVT_FS_MKDIR 0x0109
#define VEXEVT_FS_RMDIR 0x010a
#define VEXEVT_FS_SYMLINK 0x010b	/* path2: the target, where it is at hand */
#define VEXEVT_FS_HARDLINK 0x010c	/* path: the new name */
#define VEXEVT_FS_OPEN 0x010d
#define VEXEVT_FS_CLOSE 0x010e
#define VEXEVT_FS_ATTRIB 0x0111		/* mode, owner, times or extended attributes */
#define VEXEVT_FS_MOVE_IN 0x0112	/* renamed from outside the marked mount */
#define VEXEVT_FS_MOVE_OUT 0x0113
#define VEXEVT_FS_EXEC 0x0114
#define VEXEVT_FS_CLOSE_WRITE 0x0115
#define VEXEVT_FS_MKNOD 0x0116
#define VEXEVT_SYSTEM_UNMOUNT 0x0502	/* a mark ended by itself: see VEXEVT_IOC_MARK */
#define VEXEVT_LOST 0x1006

/* A set of types of the family fs: this bit for each. */
#define VEXEVT_BIT(type) (1ULL << ((type) & 0x3f))
/* All that a mark can ask for. */
#define VEXEVT_FS_ALL                                                        \
	(VEXEVT_BIT(VEXEVT_FS_CREATE) | VEXEVT_BIT(VEXEVT_FS_DELETE) |       \
	 VEXEVT_BIT(VEXEVT_FS_READ) | VEXEVT_BIT(VEXEVT_FS_WRITE) |          \
	 VEXEVT_BIT(VEXEVT_FS_RENAME) | VEXEVT_BIT(VEXEVT_FS_MKDIR) |        \
	 VEXEVT_BIT(VEXEVT_FS_RMDIR) | VEXEVT_BIT(VEXEVT_FS_SYMLINK) |       \
	 VEXEVT_BIT(VEXEVT_FS_HARDLINK) | VEXEVT_BIT(VEXEVT_FS_OPEN) |       \
	 VEXEVT_BIT(VEXEVT_FS_CLOSE) | VEXEVT_BIT(VEXEVT_FS_ATTRIB) |        \
	 VEXEVT_BIT(VEXEVT_FS_EXEC) | VEXEVT_BIT(VEXEVT_FS_CLOSE_WRITE) |    \
	 VEXEVT_BIT(VEXEVT_FS_MKNOD))

/* Bits of an event's flags that the module sets. */
#define VEXEVT_FLAG_CREDENTIALS (1 << 8)	/* uid, gid and ppid are known */
#define VEXEVT_FLAG_STAT (1 << 9)		/* mode and size are known */
#define VEXEVT_FLAG_DIRECTORY (1 << 10)
#define VEXEVT_FLAG_INJECTED (1 << 13)

#define VEXEVT_INJECT_MAX 65536

/*
 * VEXEVT_IOC_SETUP makes the ring; once for a descriptor (then EBUSY). EINVAL: a
 * size or flag that cannot be, another ABI; ENOSPC: larger than the module's
 * parameter ring_max allows.
 */
#define VEXEVT_SETUP_BUS (1 << 0)	/* deliver what is injected and emitted, too */
#define VEXEVT_SETUP_SKIP_SELF (1 << 1)	/* not what this process itself does to files */

struct vexevt_setup {
	__u32 abi;		/* VEXEVT_ABI */
	__u32 flags;		/* VEXEVT_SETUP_* */
	__u32 normal_bytes;	/* a power of two, at least 16384 and a page */
	__u32 urgent_bytes;	/* the same, or 0: no such lane */
	char host[64];		/* of the events, NUL-terminated */
	char tenant[64];
	__u64 id_source;	/* out: the upper half of the events' ids */
	__u64 map_bytes;	/* out: what may be mapped, from offset 0 */
	__u64 reserved[2];	/* 0 */
};

/*
 * VEXEVT_IOC_MARK watches the object that fd is on, VEXEVT_IOC_UNMARK no longer (types
 * and urgent are then 0). fd may be an O_PATH one: opening it is then no event.
 *
 * VEXEVT_OBJECT_FILESYSTEM: what happens in the file system of fd below the root of
 * fd's mount, through whichever mount. VEXEVT_OBJECT_MOUNT: what happens through the
 * mount of fd; the kernel tells only of open, read, write, close and exec there, and
 * takes such marks from kernel 6.10 on. VEXEVT_OBJECT_DIRECTORY: what happens to fd's
 * directory and its entries, not below.
 *
 * Paths are those under the mount of fd, as the caller saw it when it marked. An event
 * that several marks of a descriptor match is delivered once, with the path of the
 * closest: directory, mount, file system.
 *
 * A mark does not keep a file system from being unmounted, or a directory from being
 * removed; it ends with it, and a last event of no process says so: system.unmount with
 * the path of the mount, or fs.rmdir with that of the directory.
 *
 * EBADF, EINVAL: as usual, and before SETUP; EEXIST: is marked; ENOENT: is not;
 * ENOTDIR; EOPNOTSUPP: this kernel has no such marks; ENOSPC: more than the module's
 * parameter marks_max allows.
 */
#define VEXEVT_OBJECT_FILESYSTEM 0
#define VEXEVT_OBJECT_MOUNT 1
#define VEXEVT_OBJECT_DIRECTORY 2

struct vexevt_mark {
	__s32 fd;
	__u32 object;		/* VEXEVT_OBJECT_* */
	__u64 types;		/* VEXEVT_BIT() of each wanted, within VEXEVT_FS_ALL */
	__u64 urgent;		/* those of `types` that go to the urgent lane, priority high */
	__u64 reserved;		/* 0 */
};

/*
 * VEXEVT_IOC_FILTER replaces the descriptor's filter. An event of its marks is
 * delivered if all parts hold; a part that is empty holds. Frames from the bus and
 * what the module says itself always pass.
 *
 * Pointers are to arrays of the length that stands before them. Each is at most
 * VEXEVT_FILTER_MAX long, paths VEXEVT_FILTER_PATHS_MAX bytes in all.
 */
#define VEXEVT_FILTER_MAX 1024
#define VEXEVT_FILTER_PATHS_MAX 65536

struct vexevt_uids {
	__u32 first, last;	/* inclusive */
};

struct vexevt_filter {
	__u64 types;		/* VEXEVT_BIT() of each wanted; 0: all */
	__u32 uid_count;
	__u32 pid_count;
	__u32 cgroup_count;
	__u32 path_bytes;
	__u64 uids;		/* struct vexevt_uids[]: effective uid within one of them */
	__u64 pids;		/* __u32[]: the process or an ancestor is one of them */
	__u64 cgroups;		/* __u64[], inode numbers of cgroup directories: in or below */
	__u64 paths;		/* NUL-terminated each: a path of the event is it or below it */
	__u32 rate;		/* events per second for each uid; 0: any number */
	__u32 burst;		/* with rate: at once, at least 1 */
	__u64 reserved[2];	/* 0 */
};

/*
 * VEXEVT_IOC_COUNTERS: what became of all events since SETUP. Every event that a
 * mark asked for is counted once: as delivered, as lost, or under why it was not
 * wanted.
 */
struct vexevt_counters {
	__u64 delivered;	/* to the ring, without gaps */
	__u64 lost;
	__u64 gaps;		/* vexevt.lost events written */
	__u64 bus;		/* of those delivered or lost: came over the bus */
	__u64 own;		/* VEXEVT_SETUP_SKIP_SELF */
	__u64 outside;		/* not below the root of the mount that was marked */
	__u64 by_type;		/* the filter's parts, in the order in which they are asked */
	__u64 by_uid;
	__u64 by_cgroup;
	__u64 by_pid;
	__u64 by_path;
	__u64 by_rate;
	__u64 reserved[4];
};

#define VEXEVT_IOC_SETUP _IOWR('V', 0xe0, struct vexevt_setup)
#define VEXEVT_IOC_MARK _IOW('V', 0xe1, struct vexevt_mark)
#define VEXEVT_IOC_UNMARK _IOW('V', 0xe2, struct vexevt_mark)
#define VEXEVT_IOC_FILTER _IOW('V', 0xe3, struct vexevt_filter)
#define VEXEVT_IOC_COUNTERS _IOR('V', 0xe4, struct vexevt_counters)

/* The pages of the mapping. Each position has a cache line of its own. */
struct vexevt_consumer {
	__u64 normal;
	__u64 pad[7];
	__u64 urgent;
};

struct vexevt_producer {
	__u32 abi;		/* VEXEVT_ABI */
	__u32 flags;		/* of SETUP */
	__u64 normal_at;	/* offsets into the mapping */
	__u64 normal_bytes;
	__u64 urgent_at;
	__u64 urgent_bytes;
	__u64 pad0[3];
	__u64 normal;
	__u64 pad1[7];
	__u64 urgent;
};

/* Before each frame of the urgent lane. */
struct vexevt_urgent {
	__u64 normal;		/* the position in the normal lane where the frame belongs */
};

#endif
