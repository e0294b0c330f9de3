#include "lib/cli/option_value.h"

#include <CLI/CLI.hpp>

namespace vexevt {

CLI::Option* AddValue(CLI::App& app, const std::string& names, const std::string& placeholder,
                      const std::string& description, ValueReader read) {
  // The callback sees all values of the option together, in order.
  auto* option = app.add_option(
      names,
      [read = std::move(read), names](const CLI::results_t& values) {
        for (const std::string& value : values) {
          Status status = read(value);
          if (status.ok()) continue;
          throw CLI::ValidationError(names.substr(names.rfind(',') + 1), status.message());
        }
        return true;
      },
      description);
  return option->type_name(placeholder)->expected(1)->take_all()->allow_extra_args(false);
}

namespace {

// Of an option; an operand may be as it likes.
Status RefuseEmpty(const std::string& names, std::string_view text) {
  if (text.empty() && names.starts_with('-')) return InvalidArgument("the argument is empty");
  return Status::Ok();
}

}  // namespace

CLI::Option* AddText(CLI::App& app, const std::string& names, const std::string& placeholder,
                     const std::string& description, std::string* target) {
  return AddValue(app, names, placeholder, description, [names, target](std::string_view text) -> Status {
    VEXEVT_TRY(RefuseEmpty(names, text));
    *target = text;
    return Status::Ok();
  });
}

CLI::Option* AddText(CLI::App& app, const std::string& names, const std::string& placeholder,
                     const std::string& description, std::vector<std::string>* targets) {
  return AddValue(app, names, placeholder, description, [names, targets](std::string_view text) -> Status {
    VEXEVT_TRY(RefuseEmpty(names, text));
    targets->emplace_back(text);
    return Status::Ok();
  });
}

CLI::Option* AddFlag(CLI::App& app, const std::string& names, const std::string& description, bool* target) {
  return app.add_flag(names, *target, description)->take_last();
}

CLI::Option* AddOperands(CLI::App& app, const std::string& placeholder, const std::string& description,
                         std::vector<std::string>* targets) {
  // An operand is filled while it has fewer values than it expects at least; take_all() lets it end with fewer.
  static constexpr int kUnlimited = 1 << 24;
  return AddText(app, placeholder, placeholder, description, targets)->expected(kUnlimited)->allow_extra_args(false);
}

Status NoneOf(std::string_view text, std::string_view choices) {
  return InvalidArgument(std::string("'").append(text).append("' is none of ").append(choices));
}

}  // namespace vexevt
