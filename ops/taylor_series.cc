// Counts of features and values of the series.
#include "ops/taylor_series.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "ops/checks.h"

namespace plumbline {

AttributeSpec TermsAttribute() {
  return {"terms", AttributeKind::kInteger, "3", false,
          absl::StrCat("terms of the exponential series, degrees 0 .. terms-1; 2 to ", kMostTerms)};
}

Polynomial FeatureCount(const Attributes& attributes, const Size& width) {
  const int64_t terms = attributes.integer("terms");
  return Binomial(width + Polynomial(terms - 1), terms - 1);
}

absl::StatusOr<Size> FeatureCount(const InferContext& context, absl::string_view op,
                                  const Size& width) {
  const absl::Status status = RequireInteger(context, op, "terms", 2, kMostTerms);
  if (!status.ok()) return status;
  const Size count = FeatureCount(context.attributes, width);
  const std::optional<int64_t> number = count.AsInteger();
  if (!count.overflowed() && (!number || *number <= int64_t{1} << 53)) return count;
  return AttributeError(
      "terms", absl::StrCat(op, ": ", context.attributes.integer("terms"), " terms of vectors of ",
                            context.Print(width), " have more features than can be counted"));
}

Polynomial Products(const TensorType& x, const Attributes& attributes) {
  const Size& width = x.shape.back();
  Polynomial rows(1);
  for (int axis = 0; axis + 1 < x.rank(); ++axis) rows *= x.shape[axis];
  return rows * (FeatureCount(attributes, width) - Polynomial(1) - width);
}

std::vector<Indices> Monomials(int64_t width, int64_t terms) {
  std::vector<Indices> all = {{}};
  size_t begin = 0;
  for (int64_t degree = 1; degree < terms; ++degree) {
    for (const size_t end = all.size(); begin < end; ++begin) {
      for (int64_t i = all[begin].empty() ? 0 : all[begin].back(); i < width; ++i) {
        Indices next = all[begin];
        next.push_back(i);
        all.push_back(std::move(next));
      }
    }
  }
  return all;
}

double Factorials(const Indices& monomial) {
  double product = 1;
  double run = 0;
  for (size_t i = 0; i < monomial.size(); ++i) {
    run = i > 0 && monomial[i] == monomial[i - 1] ? run + 1 : 1;
    product *= run;
  }
  return product;
}

double Series(double score, int64_t terms) {
  double sum = 0;
  for (int64_t n = terms; n-- > 0;) sum = 1 + sum * score / static_cast<double>(n + 1);
  return sum;
}

}  // namespace plumbline
