#include "lib/sigma/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

namespace vexevt {
namespace {

struct Refused {
  YamlPlace at;
  std::string what;
};

// Marks count from 0, and are negative where the parser knows of no place.
YamlPlace PlaceOf(const YAML::Mark& mark) { return {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1}; }

// Puts values together as the parser meets them.
class Builder final : public YAML::EventHandler {
 public:
  std::vector<YamlValue> documents;

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { Put(mark, anchor, {}); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refused{PlaceOf(mark), "aliases are not read"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    static constexpr std::string_view kNulls[] = {"", "~", "null", "Null", "NULL"};
    const bool is_plain = tag == "?";  // so the parser says: without quotes
    YamlValue value;
    if (!is_plain || std::ranges::find(kNulls, text) == std::end(kNulls)) {
      value.kind = YamlKind::kText;
      value.text = text;
    }
    Put(mark, anchor, std::move(value));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, anchor, YamlKind::kList);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, anchor, YamlKind::kMap);
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Unfinished {
    YamlValue value;
    std::optional<YamlValue> key;  // whose value comes next
  };

  void Open(const YAML::Mark& mark, YAML::anchor_t anchor, YamlKind kind) {
    Count(mark, anchor);
    if (open_.size() == kMaxYamlDepth)
      throw Refused{PlaceOf(mark), fmt::format("nested deeper than {}", kMaxYamlDepth)};
    Unfinished& unfinished = open_.emplace_back();
    unfinished.value.kind = kind;
    unfinished.value.at = PlaceOf(mark);
  }

  void Close() {
    YamlValue value = std::move(open_.back().value);
    open_.pop_back();
    Add(std::move(value));
  }

  void Put(const YAML::Mark& mark, YAML::anchor_t anchor, YamlValue value) {
    Count(mark, anchor);
    value.at = PlaceOf(mark);
    Add(std::move(value));
  }

  void Add(YamlValue value) {
    if (open_.empty()) {
      documents.push_back(std::move(value));
      return;
    }
    Unfinished& into = open_.back();
    if (into.value.kind == YamlKind::kList) {
      into.value.list.push_back(std::move(value));
    } else if (!into.key) {
      if (value.kind != YamlKind::kText) throw Refused{value.at, "a key is a text"};
      if (into.value.Find(value.text) != nullptr)
        throw Refused{value.at, fmt::format("'{}' is given twice", value.text)};
      into.key = std::move(value);
    } else {
      into.value.map.push_back({std::move(*into.key), std::move(value)});
      into.key.reset();
    }
  }

  void Count(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) throw Refused{PlaceOf(mark), "anchors are not read"};
    if (++values_ > kMaxYamlValues) throw Refused{PlaceOf(mark), fmt::format("more than {} values", kMaxYamlValues)};
  }

  std::vector<Unfinished> open_;
  std::size_t values_ = 0;
};

}  // namespace

const YamlValue* YamlValue::Find(std::string_view key) const {
  const auto it = std::ranges::find_if(map, [&](const YamlEntry& entry) { return entry.key.text == key; });
  return it == map.end() ? nullptr : &it->value;
}

Status ErrorAtYaml(std::string_view file, YamlPlace at, std::string_view what) {
  return InvalidArgument(fmt::format("{}:{}:{}: {}", file, at.line, at.column, what));
}

Result<std::vector<YamlValue>> ParseYaml(const std::string& text, std::string_view file) {
  if (text.size() > kMaxYamlBytes) {
    return ErrorAtYaml(file, {}, fmt::format("larger than {} bytes", kMaxYamlBytes));
  }
  Builder builder;
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refused& refused) {
    return ErrorAtYaml(file, refused.at, refused.what);
  } catch (const YAML::Exception& error) {
    return ErrorAtYaml(file, PlaceOf(error.mark), error.msg);
  }
  return std::move(builder.documents);
}

}  // namespace vexevt
