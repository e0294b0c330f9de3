#include "lib/match/literal_scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace vexevt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// (text, value) for each hit. The parameter: by vectors?
class LiteralScannerTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam() && !WindowFilter::HasVectors()) GTEST_SKIP() << "this processor has no AVX2";
  }
  void Build(const std::vector<std::string>& literals) {
    for (std::uint32_t i = 0; i < literals.size(); ++i) scanner_.Add(literals[i], i);
    scanner_.Build();
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> Scan(const std::vector<std::string_view>& texts) {
    scanner_.Scan(texts, scratch_);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> hits;
    for (const LiteralScanner::Hit& hit : scratch_.hits) hits.emplace_back(hit.text, hit.value);
    std::sort(hits.begin(), hits.end());
    return hits;
  }

  LiteralScanner scanner_{GetParam()};
  LiteralScanner::Scratch scratch_;
};

INSTANTIATE_TEST_SUITE_P(Ways, LiteralScannerTest, testing::Bool(),
                         [](const auto& way) { return way.param ? "Vectors" : "Portable"; });

TEST_P(LiteralScannerTest, FindsLiteralsOfEachLengthAtEachPlace) {
  Build({"x", "yz", "abc", "rare_word", "a"});
  EXPECT_THAT(Scan({"xab", "", "abcx", "ayz", "_rare_word", "rare_wor", "d"}),
              ElementsAre(Pair(0, 0), Pair(0, 4), Pair(2, 0), Pair(2, 2), Pair(2, 4), Pair(3, 1), Pair(3, 4),
                          Pair(4, 3), Pair(4, 4), Pair(5, 4)));
}

TEST_P(LiteralScannerTest, TellsALiteralOnceForATextHoweverOftenItStandsThere) {
  Build({"aa", "aaaa"});
  EXPECT_THAT(Scan({"aaaaaaaa", "aaa"}), ElementsAre(Pair(0, 0), Pair(0, 1), Pair(1, 0)));
  EXPECT_THAT(Scan({"aa"}), ElementsAre(Pair(0, 0)));
}

TEST_P(LiteralScannerTest, DoesNotFindAcrossTexts) {
  Build({"ab", "bcde"});
  EXPECT_THAT(Scan({"a", "b", "bc", "de", "abcde"}), ElementsAre(Pair(4, 0), Pair(4, 1)));
}

TEST_P(LiteralScannerTest, TakesTextsLongerThanAChunk) {
  Build({"needle"});
  const std::string longer = std::string(40000, '.') + "needle";
  const std::string middle = std::string(16000, '.') + "needle";
  EXPECT_THAT(Scan({longer, middle, "needle", std::string_view(longer).substr(0, 40005), middle}),
              ElementsAre(Pair(0, 0), Pair(1, 0), Pair(2, 0), Pair(4, 0)));
}

TEST_P(LiteralScannerTest, FindsNothingWithoutTexts) {
  Build({"a"});
  EXPECT_THAT(Scan({}), IsEmpty());
  EXPECT_THAT(Scan({"", ""}), IsEmpty());
}

}  // namespace
}  // namespace vexevt
