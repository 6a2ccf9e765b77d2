// What the compiler may know of an op: data and function pointers that the op's one file in ops/ fills in.
// Passes ask these and never compare names. Knows neither protobuf nor oneDNN; LoweringContext is only named here.
#ifndef PLUMBLINE_COMPILER_IR_OP_DEFINITION_H_
#define PLUMBLINE_COMPILER_IR_OP_DEFINITION_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/ir/array.h"
#include "compiler/ir/attributes.h"
#include "compiler/ir/layout.h"
#include "compiler/ir/symbols.h"
#include "compiler/ir/tensor_type.h"

namespace plumbline {

class Graph;
class GradientContext;   // compiler/ir/gradient_context.h
class LoweringContext;   // compiler/onednn/lowering_context.h
class ModeContext;       // compiler/ir/mode_context.h
struct Node;
struct OpDefinition;

using NodeId = int;
using ValueId = int;
constexpr int kNone = -1;

// Attributes and input types of a node whose outputs are not typed yet. After data inputs come the op's parameters.
struct InferContext {
  const Attributes& attributes;
  absl::Span<const TensorType> inputs;
  SymbolTable& symbols;

  std::string Print(int input) const { return ToString(inputs[input].shape, symbols); }
  std::string Print(const Size& size) const { return symbols.ToString(size); }
};

// A typed node in its graph.
struct NodeView {
  const Graph& graph;
  const Node& node;

  const Attributes& attributes() const;
  int input_count() const;
  const TensorType& input_type(int i) const;
  const TensorType& output_type(int i) const;
  // Shapes in numbers; only after BindSizes.
  std::vector<int64_t> input_shape(int i) const { return ConcreteShape(input_type(i).shape); }
  std::vector<int64_t> output_shape(int i) const { return ConcreteShape(output_type(i).shape); }
  // Whether anything reads output i. Kernels may skip outputs that nothing reads.
  bool output_used(int i) const;
};

// A parameter that an op brings, named NODE.name, in PyTorch's layout.
struct ParameterSpec {
  std::string name;  // "weight"
  Shape shape;
  Initializer initializer;  // PyTorch's default
};

struct EvaluateContext {
  const Attributes& attributes;  // all sizes bound
  absl::Span<const Array* const> inputs;
  absl::Span<const std::vector<int64_t>> output_shapes;
  absl::Span<const DataType> input_types;
};

// Mathematical cost of a node. Additions, multiplications, divisions and comparisons count 1 each, and so does one
// exp, log, tanh, sqrt; a multiply-add counts 2. Work that a fused implementation repeats is not counted.
struct Cost {
  Polynomial operations;
  // Working memory beyond inputs and outputs that grows with the problem (a state of M·(D+1) floats, ...).
  Polynomial scratch_bytes;
  // Bytes read and written; absent: every input and output once.
  std::optional<Polynomial> bytes;
};

// An op that can run inside its producer's primitive, on each element of the result.
enum class PostOpKind { kRelu, kTanh, kSigmoid, kExp, kLog, kSqrt, kLinear, kGeluErf, kGeluTanh, kAdd, kMul, kSub, kDiv };
struct PostOpSpec {
  PostOpKind kind = PostOpKind::kLinear;
  float alpha = 0;  // kLinear: alpha·x + beta
  float beta = 0;
};

enum class SourceKind { kNone, kInput, kParameter, kConstant };

// An op at work, in the language's words, for its documentation.
struct OpExample {
  std::vector<std::string> inputs;                // shapes: "B, C", or "S64 B" for integers
  std::map<std::string, std::string> attributes;  // as a model writes them
};

struct OpDefinition {
  std::string name;
  std::string formula;              // one line for `plumbline ops`
  std::vector<std::string> inputs;  // names of the data inputs; the last may repeat when variadic
  int optional_inputs = 0;          // how many of the last inputs may be left out
  bool variadic = false;            // the last input may be given any number of times
  std::vector<AttributeSpec> attributes;
  OpExample example;
  bool internal = false;  // made by passes and gradients; not in the language
  SourceKind source = SourceKind::kNone;
  bool is_loss = false;    // stands in `loss` of the language; scalar output, a mean over all positions
  bool is_metric = false;  // stands in `metric`

