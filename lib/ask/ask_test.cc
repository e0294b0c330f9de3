#include "lib/ask/ask.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "lib/ask/model.h"
#include "lib/ask/rule_file.h"

namespace vexevt {
namespace {

// What the tools print for a question of a golden file, "? pattern SENTENCE" or "? rule SENTENCE", without the comment.
std::string PrintedFor(const std::string& question) {
  const bool pattern = question.starts_with("? pattern ");
  const std::string sentence = question.substr(pattern ? 10 : 7);
  const Asked asked = pattern ? AskForPattern(sentence) : AskForRule(sentence);
  if (const auto* rule = std::get_if<AskedRule>(&asked)) return rule->toml.substr(rule->toml.find('\n') + 1);
  const auto& misunderstanding = std::get<Misunderstanding>(asked);
  return fmt::format("{}: {}\n{}", misunderstanding.at + 1, misunderstanding.what,
                     ShowMisunderstanding(sentence, misunderstanding));
}

struct Answered {
  std::string question, printed;
};

std::vector<Answered> ReadGolden(const std::string& name) {
  std::ifstream file(VEXEVT_GOLDEN + ("/" + name));
  std::vector<Answered> all;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("? ")) {
      all.push_back({line, {}});
    } else if (!all.empty()) {
      all.back().printed += line + '\n';
    }
  }
  return all;
}

TEST(AskTest, SentencesGiveTheirRules) {
  const std::vector<Answered> golden = ReadGolden("ask.txt");
  ASSERT_GE(golden.size(), 100u);
  for (const Answered& each : golden) EXPECT_EQ(PrintedFor(each.question), each.printed) << each.question;
}

TEST(AskTest, OthersAreRefusedWithTheirPlace) {
  const std::vector<Answered> golden = ReadGolden("ask-refused.txt");
  ASSERT_GE(golden.size(), 40u);
  for (const Answered& each : golden) EXPECT_EQ(PrintedFor(each.question), each.printed) << each.question;
}

const Misunderstanding& Refused(const Asked& asked) {
  EXPECT_TRUE(std::holds_alternative<Misunderstanding>(asked));
  return std::get<Misunderstanding>(asked);
}

TEST(AskTest, OffersAreUnderstood) {
  for (const Answered& each : ReadGolden("ask-refused.txt")) {
    const bool pattern = each.question.starts_with("? pattern ");
    const std::string sentence = each.question.substr(pattern ? 10 : 7);
    const Asked asked = pattern ? AskForPattern(sentence) : AskForRule(sentence);
    const Misunderstanding& refused = Refused(asked);
    if (refused.offers.empty()) continue;
    // The nearest one is, or is at least understood further.
    const std::string& offer = refused.offers.front();
    const Asked again = pattern ? AskForPattern(offer) : AskForRule(offer);
    const auto* const still = std::get_if<Misunderstanding>(&again);
    EXPECT_TRUE(still == nullptr || still->at > refused.at) << offer;
  }
}

TEST(AskTest, TheNameIsTheSentencesOrTheOneGiven) {
  const Asked asked = AskForPattern("tell me when root deletes a file", "no \"deletes\"");
  EXPECT_EQ(std::get<AskedRule>(asked).name, "no \"deletes\"");
  EXPECT_NE(std::get<AskedRule>(asked).toml.find("name = 'no \"deletes\"'\n"), std::string::npos);
  EXPECT_EQ(std::get<AskedRule>(AskForPattern("tell me when root deletes a file")).name, "root deletes a file");
}

TEST(AskTest, TheSentenceIsACommentOfOneLine) {
  const Asked asked = AskForPattern("tell me when\n root\t deletes a file");
  EXPECT_TRUE(std::get<AskedRule>(asked).toml.starts_with("# tell me when root deletes a file\n[[pattern]]\n"));
}

TEST(AskTest, BytesThatAreNoTextAreRefused) {
  EXPECT_EQ(Refused(AskForPattern("tell me when \x1b[31m")).at, 13u);
  EXPECT_EQ(Refused(AskForPattern("tell me \xff")).at, 8u);
  EXPECT_EQ(Refused(AskForRule(std::string("drop \0 it", 9))).at, 5u);
  EXPECT_EQ(Refused(AskForRule(std::string(kMaxSentenceBytes + 1, 'x'))).at, kMaxSentenceBytes);
}

TEST(AskTest, TheCaretStandsBelowTheCharacter) {
  const std::string sentence = "tell me when root deletes \"\u00e4\" undr /etc";
  const Asked asked = AskForPattern(sentence);
  EXPECT_EQ(ShowMisunderstanding(sentence, Refused(asked)),
            "  tell me when root deletes \"\u00e4\" undr /etc\n"
            "                                ^^^^\n"
            "perhaps: tell me when root deletes \"\u00e4\" under /etc\n");
}

TEST(ModelAnswerTest, IsTheCodeBlockAtItsLines) {
  const auto answer = ReadModelAnswer("Here it is:\n```toml\n[[rule]]\n```\nGood luck!\n");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->toml, "\n\n[[rule]]\n");
  EXPECT_EQ(ReadModelAnswer("[[rule]]\n")->toml, "[[rule]]\n");
  EXPECT_EQ(ReadModelAnswer("```")->toml, "");
  EXPECT_EQ(ReadModelAnswer("")->toml, "");
  EXPECT_EQ(ReadModelAnswer("```\na = 1")->toml, "\na = 1");
  EXPECT_FALSE(ReadModelAnswer("```\na\n```\n```\nb\n```\n").ok());
}

TEST(ModelInstructionsTest, TellOfAllFieldsAndTypes) {
  const std::string text = ModelInstructions(RuleKind::kPattern);
  EXPECT_NE(text.find("vector.collection: "), std::string::npos);
  EXPECT_NE(text.find("fs.close-write: "), std::string::npos);
  EXPECT_NE(ModelInstructions(RuleKind::kRoute).find("[[rule]]"), std::string::npos);
}

}  // namespace
}  // namespace vexevt
