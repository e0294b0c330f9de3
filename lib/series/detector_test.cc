#include "lib/series/detector.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "lib/series/testing/labelled.h"

namespace vexevt {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN(),
                 kEndless = std::numeric_limits<double>::infinity();

DetectorShape ShapeOf(DetectorKind kind) {
  return {.kind = kind, .grains = std::vector<double>(kind == DetectorKind::kForest ? 2 : 1, 0.0)};
}

std::string BytesOf(const Detector& detector) {
  Packer packer;
  detector.Save(&packer);
  return packer.Take();
}

bool Restore(std::string_view bytes, Detector* detector) {
  Unpacker unpacker(bytes);
  return detector->Load(&unpacker) && unpacker.done();
}

// Of what is known.
std::vector<double> LowsOf(const EachJudgement& each) {
  std::vector<double> lows;
  for (const Judgement& judgement : each.values) {
    if (judgement.known) lows.push_back(judgement.low);
  }
  return lows;
}

const LabelledCase& CaseOf(const std::vector<LabelledCase>& cases, std::string_view name) {
  return *std::ranges::find(cases, name, &LabelledCase::name);
}

class EachDetector : public testing::TestWithParam<DetectorKind> {
 protected:
  DetectorShape shape_ = ShapeOf(GetParam());
  Detector detector_{shape_};