  // The parameters the op brings, from attributes and data inputs. Null: none.
  absl::StatusOr<std::vector<ParameterSpec>> (*parameters)(const InferContext&) = nullptr;
  // Output types. Errors are in the user's words and carry the shapes; see AttributeError for ones about attributes.
  absl::StatusOr<std::vector<TensorType>> (*infer)(const InferContext&) = nullptr;
  // The definition of the op, in double, naive. Null: not available yet.
  absl::StatusOr<std::vector<Array>> (*evaluate)(const EvaluateContext&) = nullptr;
  // Appends the nodes that compute the input gradients. Null: not differentiable (or not available yet).
  absl::Status (*gradient)(GradientContext&) = nullptr;
  // Cost in the symbols of the graph. Null: no operations, inputs and outputs moved once (a view: nothing).
  Cost (*cost)(const NodeView&) = nullptr;
  // The longest chain of operations within the node of which each needs the result of the one before, one operation
  // being what elsewhere is a node of its own: for nodes that go through a sequence step by step. Null: 1.
  Polynomial (*depth)(const NodeView&) = nullptr;
  // Makes the steps that run the node. Null: not available yet, unless the op is a source or always a view.
  absl::Status (*lower)(LoweringContext&) = nullptr;

  // The value that stands for output 0 of a node that means something else in training than elsewhere: one of its
  // inputs, or nodes that the definition adds. Null: the same in every mode.
  absl::StatusOr<ValueId> (*resolve_mode)(ModeContext&) = nullptr;
  // The input whose value output 0 always equals (a scale by 1, a reshape to the same shape), or kNone. Null: never.
  int (*identity)(const NodeView&) = nullptr;
  // The input that is passed through bit for bit when the output is a view, with its layout. Null: never a view.
  std::optional<Layout> (*view)(const NodeView&, const Layout& input) = nullptr;
  // Rewrites a node that oneDNN would run with a reference kernel. True if it did. Null: nothing to do.
  absl::StatusOr<bool> (*legalize)(Graph&, NodeId) = nullptr;
  // Puts this node and neighbours of it into one node that does the same in fewer passes over memory. True if it
  // did. Null: nothing to do.
  absl::StatusOr<bool> (*fuse)(Graph&, NodeId) = nullptr;
  // The layout of its own buffer in which output i is written fastest; it is given if all readers accept it. Null:
  // row-major.
  Layout (*output_layout)(const NodeView&, int output) = nullptr;
  // Whether input i may have this layout. Null: row-major only.
  bool (*accepts_layout)(const NodeView&, int input, const Layout&) = nullptr;
  // Whether the lowering applies post-ops to output 0.
  bool accepts_post_ops = false;
  // Which ones, after those that the node has already. Null: all.
  bool (*accepts_post_op)(const NodeView&, const PostOpSpec&) = nullptr;
  // This node as a post-op on the value of `input`; nothing when it cannot be one. Null: never.
  std::optional<PostOpSpec> (*post_op)(const NodeView&, int input) = nullptr;
  // Whether output 0 may be computed in the buffer of `input`. Null: never.
  bool (*in_place)(const NodeView&, int input) = nullptr;
  // Whether slices of all inputs along axis 0 (of those where axis 0 is the batch) give that slice of every output.
  // Called only where each batch symbol stands alone on axis 0. Null: yes.
  bool (*separates_batch)(const NodeView&) = nullptr;
};

// An error about one attribute, so that its place can be pointed at.
absl::Status AttributeError(absl::string_view attribute, absl::string_view message);
// The attribute of an AttributeError, if `status` is one.
std::optional<std::string> AttributeOfError(const absl::Status& status);

// All ops by name.
class OpRegistry {
 public:
  explicit OpRegistry(std::vector<OpDefinition> definitions) : definitions_(std::move(definitions)) {}
  const OpDefinition* Find(absl::string_view name) const {
    for (const OpDefinition& definition : definitions_) {
      if (definition.name == name) return &definition;
    }
    return nullptr;
  }
  const std::vector<OpDefinition>& definitions() const { return definitions_; }

 private:
  std::vector<OpDefinition> definitions_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_IR_OP_DEFINITION_H_
