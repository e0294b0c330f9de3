#include "fuse/mount_words.h"

#include <algorithm>
#include <array>

#include "fuse/options.h"

namespace vexevt {
namespace {

// For mount(8) itself and those who read fstab.
bool IsForOthers(std::string_view option) {
  constexpr std::array kWords = {"defaults", "auto",  "noauto",  "user",   "nouser", "users",
                                 "owner",    "group", "_netdev", "nofail", "rw"};
  return option.empty() || option.starts_with("x-") || option.starts_with("comment=") ||
         std::find(kWords.begin(), kWords.end(), option) != kWords.end();
}

bool IsMountOptions(std::string_view text) {
  std::string_view first = text.substr(0, text.find(','));
  return first == "rw" || first == "ro";
}

// Splits at commas, but not within "…" or after a backslash; both are taken away.
std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> options(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      options.back() += text[++i];
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == ',' && !quoted) {
      options.emplace_back();
    } else {
      options.back() += text[i];
    }
  }
  return options;
}

void AddOptions(std::string_view text, std::vector<std::string>* words) {
  std::string rest;
  for (const std::string& option : Split(text)) {
    std::string name = option.substr(0, option.find('='));
    OptionShape shape = ShapeOfFuseOption(name);
    bool flag = name.size() == option.size();
    if (shape != OptionShape::kNone && flag == (shape == OptionShape::kFlag)) {
      words->push_back("--" + option);
    } else if (!IsForOthers(option)) {
      rest += (rest.empty() ? "" : ",") + option;
    }
  }
  if (!rest.empty()) words->insert(words->end(), {"--mount-options", rest});
}

}  // namespace

bool IsMountHelper(std::string_view program) { return program.substr(program.rfind('/') + 1).starts_with("mount."); }

std::vector<std::string> WordsOfMount(const std::vector<std::string>& words, bool helper) {
  std::vector<std::string> ours;
  bool by_mount = helper;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    bool more = i + 1 < words.size();
    if (word == "-o" && more && (helper || IsMountOptions(words[i + 1]))) {
      AddOptions(words[++i], &ours);
      by_mount = true;
    } else if (helper && more && (word == "-t" || word == "-N")) {
      ++i;
    } else if (!(helper && word.size() > 1 && word[0] == '-' &&
                 word.find_first_not_of("sfnvr", 1) == std::string::npos)) {
      ours.push_back(word);
    }
  }
  if (by_mount) ours.insert(ours.begin(), "--background");
  return ours;
}

}  // namespace vexevt
