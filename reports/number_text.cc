// Rounding is done once, by std::to_chars in scientific form; the rest moves the decimal point in
// the digits.
#include "reports/number_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace plumbline {
namespace {

constexpr absl::string_view kNarrowNoBreakSpace = "\xE2\x80\xAF";
constexpr absl::string_view kNoBreakSpace = "\xC2\xA0";
constexpr int kMostDigits = 17;
constexpr int kLargestWrittenOut = 15;
constexpr int kSmallestWrittenOut = -4;

// A rounded decimal: 0.d1d2d3... x 10^(exponent + 1), that is d1.d2d3... x 10^exponent.
struct Decimal {
  bool negative;
  std::string digits;
  int exponent;
};

// `value` is finite.
Decimal Round(double value, int digits) {
  std::array<char, 64> buffer;
  const std::to_chars_result end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(value),
                    std::chars_format::scientific, digits - 1);
  const absl::string_view text(buffer.data(), end.ptr - buffer.data());
  const size_t e = text.find('e');
  Decimal result = {value < 0, "", 0};
  for (const char c : text.substr(0, e)) {
    if (c != '.') result.digits.push_back(c);
  }
  // from_chars does not take the '+' of "e+05".
  const size_t sign = text[e + 1] == '+' ? 2 : 1;
  std::from_chars(text.data() + e + sign, text.data() + text.size(), result.exponent);
  return result;
}

constexpr std::array<absl::string_view, 21> kSiPrefixes = {
    "q", "r", "y", "z", "a", "f", "p", "n", "\xC2\xB5", "m", "",
    "k", "M", "G", "T", "P", "E", "Z", "Y", "R",        "Q"};
constexpr int kUnprefixed = 10;

// The power of 1000 of the prefix that leaves one to three digits before the point.
int Thousands(const Decimal& decimal) {
  if (decimal.digits.find_first_of("123456789") == std::string::npos) return 0;
  const int exponent = decimal.exponent;
  return std::clamp(exponent >= 0 ? exponent / 3 : -((2 - exponent) / 3), -kUnprefixed,
                    kUnprefixed);
}

std::string NotFinite(double value) {
  if (std::isnan(value)) return "nan";
  return value < 0 ? "-inf" : "inf";
}

// The digits with the point after `point` of them, zeros filled in on either side.
std::string PlacePoint(const std::string& digits, int point) {
  const int count = static_cast<int>(digits.size());
  if (point <= 0) return absl::StrCat("0.", std::string(-point, '0'), digits);
  if (point >= count) return absl::StrCat(digits, std::string(point - count, '0'));
  return absl::StrCat(digits.substr(0, point), ".", digits.substr(point));
}

std::string Signed(bool negative, std::string text) {
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  return negative && !zero ? absl::StrCat("-", text) : text;
}

std::string Scientific(const Decimal& decimal) {
  return Signed(decimal.negative,
                absl::StrCat(PlacePoint(decimal.digits, 1), "e", decimal.exponent));
}

double NumberOf(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

template <typename Float>
std::string Shortest(Float value) {
  if (!std::isfinite(value)) return NotFinite(value);
  std::array<char, 64> buffer;
  const std::to_chars_result end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), end.ptr);
}

}  // namespace

std::string ShortestText(double value) { return Shortest(value); }

std::string ShortestText(float value) { return Shortest(value); }

std::string SignificantText(double value, int digits) {
  if (!std::isfinite(value)) return NotFinite(value);
  const Decimal decimal = Round(value, std::clamp(digits, 1, kMostDigits));
  if (decimal.exponent < kSmallestWrittenOut || decimal.exponent >= kLargestWrittenOut) {
    return Scientific(decimal);
  }
  return Signed(decimal.negative, PlacePoint(decimal.digits, decimal.exponent + 1));
}

std::string FixedText(double value, int decimals) {
  if (!std::isfinite(value)) return NotFinite(value);
  if (std::fabs(value) >= 1e15) return SignificantText(value, kMostDigits);
  std::array<char, 64> buffer;
  const std::to_chars_result end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(value),
                    std::chars_format::fixed, std::clamp(decimals, 0, kMostDigits));
  return Signed(value < 0, std::string(buffer.data(), end.ptr));
}

