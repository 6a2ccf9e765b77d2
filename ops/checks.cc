// Messages and the arithmetic of "for certain".
#include "ops/checks.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace plumbline {

namespace {

// More terms than a size of a model has when every symbol in it is replaced by a sum of two; beyond
// it nothing is certain, so that a hostile shape of thirty symbols costs nothing.
constexpr int64_t kMostTerms = 1000;

bool IsShort(const Size& size) {
  int64_t sum = 0;
  for (const auto& term : size.terms()) {
    int64_t product = 1;
    for (const auto& factor : term.first) {
      product *= factor.second + int64_t{1};
      if (product > kMostTerms) return false;
    }
    sum += product;
  }
  return sum <= kMostTerms;
}

}  // namespace

bool CertainlyPositive(const Size& size, const SymbolTable& symbols) {
  if (!IsShort(size)) return false;
  Size shifted = size;  // in terms of how much each symbol exceeds its least value
  for (const std::string& name : size.Symbols()) {
    const SymbolTable::Symbol* symbol = symbols.Find(name);
    if (symbol != nullptr && symbol->derived) continue;
    shifted = shifted.Substitute(name, Size::Symbol(name) + Size(1));
  }
  bool constant = false;
  for (const auto& [monomial, coefficient] : shifted.terms()) {
    if (coefficient.overflowed() || coefficient < Rational(0)) return false;
    constant = constant || monomial.empty();
  }
  return constant;
}

bool CertainlyLess(const Size& a, const Size& b, const SymbolTable& symbols) {
  return CertainlyPositive(b - a, symbols);
}

bool CertainlyUnequal(const Size& a, const Size& b, const SymbolTable& symbols) {
  return CertainlyLess(a, b, symbols) || CertainlyLess(b, a, symbols);
}

absl::Status RequireType(const InferContext& context, absl::string_view op, int input,
                         absl::string_view name, DataType type) {
  const DataType given = context.inputs[input].data_type;
  if (given == type) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(op, ": input '", name, "' must be ", Name(type), ", not ", Name(given)));
}

absl::Status RequireRank(const InferContext& context, absl::string_view op, int input,
                         absl::string_view name, absl::string_view expected) {
  const int rank = static_cast<int>(std::count(expected.begin(), expected.end(), ',')) + 1;
  if (context.inputs[input].rank() == rank) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(op, ": input '", name, "' must be ", expected, ", not ", context.Print(input)));
}

absl::Status RequireInteger(const InferContext& context, absl::string_view op,
                            absl::string_view attribute, int64_t low, int64_t high) {
  const int64_t value = context.attributes.integer(attribute);
  if (value >= low && value <= high) return absl::OkStatus();
  const std::string range =
      value < low ? absl::StrCat("at least ", low) : absl::StrCat("at most ", high);
  return AttributeError(attribute,
                        absl::StrCat(op, ": ", attribute, " must be ", range, ", not ", value));
}

absl::StatusOr<int> RequireAxis(const InferContext& context, absl::string_view op,
                                absl::string_view attribute, int rank) {
  const int64_t axis = context.attributes.integer(attribute);
  const std::optional<int> normal = NormalizeAxis(axis, rank);
  if (normal) return *normal;
  if (rank == 0)
    return AttributeError(attribute, absl::StrCat(op, ": a scalar has no axis ", axis));
  return AttributeError(
      attribute, absl::StrCat(op, ": ", attribute, " must be between ", -rank, " and ", rank - 1,
                              " for ", context.Print(0), ", not ", axis));
}

}  // namespace plumbline