  Judgement See(double value) { return detector_.See(std::vector<double>(shape_.grains.size(), value)); }
};

TEST_P(EachDetector, JudgesNothingBeforeItIsWarm) {
  Noise noise(1);
  for (std::uint32_t i = 0; i < kWarmUp; ++i) EXPECT_FALSE(See(noise()).known) << i;
  for (std::uint32_t i = 0; i < kWarmUp; ++i) See(noise());
  EXPECT_TRUE(See(noise()).known);
}

TEST_P(EachDetector, BearsAnyNumber) {
  Noise noise(2);
  for (int i = 0; i < 3'000; ++i) {
    double value = noise();
    if (i % 7 == 0) value = kMissing;
    if (i % 11 == 0) value = kEndless;
    if (i % 13 == 0) value = -std::numeric_limits<double>::max();
    if (i % 17 == 0) value = std::numeric_limits<double>::denorm_min();
    const EachJudgement each = detector_.JudgeEach(std::vector<double>(shape_.grains.size(), value));
    const Judgement judgement = See(value);
    for (const Judgement& one : each.values) {
      EXPECT_EQ(one.known, judgement.known) << i;
      EXPECT_EQ(one.low <= one.high, one.known) << i;
    }
    EXPECT_GE(judgement.score, 0) << i;
    EXPECT_EQ(judgement.known && std::isnan(value), false) << i;
    EXPECT_FALSE(judgement.low > judgement.high) << i;
  }
}

TEST_P(EachDetector, FindsNothingInOneValueForEver) {
  for (int i = 0; i < 500; ++i) EXPECT_FALSE(See(7).anomalous()) << i;
  for (int i = 0; i < 500; ++i) EXPECT_FALSE(See(kMissing).known) << i;
}

TEST_P(EachDetector, FindsTheJumpOfAConstant) {
  for (int i = 0; i < 200; ++i) See(7);
  bool found = false;
  for (int i = 0; i < 20; ++i) found |= See(9).anomalous();
  EXPECT_TRUE(found);
}

TEST_P(EachDetector, GoesOnFromWhatWasSaved) {
  Noise noise(3);
  for (const int split : {0, 1, 16, 31, 32, 33, 64, 65, 700}) {
    Detector undisturbed(shape_);
    for (int i = 0; i < split; ++i) undisturbed.See(std::vector<double>{10 + noise(), noise()});
    const std::string saved = BytesOf(undisturbed);
    Detector restored(shape_);
    ASSERT_TRUE(Restore(saved, &restored)) << split;
    EXPECT_EQ(BytesOf(restored), saved) << split;
    for (int i = 0; i < 200; ++i) {
      const std::vector<double> values = {10 + noise(), noise()};
      const EachJudgement each_a = undisturbed.JudgeEach(values), each_b = restored.JudgeEach(values);
      ASSERT_EQ(each_a.odd, each_b.odd) << split << " " << i;
      ASSERT_EQ(LowsOf(each_a), LowsOf(each_b)) << split << " " << i;
      const Judgement a = undisturbed.See(values), b = restored.See(values);
      ASSERT_EQ(a.known, b.known) << split << " " << i;
      ASSERT_EQ(a.score, b.score) << split << " " << i;
    }
    EXPECT_EQ(BytesOf(restored), BytesOf(undisturbed)) << split;
  }
}

TEST_P(EachDetector, RefusesWhatItDidNotSave) {
  Noise noise(4);
  for (int i = 0; i < 100; ++i) See(noise());
  const std::string saved = BytesOf(detector_);
  for (std::size_t size = 0; size < saved.size(); ++size) {
    Detector other(shape_);
    EXPECT_FALSE(Restore(saved.substr(0, size), &other)) << size;
  }
  Random random(5);
  for (int i = 0; i < 2'000; ++i) {  // a byte that is wrong is refused, or makes a model that bears what comes
    std::string damaged = saved;
    damaged[random.Below(static_cast<std::uint32_t>(damaged.size()))] ^= static_cast<char>(1 << random.Below(8));
    Detector other(shape_);
    if (!Restore(damaged, &other)) continue;
    for (int more = 0; more < 50; ++more) {
      const std::vector<double> values = {noise(), noise()};
      for (const Judgement& judgement : other.JudgeEach(values).values)
        EXPECT_EQ(judgement.low <= judgement.high, judgement.known);
      EXPECT_GE(other.See(values).score, 0);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Detector, EachDetector,
                         testing::Values(DetectorKind::kMad, DetectorKind::kEwma, DetectorKind::kSeasonal,
                                         DetectorKind::kForest, DetectorKind::kPageHinkley, DetectorKind::kAdwin),
                         [](const auto& kind) {
                           std::string name(DetectorName(kind.param));
                           std::erase(name, '-');
                           return name;
                         });

// The whole table, with more seeds and its floors, is bench/pipelines/anomaly's.
TEST(Detector, FindsWhatIsWrongInLabelledRows) {
  struct Want {
    DetectorKind kind;
    const std::vector<LabelledCase>& cases;
    std::string_view name;
  };
  for (const Want& want :
       {Want{DetectorKind::kMad, SpikeCases(), "spikes"}, Want{DetectorKind::kEwma, SpikeCases(), "on a trend"},
        Want{DetectorKind::kSeasonal, SpikeCases(), "in a season"},
        Want{DetectorKind::kSeasonal, SpikeCases(), "season and trend"},
        Want{DetectorKind::kMad, SpikeCases(), "a shift"},
        Want{DetectorKind::kPageHinkley, ChangeCases(), "shifts up and down"},
        Want{DetectorKind::kPageHinkley, ChangeCases(), "only spikes"},
        Want{DetectorKind::kAdwin, ChangeCases(), "a drift"}}) {
    const Findings findings = FindingsOf(CaseOf(want.cases, want.name), ShapeOf(want.kind), 2);
    EXPECT_EQ(findings.recall(), 1) << DetectorName(want.kind) << " " << want.name;
    EXPECT_GE(findings.precision(), 0.9) << DetectorName(want.kind) << " " << want.name;
  }
  const Findings pairs = FindingsOf(PairCases()[0], ShapeOf(DetectorKind::kForest), 4);
  EXPECT_GE(pairs.recall(), 0.8);
  EXPECT_GE(pairs.precision(), 0.9);
}

// Which of three values is wrong, and what it would have been.
TEST(Detector, AForestSaysWhichValueDoesNotGoWithTheOthers) {
  int wrong = 0, held = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const LabelledRow row = OneOfThree(seed);
    Detector detector({.kind = DetectorKind::kForest, .grains = std::vector<double>(3)});
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::span<const double> point = std::span(row.values).subspan(3 * i, 3);
      const EachJudgement each = detector.JudgeEach(point);
      ASSERT_EQ(detector.See(point).known, each.values[0].known) << i;
      if (i < kFirstWrong || i % 150 != 0) continue;
      const auto at = std::ranges::find(row.wrong, i, &LabelledRow::Wrong::begin);
      const std::size_t odd = static_cast<std::size_t>(at - row.wrong.begin()) % 3;
      EXPECT_EQ(each.odd, odd) << seed << " " << i;
      EXPECT_TRUE(each.values[odd].anomalous()) << seed << " " << i;
      const double right = OneOfThreeLevel(i, odd);
      held += each.values[odd].low <= right && right <= each.values[odd].high;
      ++wrong;
    }
  }
  EXPECT_EQ(wrong, 160);
  EXPECT_GE(held, 155);
}

TEST(Detector, TakesTheSeasonThatItIsTold) {
  const auto row = Row(400, [](double i) { return std::fmod(i, 100) < 50 ? 10.0 : 20.0; });
  SeasonalResidual told(0, 100);
  for (const double value : row) told.See(value);
  EXPECT_EQ(told.season(), 100u);
  EXPECT_TRUE(told.See(20).anomalous());
}

}  // namespace
}  // namespace vexevt
