// Rows of which is known where something is wrong, for tests and benches of detectors, and how well one finds it.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <span>
#include <string_view>
#include <vector>

#include "lib/base/random.h"
#include "lib/series/detector.h"
#include "lib/series/testing/rows.h"

namespace vexevt {

struct LabelledRow {
  // From one value to before another: where a finding is right. One in it is wanted.
  struct Wrong {
    std::size_t begin, end;
  };
  std::size_t dimensions = 1;
  std::vector<double> values;  // of each dimension by turns
  std::vector<Wrong> wrong;

  std::size_t size() const { return values.size() / dimensions; }
};

struct LabelledCase {
  std::string_view name;
  std::function<LabelledRow(std::uint64_t seed)> make;
};

struct Findings {
  std::size_t wrong = 0, found = 0;       // of LabelledRow::wrong
  std::size_t right = 0, false_ones = 0;  // findings

  double recall() const { return wrong == 0 ? 1 : static_cast<double>(found) / static_cast<double>(wrong); }
  double precision() const {
    return right + false_ones == 0 ? 1 : static_cast<double>(right) / static_cast<double>(right + false_ones);
  }
};

inline constexpr std::size_t kLabelledSize = 1'500;
inline constexpr std::size_t kFirstWrong = 300;  // a detector of a season has seen some then

// Noise of deviation 1 around base(i), with eight values that are `height` off it.
template <typename Base>
LabelledRow WithSpikes(std::uint64_t seed, double height, Base base) {
  Noise noise(seed);
  Random random(seed + 1'000);
  LabelledRow row;
  row.values = Row(kLabelledSize, [&](double i) { return base(i) + noise(); });
  for (std::size_t spike = 0; spike < 8; ++spike) {
    const std::size_t at = kFirstWrong + spike * 150 + random.Below(100);
    row.values[at] = base(static_cast<double>(at)) + (random.Below(2) == 0 ? height : -height);
    row.wrong.push_back({at, at + 1});
  }
  return row;
}

// A number of events a window, as of a Poisson process.
inline double CountDraw(double mean, Random* random) {
  double product = 1;
  int count = -1;
  for (const double least = std::exp(-mean); product > least; ++count) {
    product *= static_cast<double>((random->Next() >> 11) + 1) * 0x1p-53;
  }
  return count;
}

inline double Daily(double i) { return 30 * std::sin(2 * std::numbers::pi * i / 24); }

inline const std::vector<LabelledCase>& SpikeCases() {
  static const std::vector<LabelledCase> cases = {
      {"spikes", [](std::uint64_t seed) { return WithSpikes(seed, 12, [](double) { return 100.0; }); }},
      {"small spikes", [](std::uint64_t seed) { return WithSpikes(seed, 7, [](double) { return 100.0; }); }},
      {"on a trend", [](std::uint64_t seed) { return WithSpikes(seed, 12, [](double i) { return i / 50; }); }},
      {"in a season", [](std::uint64_t seed) { return WithSpikes(seed, 12, Daily); }},
      {"season and trend",
       [](std::uint64_t seed) { return WithSpikes(seed, 12, [](double i) { return Daily(i) + i / 20; }); }},
      {"of counts",
       [](std::uint64_t seed) {
         Random random(seed);
         LabelledRow row;
         row.values = Row(kLabelledSize, [&](double) { return CountDraw(4, &random); });
         for (std::size_t at = kFirstWrong; at < kLabelledSize; at += 150) {
           row.values[at] = 40;
           row.wrong.push_back({at, at + 1});
         }
         return row;
       }},
      {"constant, one jump",
       [](std::uint64_t seed) {
         LabelledRow row;
         const std::size_t at = kFirstWrong + seed;
         row.values = Row(kLabelledSize, [&](double i) { return i < static_cast<double>(at) ? 7.0 : 9.0; });
         row.wrong.push_back({at, at + 100});  // until it is what is usual
         return row;
       }},
      {"a shift",
       [](std::uint64_t seed) {
         Noise noise(seed);
         LabelledRow row;
         row.values = Row(kLabelledSize, [&](double i) { return (i < 700 ? 50 : 65) + noise(); });
         row.wrong.push_back({700, 800});
         return row;
       }},
  };
  return cases;
}

// Shifts of the mean by three deviations, and a drift by as much within 300 values.
inline const std::vector<LabelledCase>& ChangeCases() {
  static const std::vector<LabelledCase> cases = {
      {"shifts up and down",
       [](std::uint64_t seed) {
         Noise noise(seed);
         LabelledRow row;
         row.values = Row(kLabelledSize, [&](double i) { return (i >= 500 && i < 1'000 ? 53 : 50) + noise(); });
         row.wrong = {{500, 540}, {1'000, 1'040}};
         return row;
       }},
      {"a drift",
       [](std::uint64_t seed) {
         Noise noise(seed);
         LabelledRow row;
         row.values = Row(kLabelledSize, [&](double i) { return std::clamp((i - 600) / 100, 0.0, 3.0) + noise(); });
         row.wrong = {{600, 1'100}};
         return row;
       }},
      {"only spikes",
       [](std::uint64_t seed) {
         LabelledRow row = WithSpikes(seed, 12, [](double) { return 100.0; });
         row.wrong.clear();
         return row;
       }},
  };
  return cases;
}

// Two values that go together, each of which alone is never out of the ordinary.
inline const std::vector<LabelledCase>& PairCases() {
  static const std::vector<LabelledCase> cases = {
      {"of two together",
       [](std::uint64_t seed) {
         Noise noise(seed);
         Random random(seed + 1'000);
         LabelledRow row{.dimensions = 2, .values = {}, .wrong = {}};
         for (std::size_t i = 0; i < kLabelledSize; ++i) {
           const double level = 100 + 40 * std::sin(static_cast<double>(i) / 9);
           const bool wrong = i >= kFirstWrong && i % 150 == 0;
           const double other = wrong ? 200 - level + (level > 100 ? -20 : 20) : level;
           row.values.push_back(level + noise());
           row.values.push_back(other + noise());
           if (wrong && std::abs(level - 100) < 15) row.values.back() += 60;
           if (wrong) row.wrong.push_back({i, i + 1});
         }
         return row;
       }},
  };
  return cases;
}

// Of three values that go together, each on its own scale, what the others make one expect of it.
inline double OneOfThreeLevel(std::size_t i, std::size_t dimension) {
  return static_cast<double>(dimension + 1) * (100 + 40 * std::sin(static_cast<double>(i) / 9));
}

// One of them, by turns, is wrong by 40 deviations of its noise, but within what it has been.
inline LabelledRow OneOfThree(std::uint64_t seed) {
  Noise noise(seed);
  LabelledRow row{.dimensions = 3, .values = {}, .wrong = {}};
  for (std::size_t i = 0; i < kLabelledSize; ++i) {
    const bool wrong = i >= kFirstWrong && i % 150 == 0;
    for (std::size_t d = 0; d < 3; ++d) {
      const double level = OneOfThreeLevel(i, d), scale = static_cast<double>(d + 1);
      const bool odd = wrong && row.wrong.size() % 3 == d;
      row.values.push_back(level + scale * noise() + (!odd ? 0 : level > 100 * scale ? -40 * scale : 40 * scale));
    }
    if (wrong) row.wrong.push_back({i, i + 1});
  }
  return row;
}

inline Findings FindingsOf(const LabelledCase& labelled, const DetectorShape& shape, std::uint64_t seeds) {
  Findings findings;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const LabelledRow row = labelled.make(seed);
    Detector detector(shape);
    std::vector<bool> found(row.wrong.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!detector.See(std::span(row.values).subspan(i * row.dimensions, row.dimensions)).anomalous()) continue;
      const auto in = std::ranges::find_if(row.wrong, [&](const auto& w) { return i >= w.begin && i < w.end; });
      if (in == row.wrong.end()) {
        ++findings.false_ones;
        continue;
      }
      ++findings.right;
      found[static_cast<std::size_t>(in - row.wrong.begin())] = true;
    }
    findings.wrong += row.wrong.size();
    findings.found += static_cast<std::size_t>(std::ranges::count(found, true));
  }
  return findings;
}

}  // namespace vexevt
