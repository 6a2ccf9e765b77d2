// Steps of 1, 2 and 5 on linear axes; powers on logarithmic ones.
#include "reports/plot_axis.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "reports/number_text.h"

namespace plumbline {
namespace {

constexpr double kLargest = 1e300;
constexpr double kSmallest = 1e-300;
constexpr double kMargin = 0.04;
constexpr double kEqual = 1e-9;
// Ticks that rounding pushed over the end still count.
constexpr double kTolerance = 1e-9;
// Numbers outside are labelled with powers of ten.
constexpr double kLeastWrittenOut = 1e-4;
constexpr double kMostWrittenOut = 1e6;

AxisRange EmptyRange(AxisScale scale) {
  if (IsLogarithmic(scale)) return {scale, 1, 10, false};
  return {scale, 0, 1, false};
}

AxisRange Widened(AxisScale scale, double low, double high) {
  if (IsLogarithmic(scale)) {
    const double span = std::log(high) - std::log(low);
    const double factor = span < kEqual ? 4 : std::exp(span * kMargin);
    return {scale, std::max(low / factor, kSmallest), std::min(high * factor, kLargest), false};
  }
  const double size = std::max(std::fabs(low), std::fabs(high));
  if (size == 0) return {scale, -1, 1, false};
  const bool equal = high - low < kEqual * size;
  const double margin = equal ? size / 2 : (high - low) * kMargin;
  const double low_end = low >= 0 ? std::max(0.0, low - margin) : low - margin;
  const double high_end = high <= 0 ? std::min(0.0, high + margin) : high + margin;
  return {scale, low_end, high_end, false};
}

// 2.5·10⁶ for what is too long to write out.
std::string NumberText(double value, int decimals) {
  if (value == 0) return "0";
  const double size = std::fabs(value);
  if (size >= kMostWrittenOut || size < kLeastWrittenOut) {
    const int exponent = static_cast<int>(std::floor(std::log10(size) + kTolerance));
    std::string mantissa = SignificantText(value / std::pow(10.0, exponent), 3);
    if (mantissa.find('.') != std::string::npos) {
      mantissa.erase(mantissa.find_last_not_of('0') + 1);
      if (mantissa.back() == '.') mantissa.pop_back();
    }
    const std::string power = PowerOfTenText(exponent);
    return mantissa == "1" ? power : absl::StrCat(mantissa, "·", power);
  }
  if (decimals == 0) return CountText(static_cast<int64_t>(std::llround(value)));
  return FixedText(value, decimals);
}

// A number that is known to be short, without the zeros that a fixed number of digits would add.
std::string ShortQuantity(double value, const Axis& axis, int digits) {
  std::string text =
      axis.ticks == TickText::kSi ? SiText(value, axis.unit, digits) : BytesText(value, digits);
  const size_t space = text.find("\xC2\xA0");
  const size_t point = text.find('.');
  if (point == std::string::npos || space == std::string::npos || point > space) return text;
  size_t end = space;
  while (text[end - 1] == '0') --end;
  if (text[end - 1] == '.') --end;
  return text.erase(end, space - end);
}

// `decimals` are those that the step needs.
std::string LabelOf(double value, const Axis& axis, int decimals) {
  switch (axis.ticks) {
    case TickText::kNumber:
      return NumberText(value, decimals);
    case TickText::kSi:
    case TickText::kBytes:
      return ShortQuantity(value, axis, 4);
  }
  return "";
}

std::vector<Tick> LinearTicks(const AxisRange& range, const Axis& axis, int most) {
  const double raw = std::max((range.high - range.low) / most, range.whole ? 1.0 : 0.0);
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  struct Step {
    double size;
    int parts;
  };
  static constexpr std::array<Step, 4> kSteps = {{{1, 5}, {2, 4}, {5, 5}, {10, 5}}};
  Step step = kSteps.back();
  for (const Step& each : kSteps) {
    if (each.size * power >= raw * (1 - kTolerance)) {
      step = each;
      break;
    }
  }
  const double major = step.size * power;
  if (range.whole) step.parts = std::min(step.parts, static_cast<int>(std::min(major, 5.0)));
  const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(major) + kTolerance)));
  const double minor = major / step.parts;
  std::vector<Tick> ticks;
  const double first = std::ceil(range.low / minor - kTolerance);
  const double last = std::floor(range.high / minor + kTolerance);
  for (double i = first; i <= last; ++i) {
    const bool labelled = std::fmod(i, step.parts) == 0;
    const double value = labelled ? i / step.parts * major : i * minor;
    ticks.push_back({value, labelled ? LabelOf(value, axis, std::min(decimals, 15)) : ""});
  }
  return ticks;
}

