// Small dense least squares; sizes are few.
#include "reports/scaling.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "reports/distributions.h"
#include "reports/number_text.h"

namespace plumbline {
namespace {

bool IsPositive(double value) { return value > 0 && std::isfinite(value); }

absl::Status Check(absl::Span<const Observation> observations, size_t least) {
  for (size_t i = 0; i < observations.size(); ++i) {
    const Observation& each = observations[i];
    if (!IsPositive(each.size) || !IsPositive(each.value)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "not positive at size ", ShortestText(each.size), ": ", ShortestText(each.value)));
    }
    if (i > 0 && each.size <= observations[i - 1].size) {
      return absl::InvalidArgumentError("the sizes do not ascend");
    }
  }
  if (observations.size() < least) {
    return absl::FailedPreconditionError(
        absl::StrCat("needs ", least, " sizes, there are ", observations.size()));
  }
  return absl::OkStatus();
}

// The columns 1/T, s/T, s²/T of FitQuadratic; the right side is all ones.
using Column = std::vector<double>;

double Dot(const Column& a, const Column& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

void Subtract(Column& from, double factor, const Column& what) {
  for (size_t i = 0; i < from.size(); ++i) from[i] -= factor * what[i];
}

// Least squares of ones on the columns whose bit is set, by modified Gram-Schmidt; coefficients of
// the others are 0. False when the columns are dependent.
bool Solve(const std::array<Column, 3>& columns, int subset, std::array<double, 3>& solution) {
  constexpr double kDependent = 1e-10;
  std::array<Column, 3> q = columns;
  std::array<std::array<double, 3>, 3> r = {};
  std::array<double, 3> projected = {};
  Column right(columns[0].size(), 1.0);
  const auto chosen = [subset](int j) { return (subset >> j & 1) != 0; };
  for (int j = 0; j < 3; ++j) {
    if (!chosen(j)) continue;
    const double before = std::sqrt(Dot(q[j], q[j]));
    for (int i = 0; i < j; ++i) {
      if (!chosen(i)) continue;
      r[i][j] = Dot(q[i], q[j]);
      Subtract(q[j], r[i][j], q[i]);
    }
    r[j][j] = std::sqrt(Dot(q[j], q[j]));
    if (!(r[j][j] > kDependent * before)) return false;
    for (double& value : q[j]) value /= r[j][j];
    projected[j] = Dot(q[j], right);
    Subtract(right, projected[j], q[j]);
  }
  solution = {};
  for (int j = 2; j >= 0; --j) {
    if (!chosen(j)) continue;
    double value = projected[j];
    for (int i = j + 1; i < 3; ++i) {
      if (chosen(i)) value -= r[j][i] * solution[i];
    }
    solution[j] = value / r[j][j];
  }
  return true;
}

double RelativeResidual(const Observation& each, const std::array<double, 3>& solution) {
  return (solution[0] + each.size * (solution[1] + each.size * solution[2])) / each.value - 1;
}

// A ratio and its interval as logarithms over the logarithm of the size.
struct Node {
  double x;
  double middle;
  double low;
  double high;
};

double Interpolate(double from, double to, double fraction) {
  return from + (to - from) * fraction;
}

Node Between(const Node& a, const Node& b, double fraction) {
  return {Interpolate(a.x, b.x, fraction), Interpolate(a.middle, b.middle, fraction),
          Interpolate(a.low, b.low, fraction), Interpolate(a.high, b.high, fraction)};
}

// Where, going from `inside` (low <= 0 <= high) to `outside`, the interval ceases to contain 0.
double Exit(const Node& inside, const Node& outside) {
  const double from = outside.low > 0 ? inside.low : inside.high;
  const double to = outside.low > 0 ? outside.low : outside.high;
  return Interpolate(inside.x, outside.x, from == to ? 1 : from / (from - to));
}

// From the crossing outwards through `nodes`; the end and whether it is open.
std::pair<double, bool> Reach(Node inside, absl::Span<const Node> nodes, int first, int step) {
  for (int i = first; i >= 0 && i < static_cast<int>(nodes.size()); i += step) {
    if (nodes[i].low > 0 || nodes[i].high < 0) return {Exit(inside, nodes[i]), false};
    inside = nodes[i];
  }
  return {inside.x, true};
}

absl::StatusOr<std::vector<Node>> Nodes(absl::Span<const RatioAt> ratios) {
  if (ratios.size() < 2) {
    return absl::FailedPreconditionError(absl::StrCat("needs 2 sizes, there are ", ratios.size()));
  }
  std::vector<Node> nodes;
  for (const RatioAt& each : ratios) {
    const Interval& interval = each.ratio.interval;
    if (!IsPositive(each.size) || !IsPositive(interval.low) || !IsPositive(interval.high) ||
        !(interval.low <= each.ratio.value) || !(each.ratio.value <= interval.high)) {
      return absl::InvalidArgumentError(
          absl::StrCat("no ratio with an interval around it at size ", ShortestText(each.size)));
    }
    if (!nodes.empty() && std::log(each.size) <= nodes.back().x) {
      return absl::InvalidArgumentError("the sizes do not ascend");
    }
    nodes.push_back({std::log(each.size), std::log(each.ratio.value), std::log(interval.low),
                     std::log(interval.high)});
  }
  return nodes;
}

}  // namespace

