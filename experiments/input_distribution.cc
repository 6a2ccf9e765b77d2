#include "experiments/input_distribution.h"

#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"

namespace plumbline {
namespace {

constexpr char kLabels[] = "labels";
constexpr char kForms[] = "write normal(mean, std), uniform(a, b), constant(c), or labels(n) for an S64 input";

// `inside` is the text between the parentheses, which begins at `offset`.
ExpressionOr<InputDistribution> ParseLabels(absl::string_view inside, size_t offset, const NameLookup& lookup) {
  const ExpressionOr<Expression> expression = ParseExpression(inside);
  const ExpressionOr<int64_t> count =
      expression.ok() ? EvaluateInteger(*expression, lookup) : ExpressionOr<int64_t>(expression.error());
  if (!count.ok()) {
    ExpressionError error = count.error();
    error.offset += offset;
    return error;
  }
  if (*count >= 1 && *count <= kMostLabels) return InputDistribution(LabelDistribution{*count});
  return ExpressionError{
      offset, absl::StrCat("labels takes a number of classes from 1 to ", kMostLabels, ", not ", *count), ""};
}

}  // namespace

ExpressionOr<InputDistribution> ParseInputDistribution(absl::string_view text, const NameLookup& lookup) {
  const absl::string_view trimmed = absl::StripTrailingAsciiWhitespace(text);
  const size_t open = trimmed.find('(');
  if (open == absl::string_view::npos || trimmed.back() != ')') {
    return ExpressionError{0, absl::StrCat(Quoted(text), " is no distribution"), kForms};
  }
  const absl::string_view name = absl::StripAsciiWhitespace(trimmed.substr(0, open));
  if (name == kLabels) return ParseLabels(trimmed.substr(open + 1, trimmed.size() - open - 2), open + 1, lookup);
  if (name != "normal" && name != "uniform" && name != "constant") {
    const std::string near = DidYouMean(name, {"normal", "uniform", "constant", kLabels});
    return ExpressionError{0, absl::StrCat("unknown distribution ", Quoted(name)), near.empty() ? kForms : near};
  }
  const ExpressionOr<InitializerSpec> spec = ParseInitializer(text, lookup);
  if (!spec.ok()) return spec.error();
  return InputDistribution(*spec);
}

}  // namespace plumbline