// Powers of `base`; labelled are those whose exponent is a multiple of the smallest fitting stride.
std::vector<Tick> PowerTicks(const AxisRange& range, const Axis& axis, double base, int most) {
  static constexpr std::array<int, 9> kStrides = {1, 2, 5, 10, 20, 50, 100, 200, 500};
  const int first = static_cast<int>(std::ceil(std::log(range.low) / std::log(base) - kTolerance));
  const int last = static_cast<int>(std::floor(std::log(range.high) / std::log(base) + kTolerance));
  int stride = kStrides.back();
  for (const int each : kStrides) {
    if ((last - first) / each + 1 <= most) {
      stride = each;
      break;
    }
  }
  constexpr int kMostLines = 60;
  const bool fine_grid = last - first < kMostLines;
  std::vector<Tick> ticks;
  for (int i = first; i <= last; ++i) {
    const double value = std::pow(base, i);
    if (i % stride == 0) {
      ticks.push_back({value, LabelOf(value, axis, std::max(0, -i))});
    } else if (fine_grid) {
      ticks.push_back({value, ""});
    }
  }
  return ticks;
}

// 1 to 9 times each power of ten; labelled are the powers, with 2 and 5 where there is room.
std::vector<Tick> DecadeTicks(const AxisRange& range, const Axis& axis, int most) {
  const int first = static_cast<int>(std::floor(std::log10(range.low)));
  const int last = static_cast<int>(std::floor(std::log10(range.high)));
  const auto inside = [&range](double value) {
    return value >= range.low * (1 - kTolerance) && value <= range.high * (1 + kTolerance);
  };
  const auto count = [&](const std::vector<int>& digits) {
    int labels = 0;
    for (int i = first; i <= last; ++i) {
      for (const int digit : digits) labels += inside(digit * std::pow(10.0, i));
    }
    return labels;
  };
  if (count({1}) > most) {
    return PowerTicks(range, axis, 10, most);
  }
  std::vector<int> labelled = {1};
  for (const std::vector<int>& digits : {std::vector<int>{1, 3}, std::vector<int>{1, 2, 5},
                                         std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9}}) {
    if (count(labelled) < 3 && count(digits) <= most) labelled = digits;
  }
  std::vector<Tick> ticks;
  for (int i = first; i <= last; ++i) {
    for (int digit = 1; digit <= 9; ++digit) {
      const double value = digit * std::pow(10.0, i);
      if (!inside(value)) continue;
      const bool label = std::find(labelled.begin(), labelled.end(), digit) != labelled.end();
      ticks.push_back({value, label ? LabelOf(value, axis, std::max(0, -i)) : ""});
    }
  }
  return ticks;
}

// Where one label needs a power of ten, all have one: 10⁻⁵ 10⁻⁴, not 10⁻⁵ 0.0001.
void UsePowers(std::vector<Tick>& ticks) {
  const bool needed = std::any_of(ticks.begin(), ticks.end(), [](const Tick& tick) {
    return !tick.label.empty() && (tick.value < kLeastWrittenOut || tick.value >= kMostWrittenOut);
  });
  if (!needed) return;
  for (Tick& tick : ticks) {
    if (tick.label.empty()) continue;
    const int exponent = static_cast<int>(std::floor(std::log10(tick.value) + kTolerance));
    const int digit = static_cast<int>(std::lround(tick.value / std::pow(10.0, exponent)));
    if (exponent == 0 || (exponent == 1 && digit == 1)) continue;
    const std::string power = PowerOfTenText(exponent);
    tick.label = digit == 1 ? power : absl::StrCat(digit, "·", power);
  }
}

}  // namespace

bool IsLogarithmic(AxisScale scale) { return scale != AxisScale::kLinear; }

bool IsDrawable(double value, AxisScale scale) {
  return std::isfinite(value) && std::fabs(value) <= kLargest &&
         (!IsLogarithmic(scale) || value >= kSmallest);
}

double AxisRange::Place(double value) const {
  if (IsLogarithmic(scale)) {
    return (std::log(value) - std::log(low)) / (std::log(high) - std::log(low));
  }
  return (value - low) / (high - low);
}

AxisRange RangeOf(const Axis& axis, absl::Span<const double> values) {
  AxisRange range = EmptyRange(axis.scale);
  if (!values.empty()) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    range = Widened(axis.scale, *low, *high);
    range.whole = std::all_of(values.begin(), values.end(),
                              [](double value) { return value == std::floor(value); });
  }
  const double low = axis.low.value_or(range.low);
  const double high = axis.high.value_or(range.high);
  const double size = std::max(std::fabs(low), std::fabs(high));
  if (IsDrawable(low, axis.scale) && IsDrawable(high, axis.scale) && high - low > kEqual * size) {
    range.low = low;
    range.high = high;
  }
  return range;
}

std::vector<Tick> TicksOf(const AxisRange& range, const Axis& axis, int most) {
  std::vector<Tick> ticks;
  if (range.scale == AxisScale::kLog2) {
    ticks = PowerTicks(range, axis, 2, most);
  } else if (range.scale == AxisScale::kLog10) {
    ticks = DecadeTicks(range, axis, most);
  }
  if (range.scale == AxisScale::kLog10 && axis.ticks == TickText::kNumber) UsePowers(ticks);
  const auto labels = std::count_if(ticks.begin(), ticks.end(),
                                    [](const Tick& tick) { return !tick.label.empty(); });
  // A narrow logarithmic range is nearly linear.
  if (labels < 2) ticks = LinearTicks(range, axis, most);
  return ticks;
}

}  // namespace plumbline
