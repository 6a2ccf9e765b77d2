// A copy in row-major order, made where an op cannot read its operand's strides.
//   y = x
#include <vector>

#include "compiler/ir/gradient_context.h"
#include "ops/op_list.h"
#include "ops/strided_copy.h"

namespace plumbline {
namespace {

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  return std::vector<TensorType>{context.inputs[0]};
}

absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  return std::vector<Array>{*context.inputs[0]};
}

// oneDNN's reorder is faster than the copy loop where the innermost axis changes; the loop also
// takes integers and axes of stride 0.
absl::Status Lower(LoweringContext& context) {
  const std::vector<int64_t> shape = context.output_shape(0);
  const std::vector<int64_t>& strides = context.input_layout(0).strides;
  bool transposed = context.node().input_type(0).data_type == DataType::kF32 && shape.size() <= 6 &&
                    !shape.empty() && strides.back() != 1;
  for (size_t i = 0; i < shape.size(); ++i) transposed = transposed && strides[i] != 0;
  if (transposed) {
    const onednn::Desc source = context.InputDesc(0), target = context.OutputDesc(0);
    const dnnl::reorder::primitive_desc pd(context.engine(), source, context.engine(), target,
                                           LoweringContext::PlainAttr());
    if (!IsReference(pd.impl_info_str())) {
      context.AddPrimitive(pd, {{DNNL_ARG_FROM, context.Input(0), source},
                                {DNNL_ARG_TO, context.Output(0), target}});
      return absl::OkStatus();
    }
  }
  AddCopyToOutput(context, strides);
  return absl::OkStatus();
}

}  // namespace

std::vector<OpDefinition> ContiguousOps() {
  OpDefinition op;
  op.name = "contiguous";
  op.formula = "y = x, in row-major order";
  op.inputs = {"x"};
  op.internal = true;
  op.infer = Infer;
  op.evaluate = Evaluate;
  op.gradient = [](GradientContext& context) {
    context.set_gradient(0, context.output_gradient(0));
    return absl::OkStatus();
  };
  op.lower = Lower;
  op.accepts_layout = [](const NodeView&, int, const Layout&) { return true; };
  return {op};
}

}  // namespace plumbline
