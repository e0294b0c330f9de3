#include "lib/sigma/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

namespace vexevt {
namespace {

struct Refused {
  YAML::Mark mark;
  std::string what;
};

// Puts values together as the parser meets them.
class Builder final : public YAML::EventHandler {
 public:
  std::vector<YamlValue> documents;

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { Put(mark, anchor, {}); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { throw Refused{mark, "aliases are not read"}; }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    YamlValue value;
    value.kind = YamlKind::kText;
    value.quoted = tag != "?";  // what the parser says of plain ones
    value.text = text;
    const bool is_null = !value.quoted && (text.empty() || text == "~" || text == "null" || text == "Null");
    Put(mark, anchor, is_null ? YamlValue() : std::move(value));
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
    if (open_.size() == kMaxYamlDepth) throw Refused{mark, fmt::format("nested deeper than {}", kMaxYamlDepth)};
    Unfinished& unfinished = open_.emplace_back();
    unfinished.value.kind = kind;
    Place(mark, &unfinished.value);
  }

  void Close() {
    YamlValue value = std::move(open_.back().value);
    open_.pop_back();
    Add(std::move(value));
  }

  void Put(const YAML::Mark& mark, YAML::anchor_t anchor, YamlValue value) {
    Count(mark, anchor);
    Place(mark, &value);
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
      const YAML::Mark mark = MarkOf(value);
      if (value.kind != YamlKind::kText) throw Refused{mark, "a key is a text"};
      if (into.value.Find(value.text) != nullptr) throw Refused{mark, fmt::format("'{}' is given twice", value.text)};
      into.key = std::move(value);
    } else {
      into.value.map.push_back({std::move(*into.key), std::move(value)});
      into.key.reset();
    }
  }

  void Count(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) throw Refused{mark, "anchors are not read"};
    if (++values_ > kMaxYamlValues) throw Refused{mark, fmt::format("more than {} values", kMaxYamlValues)};
  }

  static void Place(const YAML::Mark& mark, YamlValue* value) {
    value->line = std::max(mark.line, 0) + 1;
    value->column = std::max(mark.column, 0) + 1;
  }

  static YAML::Mark MarkOf(const YamlValue& value) {
    YAML::Mark mark;
    mark.line = value.line - 1;
    mark.column = value.column - 1;
    return mark;
  }

  std::vector<Unfinished> open_;
  std::size_t values_ = 0;
};

Status ErrorAtMark(std::string_view file, const YAML::Mark& mark, std::string_view what) {
  return InvalidArgument(
      fmt::format("{}:{}:{}: {}", file, std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1, what));
}

}  // namespace

const YamlValue* YamlValue::Find(std::string_view key) const {
  const auto it = std::ranges::find_if(map, [&](const YamlEntry& entry) { return entry.key.text == key; });
  return it == map.end() ? nullptr : &it->value;
}

Status ErrorAtYaml(std::string_view file, const YamlValue& at, std::string_view what) {
  return InvalidArgument(fmt::format("{}:{}:{}: {}", file, at.line, at.column, what));
}

Result<std::vector<YamlValue>> ParseYaml(const std::string& text, std::string_view file) {
  if (text.size() > kMaxYamlBytes) {
    return InvalidArgument(fmt::format("{}:1:1: larger than {} bytes", file, kMaxYamlBytes));
  }
  Builder builder;
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refused& refused) {
    return ErrorAtMark(file, refused.mark, refused.what);
  } catch (const YAML::Exception& error) {
    return ErrorAtMark(file, error.mark, error.msg);
  }
  return std::move(builder.documents);
}

}  // namespace vexevt
