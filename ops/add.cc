// Sums: of two broadcast operands, and of any number of arrays of one shape (made where a value's
// gradient has several contributions).
//   y = a + b                       da = db = g
//   y = x0 + x1 + ... in order      dxi = g
// Counts 1 an element of the output; n - 1 for n arrays.
#include <algorithm>
#include <vector>

#include "ops/binary.h"
#include "ops/op_list.h"
#include "ops/strided_copy.h"

namespace plumbline {
namespace {

constexpr int64_t kBlock = 2048;  // elements that stay in the nearest cache while terms are added

struct Add {
  static constexpr char kName[] = "add";
  static constexpr char kFormula[] = "y = a + b";
  static constexpr BinaryTraits kTraits = {PostOpKind::kAdd, BinaryLoop::kAdd, true, 0};

  static double Value(double a, double b) { return a + b; }
  static absl::Status Gradient(GradientContext& context) {
    context.set_gradient(0, context.output_gradient(0));
    context.set_gradient(1, context.output_gradient(0));
    return absl::OkStatus();
  }
};

absl::StatusOr<std::vector<TensorType>> InferAddN(const InferContext& context) {
  if (context.inputs.empty()) return absl::InvalidArgumentError("add_n: nothing to add");
  for (const TensorType& type : context.inputs) {
    if (type != context.inputs[0] || type.data_type != DataType::kF32) {
      return absl::InvalidArgumentError("add_n: terms must be F32 of one shape");
    }
  }
  return std::vector<TensorType>{context.inputs[0]};
}

absl::StatusOr<std::vector<Array>> EvaluateAddN(const EvaluateContext& context) {
  Array y = *context.inputs[0];
  for (size_t term = 1; term < context.inputs.size(); ++term) {
    for (size_t i = 0; i < y.data.size(); ++i) y.data[i] += context.inputs[term]->data[i];
  }
  return std::vector<Array>{std::move(y)};
}

absl::Status AddNGradient(GradientContext& context) {
  for (int i = 0; i < context.input_count(); ++i) {
    context.set_gradient(i, context.output_gradient(0));
  }
  return absl::OkStatus();
}

Cost AddNCost(const NodeView& node) {
  return {Polynomial(node.input_count() - 1) * node.output_type(0).ElementCount(), {}, {}};
}

void AddArrays(absl::Span<void* const> terms, float* y, int64_t count) {
  const Loops& loops = GetLoops();
  for (int64_t start = 0; start < count; start += kBlock) {
    const int64_t size = std::min(kBlock, count - start);
    const float* sum = static_cast<const float*>(terms[0]) + start;
    for (size_t term = 1; term < terms.size(); ++term) {
      const float* const next = static_cast<const float*>(terms[term]) + start;
      loops.binary(BinaryLoop::kAdd, sum, 1, next, 1, y + start, size);
      sum = y + start;
    }
  }
}

absl::Status LowerAddN(LoweringContext& context) {
  if (context.input_count() == 1) {
    AddCopyToOutput(context, context.input_layout(0).strides);
    return absl::OkStatus();
  }
  if (context.input_count() == 2) return LowerBinary(context, Add::kTraits);
  // The term in whose place the sum is written must be read first.
  std::vector<Operand> operands;
  for (int i = 0; i < context.input_count(); ++i) {
    const Operand term = context.Input(i);
    const bool shared =
        term.buffer == context.Output(0).buffer && term.offset == context.Output(0).offset;
    operands.insert(shared ? operands.begin() : operands.end(), term);
  }
  operands.push_back(context.Output(0));
  const int64_t count = ElementCount(context.output_shape(0));
  context.AddHost("sum_loop", std::move(operands), 0, [count](absl::Span<void* const> pointers) {
    AddArrays(pointers.subspan(0, pointers.size() - 1), static_cast<float*>(pointers.back()),
              count);
  });
  return absl::OkStatus();
}

OpDefinition MakeAddN() {
  OpDefinition op;
  op.name = "add_n";
  op.formula = "y = x0 + x1 + ...";
  op.inputs = {"x"};
  op.variadic = true;
  op.internal = true;
  op.infer = InferAddN;
  op.evaluate = EvaluateAddN;
  op.gradient = AddNGradient;
  op.cost = AddNCost;
  op.lower = LowerAddN;
  op.identity = [](const NodeView& node) { return node.input_count() == 1 ? 0 : kNone; };
  op.accepts_layout = [](const NodeView& node, int input, const Layout& layout) {
    return node.input_count() <= 2 && AcceptsBroadcastLayout(node, input, layout);
  };
  op.post_op = [](const NodeView& node, int input) -> std::optional<PostOpSpec> {
    if (node.input_count() != 2) return std::nullopt;
    return BinaryAsPostOp(node, input, Add::kTraits);
  };
  op.in_place = [](const NodeView&, int) { return true; };
  return op;
}

}  // namespace

std::vector<OpDefinition> AddOps() { return {MakeBinary<Add>(), MakeAddN()}; }

}  // namespace plumbline
