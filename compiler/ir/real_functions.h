// Exponential, logarithm, sine and cosine in double from additions, multiplications and divisions alone, so that their
// bits are the same with every C library and processor: what a result depends on must not change with a libm. Within 2
// units of the last place of the true value (tests/compiler/ir/real_functions_test.cc).
#ifndef PLUMBLINE_COMPILER_IR_REAL_FUNCTIONS_H_
#define PLUMBLINE_COMPILER_IR_REAL_FUNCTIONS_H_

#include <cstdint>

namespace plumbline {

// Infinity above 709.78, 0 below -745.13.
double Exp(double x);
// Minus infinity at 0, NaN below.
double Log(double x);
// NaN beyond kLargestAngle, where the reduction to one turn would lose digits.
double Sin(double x);
double Cos(double x);
inline constexpr double kLargestAngle = 1e6;
// By repeated squaring; exponent >= 0.
double Power(double base, int64_t exponent);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_IR_REAL_FUNCTIONS_H_
