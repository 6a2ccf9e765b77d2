// Elementwise primitives see every array as one row.
#include "ops/elementwise.h"

namespace plumbline {
namespace {

onednn::Desc FlatDesc(const LoweringContext& context) {
  return RowMajorDesc({ElementCount(context.output_shape(0))}, DataType::kF32);
}

}  // namespace

absl::Status LowerEltwise(LoweringContext& context, const PostOpSpec& spec) {
  const onednn::Desc desc = FlatDesc(context);
  const auto pd = onednn::EltwiseForwardPd(context.engine(), LoweringContext::PlainAttr(),
                                           AlgorithmOf(spec.kind), desc, spec.alpha, spec.beta);
  context.AddPrimitive(
      pd, {{DNNL_ARG_SRC, context.Input(0), desc}, {DNNL_ARG_DST, context.Output(0), desc}});
  return absl::OkStatus();
}

absl::Status LowerEltwiseGradient(LoweringContext& context, dnnl::algorithm algorithm) {
  const onednn::Desc desc = FlatDesc(context);
  const dnnl::primitive_attr attr = LoweringContext::PlainAttr();
  const auto forward =
      onednn::EltwiseForwardPd(context.engine(), attr, algorithm, desc, 0.0f, 0.0f);
  const auto pd =
      onednn::EltwiseBackwardPd(context.engine(), attr, forward, algorithm, desc, 0.0f, 0.0f);
  const bool uses_output = algorithm == dnnl::algorithm::eltwise_relu_use_dst_for_bwd ||
                           algorithm == dnnl::algorithm::eltwise_tanh_use_dst_for_bwd ||
                           algorithm == dnnl::algorithm::eltwise_logistic_use_dst_for_bwd ||
                           algorithm == dnnl::algorithm::eltwise_sqrt_use_dst_for_bwd;
  const int value = uses_output ? DNNL_ARG_DST : DNNL_ARG_SRC;
  context.AddPrimitive(pd, {{DNNL_ARG_DIFF_DST, context.Input(0), desc},
                            {value, context.Input(1), desc},
                            {DNNL_ARG_DIFF_SRC, context.Output(0), desc}});
  return absl::OkStatus();
}

}  // namespace plumbline
