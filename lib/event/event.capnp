# One event, of any layer: the one message that every vexevt tool reads and writes. See vexevt-event(5).
#
# A frame is one Event as a standalone Cap'n Proto message: the segment table, then one segment. Frames that vexevt writes
# are canonical (https://capnproto.org/encoding.html#canonicalization): one segment, objects in preorder, trailing zero words
# of the data section and trailing null pointers left out. So what is empty costs nothing, and the order of the fields below is
# a choice about size: what nearly every event has stands in front, what few have stands at the end.
#
# Rules for change: never renumber, never reuse; new fields get the next free number. Old streams decode for ever.
#
# Text from outside (paths, names, commands) is Data: Linux promises no encoding.

@0x8c43cc0a8245afa1;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("vexevt::schema");

struct Event {
  # Who and when.
  idSource   @0 :UInt64;    # the instance that made the event: random, chosen when it starts
  idSequence @1 :UInt64;    # its count there, from 1; (idSource, idSequence) is unique across hosts
  wallNs     @2 :UInt64;    # ns since 1970-01-01 UTC
  monoNs     @3 :UInt64;    # ns since boot of the host, suspended time included
  type       @4 :UInt16;    # family in the high byte: see lib/event/type.h
  boundary   @5 :Boundary;  # where it was seen
  priority   @6 :Priority;
  flags      @7 :UInt16;    # bits: see lib/event/event.h

  # Which process, as the initial namespaces number it. pid 0: not known. uid, gid and ppid hold only with flag credentials.
  pid  @8 :UInt32;
  uid  @9 :UInt32;
  gid  @10 :UInt32;
  ppid @11 :UInt32;

  # What many events have.
  comm @14 :Data;  # the process's name, 15 bytes at most
  exe  @15 :Data;  # its executable
  host @16 :Data;

  payload :union {
    none @12 :Void;

    fs :group {
      path       @13 :Data;    # absolute; of a rename the old name
      mode       @17 :UInt16;  # st_mode; mode and size hold only with flag stat
      device     @18 :UInt32;  # major << 20 | minor, as the kernel keeps it
      inode      @19 :UInt64;
      size       @20 :UInt64;  # bytes, after the operation
      path2      @21 :Data;    # the other path: new name of a rename, new link, target of a symlink
      offset     @22 :UInt64;  # of a read, write or truncate
      length     @23 :UInt64;
      generation @24 :UInt32;  # of the inode
      mount      @25 :UInt32;  # mount id, as in /proc/PID/mountinfo
      openFlags  @26 :UInt32;  # O_*
      xattr      @27 :Data;    # name of the attribute
    }
    graph :group {
      graph   @28 :Data;
      node    @29 :Data;
      target  @30 :Data;    # of an edge
      label   @31 :Data;    # kind of node or edge, key of a property
      results @32 :UInt64;  # of a query or traversal
    }
    vector :group {
      collection @33 :Data;
      vector     @34 :Data;     # id of the vector
      metric     @35 :Data;     # cosine, l2, dot …
      dimensions @36 :UInt32;
      k          @37 :UInt32;   # neighbours asked for
      score      @38 :Float64;  # of the best result
    }
    agent :group {
      agent      @39 :Data;
      task       @40 :Data;
      action     @41 :Data;
      model      @42 :Data;
      tokens     @43 :UInt64;
      confidence @44 :Float64;  # 0 to 1
    }
    system :group {
      subject @45 :Data;   # device, mount point, service
      object  @46 :Data;   # what it was done with: a file-system type, a target
      detail  @47 :Data;
      value   @48 :Int64;
    }
    semantic :group {
      subject  @49 :Data;
      relation @50 :Data;  # how subject and object belong together
      object   @51 :Data;
      intent   @52 :Data;
      strength @53 :Float64;
    }
    observability :group {
      name    @54 :Data;
      message @55 :Data;
      unit    @56 :Data;
      value   @57 :Float64;
    }
    match :group {
      pattern    @58 :Data;
      count      @59 :UInt64;  # events that the match rests on
      generation @60 :UInt32;  # of the rules that were in force
      uncertain  @61 :Bool;    # a gap lies within it
    }
    action :group {
      workflow @62 :Data;
      step     @63 :Data;
      outcome  @64 :Data;
      attempt  @65 :UInt32;
    }
    audit :group {
      actor     @66 :Data;
      operation @67 :Data;
      object    @68 :Data;
      outcome   @69 :Data;
    }
    gap :group {
      # A vexevt.lost event: events are missing at this place in the stream.
      cause   @70 :Data;     # what lost them: fanotify, inotify, ring, rule 'x' …
      lost    @71 :UInt64;   # how many; 0 where the loser could not tell
      sinceNs @72 :UInt64;   # wall time of the last event known before the gap; 0 where unknown
    }
  }

  # What few have.
  result    @73 :Int32;   # 0, or the errno with which the operation failed
  tid       @74 :UInt32;  # 0: the same as pid
  latencyNs @75 :UInt64;  # how long the operation took; 0 where unknown
  hlc       @76 :UInt64;  # hybrid logical clock: upper 48 bits of wall time in ns, 16 bits of count; 0: follows from wallNs
  cgroup    @77 :Data;    # path in the cgroup hierarchy, and so the container; empty for the root
  tenant    @78 :Data;
  context   @79 :Context;
  causes    @80 :List(EventId);  # the events that led to this one
  attributes @81 :List(Attribute);

  enum Boundary {
    unknown @0; kernel @1; fuse @2; user @3; graph @4; vector @5; agent @6; analytics @7; remote @8;
  }
  enum Priority {
    # normal is 0, what a writer that says nothing means; lib/event/event.h has the order of urgency.
    normal @0; critical @1; high @2; low @3; background @4;
  }
}

struct EventId {
  source   @0 :UInt64;
  sequence @1 :UInt64;
}

struct Context {
  traceHigh   @0 :UInt64;  # W3C trace context: trace-id
  traceLow    @1 :UInt64;
  span        @2 :UInt64;  # W3C parent-id
  session     @3 :Data;
  transaction @4 :Data;
}

struct Attribute {
  key @0 :Data;
  value :union {
    text  @1 :Data;
    int   @2 :Int64;
    float @3 :Float64;
    bool  @4 :Bool;
    bytes @5 :Data;
  }
}
