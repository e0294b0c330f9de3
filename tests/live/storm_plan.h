// StormPlan: what a process does to a tree of directories, made up from a seed, and the events that follow from it.
// Names hold every byte that a name can. Each is used once, as the kernel merges what happens twice to one name.
#pragma once

#include <sys/stat.h>

#include <cstdio>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace vexevt {

class StormPlan {
 public:
  struct Step {
    enum { kMkdir, kMknod, kRename } what;
    std::string path, path2;  // relative
  };

  // Directories are made at any time, or all of them in the first `up_front` steps.
  StormPlan(std::uint32_t seed, int count, int up_front = 0) : random_(seed) {
    for (int i = 0; i < up_front; ++i) MakeDirectory(Any(), i);
    for (int i = up_front; i < count; ++i) AddStep(i, up_front == 0);
  }

  std::span<const Step> steps() const { return steps_; }

  static bool Do(std::span<const Step> steps, const std::string& top) {
    for (const Step& step : steps) {
      std::string path = top + "/" + step.path;
      bool done = step.what == Step::kRename  ? ::rename(path.c_str(), (top + "/" + step.path2).c_str()) == 0
                  : step.what == Step::kMkdir ? ::mkdir(path.c_str(), 0755) == 0
                                              : ::mknod(path.c_str(), S_IFREG | 0600, 0) == 0;
      if (!done) return false;
    }
    return true;
  }

  static std::vector<std::string> Lines(std::span<const Step> steps) {
    std::vector<std::string> lines;
    for (const Step& step : steps) {
      lines.push_back(step.what == Step::kRename  ? "fs.rename " + step.path + " " + step.path2
                      : step.what == Step::kMkdir ? "fs.mkdir " + step.path
                                                  : "fs.create " + step.path);
    }
    return lines;
  }

 private:
  static constexpr int kMostDepth = 20;
  static constexpr std::size_t kMostDirectories = 200;

  struct Directory {
    int parent;  // -1: this is the top
    std::string name;
  };

  const Directory& At(int id) const { return directories_[static_cast<std::size_t>(id)]; }
  int Any(int first = 0) {
    return first + static_cast<int>(random_() % (directories_.size() - static_cast<std::size_t>(first)));
  }

  std::string PathOf(int id) const {
    std::string path;
    for (; id > 0; id = At(id).parent) path = At(id).name + (path.empty() ? "" : "/" + path);
    return path;
  }
  std::string Below(int id, const std::string& name) const { return id == 0 ? name : PathOf(id) + "/" + name; }
  int DepthOf(int id) const {
    int depth = 0;
    for (; id > 0; id = At(id).parent) ++depth;
    return depth;
  }
  bool Holds(int above, int id) const {
    for (; id >= 0; id = At(id).parent) {
      if (id == above) return true;
    }
    return false;
  }

  std::string NewName(int number) {
    std::string name = std::to_string(number) + "-";
    for (int i = 0; i < 4; ++i) {
      char byte = static_cast<char>(1 + random_() % 255);
      name += byte == '/' ? '\n' : byte;
    }
    return name;
  }

  void MakeDirectory(int parent, int number) {
    std::string name = NewName(number);
    steps_.push_back({Step::kMkdir, Below(parent, name), ""});
    directories_.push_back({parent, name});
  }

  void AddStep(int number, bool may_make) {
    int at = Any();
    auto kind = random_() % 8;
    if (kind == 0 && may_make && directories_.size() < kMostDirectories && DepthOf(at) < kMostDepth) {
      MakeDirectory(at, number);
    } else if (kind <= 4 && directories_.size() > 1) {
      int moved = Any(1);
      if (Holds(moved, at) || DepthOf(at) > kMostDepth) return;
      std::string from = PathOf(moved), name = NewName(number);
      steps_.push_back({Step::kRename, from, Below(at, name)});
      directories_[static_cast<std::size_t>(moved)] = {at, name};
    } else {
      steps_.push_back({Step::kMknod, Below(at, NewName(number)), ""});
    }
  }

  std::mt19937 random_;
  std::vector<Directory> directories_ = {{-1, ""}};
  std::vector<Step> steps_;
};

}  // namespace vexevt
