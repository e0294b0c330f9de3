#include "lib/cli/option_docs.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace vexevt {
namespace {

void SplitText(const std::string& text, std::string* brief, std::string* details) {
  std::size_t end = text.find('\n');
  *brief = text.substr(0, end);
  *details = end == std::string::npos ? "" : text.substr(end + 1);
}

OptionDoc Describe(const CLI::Option& option) {
  OptionDoc doc;
  doc.group = option.get_group();
  for (const std::string& name : option.get_snames()) doc.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) doc.names.push_back("--" + name);
  bool takes_value = option.get_positional() || option.get_expected_max() > 0;
  if (takes_value) doc.placeholder = option.get_type_name();
  doc.many = option.get_positional() && option.get_expected_max() > 1;
  doc.required = option.get_required();
  SplitText(option.get_description(), &doc.brief, &doc.details);
  return doc;
}

}  // namespace

std::vector<OptionDoc> DescribeOptions(const CLI::App& app) {
  std::vector<OptionDoc> named, operands, meta;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    OptionDoc doc = Describe(*option);
    if (option->check_name("-h") || option->check_name("--help"))
      doc.group = "Help";  // commands inherit the flag alone
    (doc.operand() ? operands : doc.group == "Help" ? meta : named).push_back(std::move(doc));
  }
  std::move(operands.begin(), operands.end(), std::back_inserter(named));
  std::move(meta.begin(), meta.end(), std::back_inserter(named));
  return named;
}

std::vector<std::string> OptionGroupsOf(const std::vector<OptionDoc>& options) {
  static constexpr std::string_view kShared[] = {"Input", "Output", "Limits", "Running", "Help"};
  auto rank = [](std::string_view group) {
    auto at = std::find(std::begin(kShared), std::end(kShared), group);
    return at == std::end(kShared) ? 0 : at - std::begin(kShared) + 1;
  };
  std::vector<std::string> groups;
  for (const OptionDoc& option : options) {
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) groups.push_back(option.group);
  }
  std::stable_sort(groups.begin(), groups.end(), [&](auto& a, auto& b) { return rank(a) < rank(b); });
  return groups;
}

std::vector<SubcommandDoc> DescribeSubcommands(const CLI::App& app) {
  std::vector<SubcommandDoc> docs;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name().empty() || command->get_group().empty()) continue;
    SubcommandDoc doc{.name = command->get_name(), .app = command};
    SplitText(command->get_description(), &doc.brief, &doc.details);
    docs.push_back(std::move(doc));
  }
  return docs;
}

std::string OptionHeading(const OptionDoc& option) {
  if (option.operand()) return option.placeholder + (option.many ? "..." : "");
  std::string heading;
  for (const std::string& name : option.names) heading += (heading.empty() ? "" : ", ") + name;
  return option.placeholder.empty() ? heading : heading + " " + option.placeholder;
}

}  // namespace vexevt
