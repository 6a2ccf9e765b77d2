// Names, initialisers, and integer arithmetic on shapes.
#include "tools/export/onnx_builder.h"

#include <cstring>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace plumbline {
namespace {

onnx::AttributeProto Named(absl::string_view name, onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto attribute;
  attribute.set_name(std::string(name));
  attribute.set_type(type);
  return attribute;
}

// ONNX stores little-endian numbers, and so do the processors that oneDNN serves here.
template <typename T>
std::string Bytes(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  if (!values.empty()) std::memcpy(&bytes[0], values.data(), bytes.size());
  return bytes;
}

}  // namespace

onnx::AttributeProto OnnxInteger(absl::string_view name, int64_t value) {
  onnx::AttributeProto attribute = Named(name, onnx::AttributeProto::INT);
  attribute.set_i(value);
  return attribute;
}

onnx::AttributeProto OnnxIntegers(absl::string_view name, const std::vector<int64_t>& values) {
  onnx::AttributeProto attribute = Named(name, onnx::AttributeProto::INTS);
  for (const int64_t value : values) attribute.add_ints(value);
  return attribute;
}

onnx::AttributeProto OnnxReal(absl::string_view name, double value) {
  onnx::AttributeProto attribute = Named(name, onnx::AttributeProto::FLOAT);
  attribute.set_f(static_cast<float>(value));
  return attribute;
}

onnx::AttributeProto OnnxText(absl::string_view name, absl::string_view value) {
  onnx::AttributeProto attribute = Named(name, onnx::AttributeProto::STRING);
  attribute.set_s(std::string(value));
  return attribute;
}

onnx::AttributeProto OnnxTexts(absl::string_view name, const std::vector<std::string>& values) {
  onnx::AttributeProto attribute = Named(name, onnx::AttributeProto::STRINGS);
  for (const std::string& value : values) attribute.add_strings(value);
  return attribute;
}

onnx::TensorProto::DataType OnnxType(DataType type) {
  switch (type) {
    case DataType::kF32: return onnx::TensorProto::FLOAT;
    case DataType::kS64: return onnx::TensorProto::INT64;
    case DataType::kU8: return onnx::TensorProto::UINT8;
  }
  return onnx::TensorProto::UNDEFINED;
}

onnx::ValueInfoProto OnnxValue(absl::string_view name, const TensorType& type, const SymbolTable& symbols) {
  onnx::ValueInfoProto value;
  value.set_name(std::string(name));
  onnx::TypeProto::Tensor& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(OnnxType(type.data_type));
  onnx::TensorShapeProto& shape = *tensor.mutable_shape();
  for (const Size& size : type.shape) {
    const std::optional<int64_t> number = size.AsInteger();
    if (number) {
      shape.add_dim()->set_dim_value(*number);
    } else {
      shape.add_dim()->set_dim_param(symbols.ToString(size));
    }
  }
  return value;
}

OnnxBuilder::OnnxBuilder(const Graph& graph, std::vector<NodeId> inputs, onnx::GraphProto& result)
    : graph_(graph), inputs_(std::move(inputs)), result_(result) {}

void OnnxBuilder::BeginNode(absl::string_view path) { path_ = std::string(path); }

std::string OnnxBuilder::Unique(const std::string& name) {
  const int before = names_[name]++;
  return before == 0 ? name : absl::StrCat(name, "_", before);
}

std::string OnnxBuilder::Add(absl::string_view op_type, const std::vector<std::string>& inputs,
                             const std::vector<onnx::AttributeProto>& attributes) {
  const std::string name = Unique(absl::StrCat(path_, "/", op_type));
  AddNamed(op_type, inputs, {name}, attributes);
  return name;
}

void OnnxBuilder::AddNamed(absl::string_view op_type, const std::vector<std::string>& inputs,
                           const std::vector<std::string>& outputs,
                           const std::vector<onnx::AttributeProto>& attributes) {
  onnx::NodeProto& node = *result_.add_node();
  node.set_op_type(std::string(op_type));
  for (const std::string& input : inputs) node.add_input(input);
  for (const std::string& output : outputs) node.add_output(output);
  for (const std::string& output : outputs) {
    if (!node.has_name() && !output.empty()) node.set_name(output);
  }
  for (const onnx::AttributeProto& attribute : attributes) *node.add_attribute() = attribute;
}

std::string OnnxBuilder::AddTensor(const std::string& name, const std::vector<int64_t>& dims,
                                   onnx::TensorProto::DataType type, std::string bytes) {
  std::string key = absl::StrCat(type, "/", dims.size(), "/", bytes);
  const auto known = tensors_.find(key);
  if (known != tensors_.end()) return known->second;
  onnx::TensorProto& tensor = *result_.add_initializer();
  for (const int64_t size : dims) tensor.add_dims(size);
  tensor.set_data_type(type);
  tensor.set_name(Unique(name));
  tensor.set_raw_data(std::move(bytes));
  tensors_[std::move(key)] = tensor.name();
  return tensor.name();
}

std::string OnnxBuilder::Real(double value) {
  return AddTensor("constant/real", {}, onnx::TensorProto::FLOAT,
                   Bytes(std::vector<float>{static_cast<float>(value)}));
}