std::string CountText(int64_t value) {
  const std::string plain = absl::StrCat(value);
  const size_t sign = value < 0 ? 1 : 0;
  if (plain.size() - sign <= 4) return plain;
  std::string result;
  for (size_t i = 0; i < plain.size(); ++i) {
    const size_t left = plain.size() - i;
    if (i > sign && left % 3 == 0) absl::StrAppend(&result, kNarrowNoBreakSpace);
    result.push_back(plain[i]);
  }
  return result;
}

std::string SiText(double value, absl::string_view unit, int digits) {
  if (!std::isfinite(value)) return absl::StrCat(NotFinite(value), kNoBreakSpace, unit);
  const Decimal decimal = Round(value, std::clamp(digits, 1, kMostDigits));
  const int thousands = Thousands(decimal);
  return absl::StrCat(
      Signed(decimal.negative, PlacePoint(decimal.digits, decimal.exponent - 3 * thousands + 1)),
      kNoBreakSpace, kSiPrefixes[kUnprefixed + thousands], unit);
}

std::string IntervalText(double value, double low, double high, absl::string_view unit,
                         int digits) {
  if (!std::isfinite(value)) return absl::StrCat(NotFinite(value), kNoBreakSpace, unit);
  const int kept = std::clamp(digits, 1, kMostDigits);
  const Decimal decimal = Round(value, kept);
  const int thousands = unit.empty() ? 0 : Thousands(decimal);
  const int decimals = std::max(0, kept - 1 - (decimal.exponent - 3 * thousands));
  const double scale = std::pow(1000.0, -thousands);
  const auto text = [decimals, scale](double x) { return FixedText(x * scale, decimals); };
  const std::string measure =
      unit.empty() ? "" : absl::StrCat(kNoBreakSpace, kSiPrefixes[kUnprefixed + thousands], unit);
  return absl::StrCat(text(value), measure, " [", text(low), ",", kNoBreakSpace, text(high), "]");
}

std::string BytesText(double bytes, int digits) {
  static constexpr std::array<absl::string_view, 8> kPrefixes = {"Ki", "Mi", "Gi", "Ti",
                                                                 "Pi", "Ei", "Zi", "Yi"};
  if (!std::isfinite(bytes)) return absl::StrCat(NotFinite(bytes), kNoBreakSpace, "B");
  const int kept = std::clamp(digits, 1, kMostDigits);
  if (std::fabs(bytes) < 1024) {
    const bool whole = bytes == std::floor(bytes);
    return absl::StrCat(whole ? FixedText(bytes, 0) : SignificantText(bytes, kept), kNoBreakSpace,
                        "B");
  }
  // 1000 to 1023 need four digits; and what rounds to 1024 is one of the next prefix.
  const auto text_of = [kept](double scaled) {
    return SignificantText(scaled, std::fabs(scaled) >= 1000 ? std::max(kept, 4) : kept);
  };
  double scaled = bytes / 1024;
  size_t prefix = 0;
  while (prefix + 1 < kPrefixes.size() && NumberOf(text_of(std::fabs(scaled))) >= 1024) {
    scaled /= 1024;
    ++prefix;
  }
  return absl::StrCat(text_of(scaled), kNoBreakSpace, kPrefixes[prefix], "B");
}

std::string PowerOfTenText(int exponent) {
  static constexpr std::array<absl::string_view, 10> kSuperscripts = {
      "\xE2\x81\xB0", "\xC2\xB9",     "\xC2\xB2",     "\xC2\xB3",     "\xE2\x81\xB4",
      "\xE2\x81\xB5", "\xE2\x81\xB6", "\xE2\x81\xB7", "\xE2\x81\xB8", "\xE2\x81\xB9"};
  std::string result = "10";
  for (const char c : absl::StrCat(exponent)) {
    absl::StrAppend(&result, c == '-' ? absl::string_view("\xE2\x81\xBB") : kSuperscripts[c - '0']);
  }
  return result;
}

}  // namespace plumbline
