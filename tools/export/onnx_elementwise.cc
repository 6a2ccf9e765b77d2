// Functions of each element, and what runs along one axis.
#include <cmath>

#include "tools/export/onnx_ops.h"

namespace plumbline {
namespace {

constexpr char kAdd[] = "Add", kSub[] = "Sub", kMul[] = "Mul", kDiv[] = "Div";
constexpr char kRelu[] = "Relu", kTanh[] = "Tanh", kSigmoid[] = "Sigmoid", kExp[] = "Exp", kLog[] = "Log";
constexpr char kSqrt[] = "Sqrt", kNeg[] = "Neg", kSum[] = "Sum";
constexpr char kSoftmax[] = "Softmax", kLogSoftmax[] = "LogSoftmax";
constexpr char kReduceMean[] = "ReduceMean", kReduceMax[] = "ReduceMax";

// The operator of the same meaning and inputs.
template <const char* kOperator>
absl::Status Same(const OnnxOp& op) {
  return op.Finish(kOperator, op.inputs, {});
}

absl::Status Scale(const OnnxOp& op) {
  return op.Finish("Mul", {op.inputs[0], op.builder.Real(op.attributes().real("by"))}, {});
}

// x (1 + erf(x / sqrt 2)) / 2, or x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x³))) / 2.
absl::Status Gelu(const OnnxOp& op) {
  const std::string& x = op.inputs[0];
  std::string bend;
  if (op.attributes().boolean("tanh")) {
    const std::string square = op.Add("Mul", {x, x}, {});
    const std::string factor = op.Add("Add", {op.Add("Mul", {square, op.builder.Real(0.044715)}, {}),
                                              op.builder.Real(1)}, {});
    const std::string argument = op.Add("Mul", {op.Add("Mul", {x, factor}, {}),
                                                op.builder.Real(std::sqrt(2 / std::acos(-1.0)))}, {});
    bend = op.Add("Tanh", {argument}, {});
  } else {
    bend = op.Add("Erf", {op.Add("Mul", {x, op.builder.Real(std::sqrt(0.5))}, {})}, {});
  }
  const std::string half = op.Add("Mul", {x, op.builder.Real(0.5)}, {});
  return op.Finish("Mul", {half, op.Add("Add", {bend, op.builder.Real(1)}, {})}, {});
}

template <const char* kOperator>
absl::Status AlongAxis(const OnnxOp& op) {
  return op.Finish(kOperator, op.inputs, {OnnxInteger("axis", op.attributes().integer("axis"))});
}

absl::Status ReduceSum(const OnnxOp& op) {
  const std::string axes = op.builder.Integers({op.attributes().integer("axis")});
  return op.Finish("ReduceSum", {op.inputs[0], axes},
                   {OnnxInteger("keepdims", op.attributes().boolean("keep_dims") ? 1 : 0)});
}

// Of opset 17, whose other reductions have their axes as an attribute.
template <const char* kOperator>
absl::Status Reduce(const OnnxOp& op) {
  return op.Finish(kOperator, op.inputs,
                   {OnnxIntegers("axes", {op.attributes().integer("axis")}),
                    OnnxInteger("keepdims", op.attributes().boolean("keep_dims") ? 1 : 0)});
}

}  // namespace

OnnxMappings OnnxElementwiseOps() {
  return {{"add", Same<kAdd>},
          {"sub", Same<kSub>},
          {"mul", Same<kMul>},
          {"div", Same<kDiv>},
          {"add_n", Same<kSum>},
          {"relu", Same<kRelu>},
          {"tanh", Same<kTanh>},
          {"sigmoid", Same<kSigmoid>},
          {"exp", Same<kExp>},
          {"log", Same<kLog>},
          {"sqrt", Same<kSqrt>},
          {"neg", Same<kNeg>},
          {"scale", Scale},
          {"gelu", Gelu},
          {"softmax", AlongAxis<kSoftmax>},
          {"log_softmax", AlongAxis<kLogSoftmax>},
          {"reduce_sum", ReduceSum},
          {"reduce_mean", Reduce<kReduceMean>},
          {"reduce_max", Reduce<kReduceMax>}};
}

}  // namespace plumbline
