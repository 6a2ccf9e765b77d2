// Descriptors from types and layouts, post-ops, and the appending of steps.
#include "compiler/onednn/lowering_context.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"

namespace plumbline {
namespace {

onednn::DataType OnednnType(DataType type) {
  switch (type) {
    case DataType::kF32: return onednn::DataType::f32;
    case DataType::kU8: return onednn::DataType::u8;
    case DataType::kS64: break;  // no primitive takes 64-bit integers; host kernels read them
  }
  return onednn::DataType::undef;
}

// `shape`, which broadcasts to the node's output shape `from`, as it broadcasts to `to`, a reshape of `from` that
// merges or splits axes where `shape` is either full or 1.
onednn::Dims BroadcastDims(const std::vector<int64_t>& shape, const std::vector<int64_t>& from,
                           const onednn::Dims& to) {
  if (ElementCount(shape) == 1) return onednn::Dims(to.size(), 1);
  if (ElementCount(shape) == ElementCount(from)) return to;
  std::vector<int64_t> full(from.size() - shape.size(), 1);
  full.insert(full.end(), shape.begin(), shape.end());
  if (to.size() == from.size()) return onednn::Dims(full.begin(), full.end());
  // A reshape keeps the last axis: what varies along it alone is a vector there too.
  onednn::Dims dims(to.size(), 1);
  dims.back() = full.back();
  return dims;
}

// The node's whole cost, as numbers.
void AddCost(const NodeView& view, StepInfo& info) {
  if (view.node.op->cost == nullptr) return;
  const Cost cost = view.node.op->cost(view);
  Polynomial bytes;
  for (int i = 0; i < view.input_count(); ++i) bytes += view.input_type(i).Bytes();
  for (size_t i = 0; i < view.node.outputs.size(); ++i) {
    if (view.output_used(static_cast<int>(i))) bytes += view.output_type(static_cast<int>(i)).Bytes();
  }
  const SymbolTable no_symbols;
  info.operations = no_symbols.EvaluateReal(cost.operations, {}).value_or(0);
  info.bytes = no_symbols.EvaluateReal(cost.bytes.value_or(bytes), {}).value_or(0);
}

}  // namespace

LoweringContext::LoweringContext(const Graph& graph, NodeId node, const std::vector<Placement>& placements,
                                 Operand scratch, int64_t& scratch_bytes, std::vector<std::unique_ptr<Step>>& steps)
    : graph_(graph),
      view_(graph.view(node)),
      placements_(placements),
      scratch_(scratch),
      scratch_bytes_(scratch_bytes),
      steps_(steps),
      first_step_(steps.size()) {}

bool IsReference(absl::string_view implementation) {
  return absl::StartsWith(implementation, "ref") || absl::StrContains(implementation, ":ref");
}

onednn::Desc StridedDesc(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides, DataType type) {
  if (shape.empty()) return onednn::Desc({1}, OnednnType(type), onednn::Dims{1});
  return onednn::Desc(shape, OnednnType(type), strides);
}

onednn::Desc RowMajorDesc(const std::vector<int64_t>& shape, DataType type) {
  return StridedDesc(shape, RowMajor(shape).strides, type);
}

onednn::Desc LoweringContext::ValueDesc(ValueId value) const {
  const TensorType& type = graph_.type(value);
  return StridedDesc(ConcreteShape(type.shape), placement(value).layout.strides, type.data_type);
}

dnnl::algorithm AlgorithmOf(PostOpKind kind) {
  switch (kind) {
    case PostOpKind::kRelu: return dnnl::algorithm::eltwise_relu;
    case PostOpKind::kTanh: return dnnl::algorithm::eltwise_tanh;
    case PostOpKind::kSigmoid: return dnnl::algorithm::eltwise_logistic;
    case PostOpKind::kExp: return dnnl::algorithm::eltwise_exp;
    case PostOpKind::kLog: return dnnl::algorithm::eltwise_log;
    case PostOpKind::kSqrt: return dnnl::algorithm::eltwise_sqrt;
    case PostOpKind::kLinear: return dnnl::algorithm::eltwise_linear;
    case PostOpKind::kGeluErf: return dnnl::algorithm::eltwise_gelu_erf;
    case PostOpKind::kGeluTanh: return dnnl::algorithm::eltwise_gelu_tanh;
    case PostOpKind::kAdd: return dnnl::algorithm::binary_add;
    case PostOpKind::kMul: return dnnl::algorithm::binary_mul;
    case PostOpKind::kSub: return dnnl::algorithm::binary_sub;
    case PostOpKind::kDiv: return dnnl::algorithm::binary_div;
  }
  return dnnl::algorithm::undef;
}

dnnl::primitive_attr LoweringContext::PlainAttr() {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

dnnl::primitive_attr LoweringContext::Attr(const onednn::Dims& dst_dims,
                                           std::vector<onednn::PrimitiveArgument>* arguments) const {
  dnnl::primitive_attr attr = PlainAttr();
  dnnl::post_ops post_ops;
  int index = 0;
  for (const PostOp& post_op : view_.node.post_ops) {
    const dnnl::algorithm algorithm = AlgorithmOf(post_op.spec.kind);
    if (post_op.operand == kNone) {
      onednn::AppendEltwise(post_ops, algorithm, post_op.spec.alpha, post_op.spec.beta);
    } else {
      const onednn::Dims dims = BroadcastDims(input_shape(post_op.operand), output_shape(0), dst_dims);
      const onednn::Desc desc = RowMajorDesc(dims, DataType::kF32);
      post_ops.append_binary(algorithm, desc);
      arguments->push_back(
          {DNNL_ARG_ATTR_MULTIPLE_POST_OP(index) | DNNL_ARG_SRC_1, Input(post_op.operand), desc});
    }
    ++index;
  }
  attr.set_post_ops(post_ops);
  return attr;
}

// The cost of a node stands at its first step.
StepInfo LoweringContext::Info(absl::string_view implementation) const {
  StepInfo info;
  info.node = view_.node.name;
  info.op = view_.node.op->name;
  info.implementation = std::string(implementation);
  if (steps_.size() == first_step_) AddCost(view_, info);
  return info;
}

double LoweringContext::operations() const {
  if (view_.node.op->cost == nullptr) return 0;
  return SymbolTable().EvaluateReal(view_.node.op->cost(view_).operations, {}).value_or(0);
}

void LoweringContext::AddPrimitive(dnnl::primitive primitive, const char* implementation,
                                   const onednn::Desc& scratchpad,
                                   std::vector<onednn::PrimitiveArgument> arguments) {
  const int64_t bytes = static_cast<int64_t>(scratchpad.get_size());
  if (bytes > 0) {
    scratch_bytes_ = std::max(scratch_bytes_, bytes);
    arguments.push_back({DNNL_ARG_SCRATCHPAD, scratch_, scratchpad});
  }
  StepInfo info = Info(implementation);
  info.primitive = true;
  info.reference = IsReference(info.implementation);
  steps_.push_back(
      onednn::MakePrimitiveStep(std::move(info), std::move(primitive), engine(), std::move(arguments)));
}

void LoweringContext::AddHost(absl::string_view implementation, std::vector<Operand> operands, int64_t scratch_bytes,
                              HostKernel kernel) {
  if (scratch_bytes > 0) {
    scratch_bytes_ = std::max(scratch_bytes_, scratch_bytes);
    operands.push_back(scratch_);
  }
  steps_.push_back(MakeHostStep(Info(implementation), std::move(operands), std::move(kernel)));
}

void LoweringContext::AddHost(absl::string_view implementation, std::vector<Operand> operands, int64_t scratch_bytes,
                              int parts, PartKernel kernel) {
  scratch_bytes_ = std::max(scratch_bytes_, scratch_bytes);
  StepInfo info = Info(implementation);
  info.parts = parts;
  if (parts > 1) info.part_scratch_bytes = scratch_bytes;
  steps_.push_back(MakePartsStep(std::move(info), std::move(operands), scratch_, std::move(kernel)));
}

}  // namespace plumbline
