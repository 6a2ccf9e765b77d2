// Writing ONNX graphs: nodes in order, numbers as initialisers, and sizes that follow the shapes of the inputs at run
// time. Knows ONNX's operators by name only as far as sizes need them; what an op of the language becomes is the
// business of onnx_ops.h.
#ifndef PLUMBLINE_TOOLS_EXPORT_ONNX_BUILDER_H_
#define PLUMBLINE_TOOLS_EXPORT_ONNX_BUILDER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/graph.h"
#include "tools/export/onnx.pb.h"

namespace plumbline {

onnx::AttributeProto OnnxInteger(absl::string_view name, int64_t value);
onnx::AttributeProto OnnxIntegers(absl::string_view name, const std::vector<int64_t>& values);
onnx::AttributeProto OnnxReal(absl::string_view name, double value);
onnx::AttributeProto OnnxText(absl::string_view name, absl::string_view value);
onnx::AttributeProto OnnxTexts(absl::string_view name, const std::vector<std::string>& values);

onnx::TensorProto::DataType OnnxType(DataType type);
// A value's name and type; sizes that are no number become dim_param in the language's words.
onnx::ValueInfoProto OnnxValue(absl::string_view name, const TensorType& type, const SymbolTable& symbols);

class OnnxBuilder {
 public:
  // Both must outlive the builder. Sizes are read from the graph inputs among `inputs`, which bear their nodes' names.
  OnnxBuilder(const Graph& graph, std::vector<NodeId> inputs, onnx::GraphProto& result);

  // What is added from here on belongs to the node of this path: names begin with PATH/.
  void BeginNode(absl::string_view path);

  // Appends a node with one output, named after the operator, and returns that output.
  std::string Add(absl::string_view op_type, const std::vector<std::string>& inputs,
                  const std::vector<onnx::AttributeProto>& attributes);
  // Appends a node whose outputs are given; its name is the first one's.
  void AddNamed(absl::string_view op_type, const std::vector<std::string>& inputs,
                const std::vector<std::string>& outputs, const std::vector<onnx::AttributeProto>& attributes);

  // Initialisers; equal numbers are stored once.
  std::string Real(double value);                                   // a scalar, f32
  std::string Doubles(const std::vector<double>& values);           // [n], f64
  std::string Reals(const std::vector<double>& values);             // [n], f32
  std::string Integers(const std::vector<int64_t>& values);         // [n]
  std::string Integer(int64_t value);                               // a scalar

  // A size as a vector of one integer, and sizes as a vector: initialisers where they are numbers, else computed from
  // the shapes of the inputs. NotFound: a symbol that stands alone in no input's shape.
  absl::StatusOr<std::string> SizeOf(const Size& size);
  absl::StatusOr<std::string> SizesOf(const Shape& shape);
  // The second input of Reshape: as SizesOf, but one unknown size is written as -1.
  absl::StatusOr<std::string> ReshapeTarget(const Shape& shape);

 private:
  std::string AddTensor(const std::string& name, const std::vector<int64_t>& dims, onnx::TensorProto::DataType type,
                        std::string bytes);
  std::string Unique(const std::string& name);
  absl::StatusOr<std::string> SymbolSize(const std::string& symbol);
  absl::StatusOr<std::string> DerivedSize(const SymbolTable::Symbol& symbol);
  absl::StatusOr<std::string> PolynomialSize(const Size& size);

  const Graph& graph_;
  const std::vector<NodeId> inputs_;
  onnx::GraphProto& result_;
  std::string path_;
  std::map<std::string, int> names_;              // how often each was asked for
  std::map<std::string, std::string> tensors_;    // name by type, dims and bytes
  std::map<std::string, std::string> sizes_;      // values of sizes by their text
};

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_EXPORT_ONNX_BUILDER_H_
