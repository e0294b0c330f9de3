// What vexevt-expr(7) shows as an example is one.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "lib/expr/expression.h"

namespace vexevt {
namespace {

// The text between `.\" example: expr` and `.\" end`, roff's escapes undone.
std::vector<std::string> Examples() {
  std::ifstream page(VEXEVT_EXPR_PAGE);
  std::vector<std::string> examples;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line == ".\\\" example: expr") {
      inside = true;
      examples.emplace_back();
    } else if (line == ".\\\" end") {
      inside = false;
    } else if (inside) {
      for (auto at = line.find("\\-"); at != line.npos; at = line.find("\\-", at)) line.erase(at, 1);
      examples.back() += line + '\n';
    }
  }
  return examples;
}

TEST(ManPageTest, ExamplesCompile) {
  std::vector<std::string> examples = Examples();
  EXPECT_GE(examples.size(), 5U);
  for (const std::string& example : examples) {
    auto expression = CompileExpression(example);
    ASSERT_TRUE(expression.ok()) << example << expression.status().message();
    EXPECT_TRUE(CompileExpression(expression->Print()).ok()) << expression->Print();
  }
}

TEST(ManPageTest, TheErrorIsTheOneShown) {
  std::ifstream page(VEXEVT_EXPR_PAGE);
  std::string text(std::istreambuf_iterator<char>(page), {});
  auto expression = CompileExpression("uid=0 &&pth = /x");
  ASSERT_FALSE(expression.ok());
  std::string message = expression.status().message();
  EXPECT_NE(text.find(message.substr(message.find(':'))), std::string::npos) << message;
}

}  // namespace
}  // namespace vexevt
