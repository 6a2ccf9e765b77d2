// What each op of the language becomes in ONNX, as a table by the op's name. The operators are those of opset 17; ops
// without one are written out in several. Results agree with `plumbline exec` up to rounding, since the order of
// additions is the runtime's.
#ifndef PLUMBLINE_TOOLS_EXPORT_ONNX_OPS_H_
#define PLUMBLINE_TOOLS_EXPORT_ONNX_OPS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/graph.h"
#include "tools/export/onnx_builder.h"

namespace plumbline {

inline constexpr int64_t kOnnxOpset = 17;

// One node of the graph on its way to ONNX.
struct OnnxOp {
  const NodeView node;
  const std::vector<std::string> inputs;  // names of the node's inputs, parameters after data
  const std::string output;               // to be given to the result
  OnnxBuilder& builder;

  const Attributes& attributes() const { return node.attributes(); }
  const Shape& shape(int input) const { return node.input_type(input).shape; }
  int rank(int input) const { return node.input_type(input).rank(); }

  std::string Add(absl::string_view op_type, const std::vector<std::string>& arguments,
                  const std::vector<onnx::AttributeProto>& attributes) const {
    return builder.Add(op_type, arguments, attributes);
  }
  // The node that makes the result; called once, last.
  absl::Status Finish(absl::string_view op_type, const std::vector<std::string>& arguments,
                      const std::vector<onnx::AttributeProto>& attributes) const {
    builder.AddNamed(op_type, arguments, {output}, attributes);
    return absl::OkStatus();
  }
};

using OnnxMapping = absl::Status (*)(const OnnxOp&);
using OnnxMappings = std::map<std::string, OnnxMapping>;

// Parts of the table.
OnnxMappings OnnxElementwiseOps();  // onnx_elementwise.cc: functions of each element, reductions, softmax
OnnxMappings OnnxMovingOps();       // onnx_moving.cc: views, copies, masks, look-ups
OnnxMappings OnnxLayerOps();        // onnx_layers.cc: products, windows, normalisation, recurrent layers
OnnxMappings OnnxAttentionOps();    // onnx_attention.cc: attention and its feature map

// The mapping of an op, or null.
OnnxMapping FindOnnxMapping(absl::string_view op);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_EXPORT_ONNX_OPS_H_