absl::StatusOr<ExponentFit> FitExponent(absl::Span<const Observation> observations, double level) {
  absl::Status status = Check(observations, 3);
  if (!status.ok()) return status;
  if (!(level > 0 && level < 1)) return absl::InvalidArgumentError("the level is not in (0, 1)");
  // Relative to the first, so that equal values are exactly equal.
  const auto x_of = [&](const Observation& each) {
    return std::log(each.size / observations[0].size);
  };
  const auto y_of = [&](const Observation& each) {
    return std::log(each.value / observations[0].value);
  };
  const double n = static_cast<double>(observations.size());
  double mean_x = 0;
  double mean_y = 0;
  for (const Observation& each : observations) {
    mean_x += x_of(each) / n;
    mean_y += y_of(each) / n;
  }
  double sxx = 0;
  double sxy = 0;
  double syy = 0;
  for (const Observation& each : observations) {
    const double x = x_of(each) - mean_x;
    const double y = y_of(each) - mean_y;
    sxx += x * x;
    sxy += x * y;
    syy += y * y;
  }
  ExponentFit fit;
  fit.slope = sxy / sxx;
  fit.intercept = std::log(observations[0].value) + mean_y -
                  fit.slope * (std::log(observations[0].size) + mean_x);
  // The residuals themselves: Syy - slope·Sxy would cancel.
  double squares = 0;
  for (const Observation& each : observations) {
    const double residual = y_of(each) - mean_y - fit.slope * (x_of(each) - mean_x);
    squares += residual * residual;
  }
  fit.residual = std::sqrt(squares / (n - 2));
  const double half_width =
      StudentTQuantile((1 + level) / 2, n - 2) * fit.residual / std::sqrt(sxx);
  fit.interval = {fit.slope - half_width, fit.slope + half_width, level};
  fit.r_squared = syy > 0 ? 1 - squares / syy : 1;
  fit.sizes = static_cast<int>(observations.size());
  return fit;
}

absl::StatusOr<std::vector<LocalExponent>> LocalExponents(
    absl::Span<const Observation> observations) {
  absl::Status status = Check(observations, 2);
  if (!status.ok()) return status;
  std::vector<LocalExponent> result;
  for (size_t i = 1; i < observations.size(); ++i) {
    const Observation& a = observations[i - 1];
    const Observation& b = observations[i];
    result.push_back({a.size, b.size, std::log(b.value / a.value) / std::log(b.size / a.size)});
  }
  return result;
}

absl::StatusOr<QuadraticFit> FitQuadratic(absl::Span<const Observation> observations) {
  absl::Status status = Check(observations, 4);
  if (!status.ok()) return status;
  std::array<Column, 3> columns;
  for (const Observation& each : observations) {
    columns[0].push_back(1 / each.value);
    columns[1].push_back(each.size / each.value);
    columns[2].push_back(each.size * each.size / each.value);
  }
  std::array<double, 3> best = {};
  double least = std::numeric_limits<double>::infinity();
  for (int subset = 1; subset < 8; ++subset) {
    std::array<double, 3> solution;
    if (!Solve(columns, subset, solution)) continue;
    if (solution[0] < 0 || solution[1] < 0 || solution[2] < 0) continue;
    double squares = 0;
    for (const Observation& each : observations) {
      const double residual = RelativeResidual(each, solution);
      squares += residual * residual;
    }
    if (squares < least) {
      least = squares;
      best = solution;
    }
  }
  QuadraticFit fit = {best[0], best[1], best[2], 0,
                      std::sqrt(least / static_cast<double>(observations.size()))};
  for (const Observation& each : observations) {
    fit.largest_relative_residual =
        std::max(fit.largest_relative_residual, std::fabs(RelativeResidual(each, best)));
  }
  return fit;
}

absl::StatusOr<Crossover> FindCrossover(absl::Span<const RatioAt> ratios) {
  const absl::StatusOr<std::vector<Node>> nodes = Nodes(ratios);
  if (!nodes.ok()) return nodes.status();
  Crossover crossover = {};
  int before = -1;  // the last node whose ratio is not 1
  for (int i = 0; i < static_cast<int>(nodes->size()); ++i) {
    const Node& here = (*nodes)[i];
    if (here.middle == 0) continue;
    if (before >= 0 && (here.middle > 0) != ((*nodes)[before].middle > 0)) {
      // A node at exactly 1 in between is the crossing itself.
      const Node& last = (*nodes)[i - 1];
      const Node at = Between(last, here, last.middle / (last.middle - here.middle));
      const auto [low, low_open] = Reach(at, *nodes, i - 1, -1);
      const auto [high, high_open] = Reach(at, *nodes, i, 1);
      crossover = {std::exp(at.x),
                   low_open ? ratios.front().size : std::exp(low),
                   high_open ? ratios.back().size : std::exp(high),
                   low_open,
                   high_open,
                   here.middle < 0,
                   crossover.passes + 1};
    }
    before = i;
  }
  if (crossover.passes > 0) return crossover;
  const absl::string_view side = before < 0                    ? "1 throughout"
                                 : (*nodes)[before].middle > 0 ? "above 1"
                                                               : "below 1";
  return absl::NotFoundError(absl::StrCat("no crossover from ", ShortestText(ratios.front().size),
                                          " to ", ShortestText(ratios.back().size),
                                          ": the ratio stays ", side));
}

}  // namespace plumbline
