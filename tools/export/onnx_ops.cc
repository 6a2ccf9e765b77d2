// The table from its parts.
#include "tools/export/onnx_ops.h"

namespace plumbline {

OnnxMapping FindOnnxMapping(absl::string_view op) {
  static const OnnxMappings* const mappings = [] {
    auto* all = new OnnxMappings(OnnxElementwiseOps());
    all->merge(OnnxMovingOps());
    all->merge(OnnxLayerOps());
    all->merge(OnnxAttentionOps());
    return all;
  }();
  const auto found = mappings->find(std::string(op));
  return found == mappings->end() ? nullptr : found->second;
}

}  // namespace plumbline