std::string OnnxBuilder::Reals(const std::vector<double>& values) {
  return AddTensor("constant/reals", {static_cast<int64_t>(values.size())}, onnx::TensorProto::FLOAT,
                   Bytes(std::vector<float>(values.begin(), values.end())));
}

std::string OnnxBuilder::Doubles(const std::vector<double>& values) {
  return AddTensor("constant/doubles", {static_cast<int64_t>(values.size())}, onnx::TensorProto::DOUBLE,
                   Bytes(values));
}

std::string OnnxBuilder::Integers(const std::vector<int64_t>& values) {
  return AddTensor("constant/integers", {static_cast<int64_t>(values.size())}, onnx::TensorProto::INT64,
                   Bytes(values));
}

std::string OnnxBuilder::Integer(int64_t value) {
  return AddTensor("constant/integer", {}, onnx::TensorProto::INT64, Bytes(std::vector<int64_t>{value}));
}

absl::StatusOr<std::string> OnnxBuilder::SymbolSize(const std::string& symbol) {
  for (const NodeId id : inputs_) {
    const Shape& shape = graph_.type(graph_.node(id).outputs[0]).shape;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      if (shape[axis] != Size::Symbol(symbol)) continue;
      const int64_t from = static_cast<int64_t>(axis);
      return Add("Shape", {graph_.node(id).name}, {OnnxInteger("start", from), OnnxInteger("end", from + 1)});
    }
  }
  const SymbolTable::Symbol* const known = graph_.symbols().Find(symbol);
  if (known != nullptr && known->derived) return DerivedSize(*known);
  return absl::NotFoundError(
      absl::StrCat("the size '", symbol, "' stands alone in no input's shape; give it with --at"));
}

// Sizes are positive, so that ONNX's division, which cuts off, rounds down.
absl::StatusOr<std::string> OnnxBuilder::DerivedSize(const SymbolTable::Symbol& symbol) {
  const absl::StatusOr<std::string> first =
      SizeOf(symbol.derived == DerivedKind::kCeilDiv ? symbol.first + symbol.second + Size(-1) : symbol.first);
  if (!first.ok()) return first.status();
  const absl::StatusOr<std::string> second = SizeOf(symbol.second);
  if (!second.ok()) return second.status();
  switch (*symbol.derived) {
    case DerivedKind::kFloorDiv:
    case DerivedKind::kCeilDiv: return Add("Div", {*first, *second}, {});
    case DerivedKind::kMin: return Add("Min", {*first, *second}, {});
    case DerivedKind::kMax: break;
  }
  return Add("Max", {*first, *second}, {});
}

// The sum of its terms over their common denominator.
absl::StatusOr<std::string> OnnxBuilder::PolynomialSize(const Size& size) {
  int64_t denominator = 1;
  for (const auto& term : size.terms()) denominator = std::lcm(denominator, term.second.denominator());
  std::string sum;
  for (const auto& [monomial, coefficient] : size.terms()) {
    std::string product;
    for (const auto& [symbol, exponent] : monomial) {
      const absl::StatusOr<std::string> factor = SizeOf(Size::Symbol(symbol));
      if (!factor.ok()) return factor.status();
      for (int i = 0; i < exponent; ++i) product = product.empty() ? *factor : Add("Mul", {product, *factor}, {});
    }
    const int64_t number = coefficient.numerator() * (denominator / coefficient.denominator());
    if (product.empty()) {
      product = Integers({number});
    } else if (number != 1) {
      product = Add("Mul", {product, Integers({number})}, {});
    }
    sum = sum.empty() ? product : Add("Add", {sum, product}, {});
  }
  return denominator == 1 ? sum : Add("Div", {sum, Integers({denominator})}, {});
}

absl::StatusOr<std::string> OnnxBuilder::SizeOf(const Size& size) {
  if (const std::optional<int64_t> number = size.AsInteger()) return Integers({*number});
  const std::string text = graph_.symbols().ToString(size);
  const auto known = sizes_.find(text);
  if (known != sizes_.end()) return known->second;
  const std::string path = std::exchange(path_, absl::StrCat("size/", text));
  const std::optional<std::string> symbol = size.AsSymbol();
  absl::StatusOr<std::string> value = symbol ? SymbolSize(*symbol) : PolynomialSize(size);
  path_ = path;
  if (value.ok()) sizes_[text] = *value;
  return value;
}

absl::StatusOr<std::string> OnnxBuilder::SizesOf(const Shape& shape) {
  std::vector<int64_t> numbers;
  for (const Size& size : shape) {
    if (const std::optional<int64_t> number = size.AsInteger()) numbers.push_back(*number);
  }
  if (numbers.size() == shape.size()) return Integers(numbers);
  std::vector<std::string> parts;
  for (const Size& size : shape) {
    const absl::StatusOr<std::string> part = SizeOf(size);
    if (!part.ok()) return part.status();
    parts.push_back(*part);
  }
  return Add("Concat", parts, {OnnxInteger("axis", 0)});
}

absl::StatusOr<std::string> OnnxBuilder::ReshapeTarget(const Shape& shape) {
  std::vector<int64_t> numbers;
  int unknown = 0;
  for (const Size& size : shape) {
    const std::optional<int64_t> number = size.AsInteger();
    numbers.push_back(number.value_or(-1));
    unknown += number.has_value() ? 0 : 1;
  }
  return unknown <= 1 ? Integers(numbers) : SizesOf(shape);
}

}  // namespace plumbline
