// What an op's Lower sees: its node with sizes in numbers, the layouts and places of its operands, and the means to
// append steps. An op may append several steps; they run in that order. oneDNN's exceptions pass through and are
// caught by the Lower pass, which names the node.
#ifndef PLUMBLINE_COMPILER_ONEDNN_LOWERING_CONTEXT_H_
#define PLUMBLINE_COMPILER_ONEDNN_LOWERING_CONTEXT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/ir/graph.h"
#include "compiler/onednn/onednn.h"
#include "compiler/onednn/primitive_step.h"
#include "compiler/runtime/placement.h"
#include "compiler/runtime/step.h"

namespace plumbline {

class LoweringContext {
 public:
  // `placements` is indexed by ValueId. Steps are appended to `steps`; `scratch` is the place that every step may use
  // as scratch memory, and `scratch_bytes` grows to the largest request.
  LoweringContext(const Graph& graph, NodeId node, const std::vector<Placement>& placements, Operand scratch,
                  int64_t& scratch_bytes, std::vector<std::unique_ptr<Step>>& steps);

  const NodeView& node() const { return view_; }
  const Attributes& attributes() const { return view_.attributes(); }
  int input_count() const { return view_.input_count(); }  // includes operands of post-ops
  std::vector<int64_t> input_shape(int i) const { return view_.input_shape(i); }
  std::vector<int64_t> output_shape(int i) const { return view_.output_shape(i); }
  const Layout& input_layout(int i) const { return placement(view_.node.inputs[i]).layout; }
  const Layout& output_layout(int i) const { return placement(view_.node.outputs[i]).layout; }
  // Whether output i has a place; nothing reads it otherwise and its pointer is null.
  bool output_used(int i) const { return Output(i).present(); }
  Operand Input(int i) const { return placement(view_.node.inputs[i]).operand; }
  Operand Output(int i) const { return placement(view_.node.outputs[i]).operand; }

  const dnnl::engine& engine() const { return onednn::CpuEngine(); }
  // Descriptors with the value's own shape and strides; a scalar is [1].
  onednn::Desc InputDesc(int i) const { return ValueDesc(view_.node.inputs[i]); }
  onednn::Desc OutputDesc(int i) const { return ValueDesc(view_.node.outputs[i]); }

  // Attributes with the scratchpad in user mode and the node's post-ops on a result of shape `dst_dims`, which has
  // as many elements as output 0 and is row-major; operands of binary post-ops are broadcast to it.
  // Post-op operands' arguments are appended to `arguments`.
  dnnl::primitive_attr Attr(const onednn::Dims& dst_dims, std::vector<onednn::PrimitiveArgument>* arguments) const;
  // Attributes for a node without post-ops.
  static dnnl::primitive_attr PlainAttr();

  // Appends the primitive of a descriptor; adds the scratchpad argument.
  template <typename PrimitiveDesc>
  void AddPrimitive(const PrimitiveDesc& pd, std::vector<onednn::PrimitiveArgument> arguments) {
    AddPrimitive(dnnl::primitive(pd.get()), pd.impl_info_str(), pd.scratchpad_desc(), std::move(arguments));
  }
  // Appends a host kernel; `scratch_bytes` > 0 adds the scratch memory as its last pointer.
  void AddHost(absl::string_view implementation, std::vector<Operand> operands, int64_t scratch_bytes,
               HostKernel kernel);
  // Appends a host kernel of `parts` >= 1 parts, each with `scratch_bytes` of scratch memory.
  void AddHost(absl::string_view implementation, std::vector<Operand> operands, int64_t scratch_bytes, int parts,
               PartKernel kernel);
  // Operations of the node at its sizes.
  double operations() const;

 private:
  const Placement& placement(ValueId value) const { return placements_[value]; }
  onednn::Desc ValueDesc(ValueId value) const;
  void AddPrimitive(dnnl::primitive primitive, const char* implementation, const onednn::Desc& scratchpad,
                    std::vector<onednn::PrimitiveArgument> arguments);
  StepInfo Info(absl::string_view implementation) const;

  const Graph& graph_;
  NodeView view_;
  const std::vector<Placement>& placements_;
  Operand scratch_;
  int64_t& scratch_bytes_;
  std::vector<std::unique_ptr<Step>>& steps_;
  size_t first_step_;  // index of the node's first step
};

// Whether oneDNN's name of an implementation is that of a reference, which is slow without saying so.
bool IsReference(absl::string_view implementation);

// Descriptor of a strided buffer.
onednn::Desc StridedDesc(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides, DataType type);
// Descriptor of a row-major buffer.
onednn::Desc RowMajorDesc(const std::vector<int64_t>& shape, DataType type);
// oneDNN's algorithm of an eltwise post-op kind (kRelu .. kGeluTanh) or of a binary one (kAdd .. kDiv).
dnnl::algorithm AlgorithmOf(PostOpKind kind);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_ONEDNN_LOWERING_CONTEXT_H_
