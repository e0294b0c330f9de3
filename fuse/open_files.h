// OpenFiles: the files that the kernel has open, until it releases them. Those that it never does (a mount that ends
// takes the releases that still wait with it) are found here at the end. Thread-safe.
#pragma once

#include <list>
#include <memory>
#include <mutex>

#include "fuse/record.h"
#include "lib/base/unique_fd.h"

namespace vexevt {

struct Node;

// An open file. Its address is the handle that the kernel knows.
struct OpenFile {
  UniqueFd fd;
  Node* node = nullptr;
  int flags = 0;  // with which it was opened
  bool passthrough = false;
  std::mutex closer_mutex;
  Who closer;  // the last one who closed a descriptor of it, or who opened it

  std::list<OpenFile>::iterator position;  // in OpenFiles
};

class OpenFiles {
 public:
  OpenFile& Add() {
    std::list<OpenFile> added(1);
    OpenFile& file = added.front();
    file.position = added.begin();
    std::lock_guard lock(mutex_);
    files_.splice(files_.end(), added);
    return file;
  }

  void Remove(OpenFile& file) {
    std::list<OpenFile> removed;
    {
      std::lock_guard lock(mutex_);
      removed.splice(removed.end(), files_, file.position);
    }
  }

  // The one that is open longest; null: none is.
  OpenFile* First() {
    std::lock_guard lock(mutex_);
    return files_.empty() ? nullptr : &files_.front();
  }

 private:
  std::mutex mutex_;
  std::list<OpenFile> files_;
};

}  // namespace vexevt
