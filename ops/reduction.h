// What the reductions over one axis share: shapes, gradients' shapes, and the view of any array as
// [outer, n, inner] with the reduced axis in the middle.
#ifndef PLUMBLINE_OPS_REDUCTION_H_
#define PLUMBLINE_OPS_REDUCTION_H_

#include <vector>

#include "compiler/ir/gradient_context.h"
#include "compiler/ir/op_definition.h"

namespace plumbline {

struct ReductionSizes {
  int64_t outer = 1, n = 1, inner = 1;
};

// `axis` in -rank..rank-1.
ReductionSizes SplitAtAxis(const std::vector<int64_t>& shape, int64_t axis);

absl::StatusOr<std::vector<TensorType>> InferReduction(const InferContext& context,
                                                       absl::string_view op);
// Folds each row: `combine` over the elements from the first on.
Array EvaluateReduction(const EvaluateContext& context, double (*combine)(double, double));
// The size of the reduced axis.
Size ReducedSize(const TensorType& input, const Attributes& attributes);
// A value of the output's shape with the reduced axis put back as 1.
ValueId KeepAxis(GradientContext& context, ValueId value);
// A value of the output's shape repeated along the reduced axis.
ValueId RepeatAlongAxis(GradientContext& context, ValueId value);

// Attributes and hooks; the op sets name, formula, infer, evaluate, gradient, cost and lower.
OpDefinition MakeReduction();

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_REDUCTION_H_
