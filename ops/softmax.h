// What softmax and log_softmax share: shapes, the axis, legalisation, and oneDNN's primitives on
// rows.
#ifndef PLUMBLINE_OPS_SOFTMAX_H_
#define PLUMBLINE_OPS_SOFTMAX_H_

#include "compiler/ir/gradient_context.h"
#include "compiler/onednn/lowering_context.h"

namespace plumbline {

// Definition of one of the two and of its gradient op, NAME_gradient (inputs: gradient, y).
struct SoftmaxKind {
  const char* name;
  const char* formula;
  bool logarithm;
  absl::StatusOr<std::vector<TensorType>> (*infer)(const InferContext&);
  absl::Status (*gradient)(GradientContext&);
};

std::vector<OpDefinition> MakeSoftmax(const SoftmaxKind& kind);

// For `infer` and `gradient` of a kind.
absl::StatusOr<std::vector<TensorType>> InferSoftmax(const InferContext& context,
                                                     absl::string_view op);
absl::Status SoftmaxGradient(GradientContext& context, absl::string_view gradient_op);

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_SOFTMAX_H_
