// One op under test: shapes in, and the checks that every op must pass. The definition in double (Evaluate) is the
// truth; it is compared with finite differences (the calculus) and with the lowered steps (the implementation).
// Works on the op alone, without the compiler's passes: every value has its own row-major buffer unless said otherwise.
#ifndef PLUMBLINE_TESTS_OPS_OP_CASE_H_
#define PLUMBLINE_TESTS_OPS_OP_CASE_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/ir/array.h"
#include "compiler/ir/graph.h"

namespace plumbline {

class OpCase {
 public:
  explicit OpCase(absl::string_view op);

  // Appends a data input: a comma-separated list of integers and symbols, "" for a scalar. Values are drawn
  // uniformly from [-1, 1], integers from {0, 1, 2}.
  OpCase& Input(absl::string_view shape) { return Input(shape, DataType::kF32); }
  OpCase& Input(absl::string_view shape, DataType type);
  // The range of the values of input i, or the values themselves. After the data inputs, once all are there, come the
  // op's parameters.
  OpCase& Range(int input, double low, double high);
  OpCase& Values(int input, std::vector<double> values);
  OpCase& Set(absl::string_view attribute, AttributeValue value);
  OpCase& Bind(absl::string_view symbol, int64_t value);
  // Gradients flow into the first output only: the others are there for the op's own gradient.
  OpCase& DifferentiateFirstOutput();
  // What results are sums of is of this size: the tolerance is relative to that where results are
  // smaller, because their parts cancel.
  OpCase& Magnitude(double magnitude);
  // Input i lies in memory with its axes in this order, outermost first, each row `padding` elements longer.
  OpCase& PhysicalOrder(int input, std::vector<int> axes, int64_t padding);
  // Input i lies in memory with these strides.
  OpCase& Strides(int input, std::vector<int64_t> strides);
  // Fuses an op of one input, or of a second operand of that shape, as a post-op.
  OpCase& Then(absl::string_view op, Attributes attributes) { return Then(op, std::move(attributes), std::nullopt); }
  OpCase& Then(absl::string_view op, Attributes attributes, std::optional<std::string> operand_shape);

  // "F32 [B, 4]", outputs separated by "; ", or "error: " and the message, preceded by the attribute in brackets
  // when the error is about one.
  std::string Types() const;
  // "weight [4, 3] uniform(-0.5, 0.5); bias [4] ..." or "error: ...", as above.
  std::string Parameters() const;
  // The reference's outputs for the case's values.
  std::vector<Array> Evaluate() const;
  // The count of operations as a polynomial, and its value for the bound symbols.
  std::string Operations() const;
  double OperationCount() const;

  // The graph that `gradient` makes, evaluated in double, against central differences of Evaluate, for every F32 input.
  void CheckGradient() const;
  // The lowered steps, and those of the gradient's graph if there is one, against Evaluate; once more for every input
  // in whose buffer the output may lie. No step may be a oneDNN reference implementation.
  void CheckLowering() const { CheckLowering(2e-5); }
  void CheckLowering(double tolerance) const;
  // Both.
  void Check() const;
  // Whether `op` on a value of shape `value` and a constant of shape `constant`, which is its operand `position`,
  // is known to be that value.
  static bool IdentityWithConstant(absl::string_view op, absl::string_view value, absl::string_view constant,
                                   double number, int position);
  // The names of the steps' implementations, in order.
  std::vector<std::string> Implementations() const;

 private:
  struct InputSpec {
    std::string shape;
    DataType type = DataType::kF32;
    double low = -1, high = 1;
    std::vector<double> values;
    std::vector<int> order;
    int64_t padding = 0;
    std::vector<int64_t> strides;
  };
  struct PostOpCase {
    std::string op;
    Attributes attributes;
    std::optional<std::string> operand_shape;
  };
  struct Built;

  InputSpec& Spec(int input);

  // The op in a graph, in symbols or with bound sizes. Outputs are named "y0", "y1", ...
  absl::StatusOr<Built> Build(bool bound) const;
  Array MakeValues(const InputSpec& spec, const std::vector<int64_t>& shape, int seed) const;
  absl::Status AddGradient(Built& built) const;
  absl::Status Fuse(Built& built) const;
  Layout LayoutOf(const InputSpec& spec, const std::vector<int64_t>& shape) const;

  std::string op_;
  std::vector<InputSpec> inputs_;
  std::vector<InputSpec> parameters_;  // may be shorter than the op's
  Attributes attributes_;
  Bindings bindings_;
  std::vector<PostOpCase> post_ops_;
  bool first_output_only_ = false;
  double magnitude_ = 0;
};

}  // namespace plumbline

#endif  // PLUMBLINE_TESTS_OPS_OP_CASE_H_
