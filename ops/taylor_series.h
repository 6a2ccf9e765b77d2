// The truncated exponential series p(s) = sum over n < terms of s^n / n!, its features and their
// number, as taylor_features and taylor_attention share them.
#ifndef PLUMBLINE_OPS_TAYLOR_SERIES_H_
#define PLUMBLINE_OPS_TAYLOR_SERIES_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// Terms beyond this have coefficients that no float distinguishes from 0 beside 1 for moderate
// scores, and feature counts that no memory holds.
constexpr int64_t kMostTerms = 16;

AttributeSpec TermsAttribute();

// M = C(width + terms - 1, terms - 1); an AttributeError when `terms` is out of range or M does not
// fit.
absl::StatusOr<Size> FeatureCount(const InferContext& context, absl::string_view op,
                                  const Size& width);
// The same for a node that has been inferred.
Polynomial FeatureCount(const Attributes& attributes, const Size& width);

// How many features of degree >= 2, each a product, the rows of `x` have together: rows (M - 1 -
// D).
Polynomial Products(const TensorType& x, const Attributes& attributes);

// One monomial: its non-decreasing indices. x_i1 · x_i2 · ...
using Indices = std::vector<int64_t>;

// All monomials of degree < terms in `width` variables, by degree, and within a degree
// lexicographically: the order of the features.
std::vector<Indices> Monomials(int64_t width, int64_t terms);

// a!, the product of the factorials of the exponents.
double Factorials(const Indices& monomial);

// p(score) with that many terms; with one term less, its derivative.
double Series(double score, int64_t terms);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_TAYLOR_SERIES_H_
