// Numbers as text, the same in every locale. This file knows digits, not what a number means:
// whether it is exact or measured is shown by reports/markdown.h.
#ifndef PLUMBLINE_REPORTS_NUMBER_TEXT_H_
#define PLUMBLINE_REPORTS_NUMBER_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace plumbline {

// In all of these a number that is not finite becomes "inf", "-inf" or "nan", and a negative zero
// or a number that rounds to it keeps its sign only in ShortestText. Minus is the ASCII hyphen.

// The shortest decimal that reads back to the same bits: 0.1, 1e+22, -0.
std::string ShortestText(double value);
std::string ShortestText(float value);

// `digits` (1 to 17) significant digits, zeros kept: 3 digits of 0.5 are "0.500", of 1234.5 "1230".
// Powers of ten from 1e-4 to 1e15 are written out, others as "1.23e-7".
std::string SignificantText(double value, int digits);

// `decimals` (0 to 17) digits after the point. Beyond 1e15 in size as SignificantText.
std::string FixedText(double value, int decimals);

// An integer with groups of three parted by a thin space (U+202F, which does not break): 16 384.
// Four digits stay together, as in print: 1024.
std::string CountText(int64_t value);

// A quantity with a decimal prefix and `digits` significant digits: SiText(0.00123, "s", 3) is
// "1.23 ms", with a no-break space. Prefixes q to Q; an empty unit gives "1.23 m", which is rarely
// wanted. Zero has no prefix.
std::string SiText(double value, absl::string_view unit, int digits);

// A quantity and the ends of an interval around it with one prefix and equally many decimals, as
// the quantity needs for `digits`: "1.23 ms [1.20, 1.27]". Without a unit there is no prefix
// either.
std::string IntervalText(double value, double low, double high, absl::string_view unit, int digits);

// A number of bytes with a binary prefix: "1.50 MiB"; below 1 KiB a plain count, "512 B".
std::string BytesText(double bytes, int digits);

// A power of ten in superscripts: 10⁻³.
std::string PowerOfTenText(int exponent);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_NUMBER_TEXT_H_
