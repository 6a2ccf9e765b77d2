// Checks that shape inference shares: element types, ranks, ranges of attributes, and comparisons
// of sizes that may still contain symbols. A symbolic size is refused only when it is wrong for
// every value its symbols can take; after the sizes are bound the same checks run on numbers and
// are exact.
#ifndef PLUMBLINE_OPS_CHECKS_H_
#define PLUMBLINE_OPS_CHECKS_H_

#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/op_definition.h"

namespace plumbline {

// Whether `size` > 0 wherever every input symbol is at least 1 and every derived symbol at least 0.
// A sufficient condition: false means "not for certain".
bool CertainlyPositive(const Size& size, const SymbolTable& symbols);
// Whether a < b for certain, in the same sense.
bool CertainlyLess(const Size& a, const Size& b, const SymbolTable& symbols);
// Whether a == b is impossible.
bool CertainlyUnequal(const Size& a, const Size& b, const SymbolTable& symbols);

// "OP: input 'NAME' must be F32, not S64".
absl::Status RequireType(const InferContext& context, absl::string_view op, int input,
                         absl::string_view name, DataType type);
// "OP: input 'NAME' must be [batch, channels, length], not [B, 28]". The rank is that of
// `expected`: commas + 1.
absl::Status RequireRank(const InferContext& context, absl::string_view op, int input,
                         absl::string_view name, absl::string_view expected);
// "OP: ATTRIBUTE must be at least 1, not 0", or "... between 1 and 9 ..." for an integer attribute.
absl::Status RequireInteger(const InferContext& context, absl::string_view op,
                            absl::string_view attribute, int64_t low, int64_t high);
// The axis attribute as 0..rank-1; an AttributeError when it is outside -rank..rank-1.
absl::StatusOr<int> RequireAxis(const InferContext& context, absl::string_view op,
                                absl::string_view attribute, int rank);

// The first of the statuses that is an error.
inline absl::Status FirstError(std::initializer_list<absl::Status> statuses) {
  for (const absl::Status& status : statuses) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// The largest number of any one axis, kernel entry or width that an attribute may give: products of
// two fit 64 bits.
constexpr int64_t kLargestAttribute = (int64_t{1} << 31) - 1;

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_CHECKS_H_
