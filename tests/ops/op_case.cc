// Builds small graphs around one op and compares reference, gradient and lowering.
#include "tests/ops/op_case.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <random>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "compiler/ir/evaluate.h"
#include "compiler/ir/gradient_context.h"
#include "compiler/ir/verify.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"
#include "tests/ops/run_lowered.h"

namespace plumbline {
namespace {

Shape ParseShape(absl::string_view text, const Bindings* bindings) {
  Shape shape;
  for (absl::string_view part : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    part = absl::StripAsciiWhitespace(part);
    int64_t number = 0;
    if (absl::SimpleAtoi(part, &number)) {
      shape.push_back(Size(number));
    } else if (bindings != nullptr) {
      shape.push_back(Size(bindings->at(std::string(part))));
    } else {
      shape.push_back(Size::Symbol(part));
    }
  }
  return shape;
}

// The default of an attribute where it is a number; other defaults must be set by the case.
void SetDefaults(const OpDefinition& op, Attributes& attributes) {
  for (const AttributeSpec& spec : op.attributes) {
    if (attributes.Has(spec.name) || spec.default_text.empty()) continue;
    double value = 0;
    if (spec.kind != AttributeKind::kText && !absl::SimpleAtod(spec.default_text, &value)) continue;
    switch (spec.kind) {
      case AttributeKind::kInteger:
      case AttributeKind::kSize: attributes.Set(spec.name, Size(static_cast<int64_t>(value))); break;
      case AttributeKind::kReal: attributes.Set(spec.name, value); break;
      case AttributeKind::kBool: attributes.Set(spec.name, value != 0); break;
      case AttributeKind::kIntegerList:
      case AttributeKind::kSizeList:
        attributes.Set(spec.name, std::vector<Size>{Size(static_cast<int64_t>(value))});
        break;
      case AttributeKind::kText: attributes.Set(spec.name, spec.default_text); break;
    }
  }
}

void BindAttributes(const Bindings& bindings, SymbolTable& symbols, Attributes& attributes) {
  for (auto& entry : attributes.mutable_values()) {
    if (Size* size = std::get_if<Size>(&entry.second)) *size = symbols.Bind(*size, bindings);
    if (auto* sizes = std::get_if<std::vector<Size>>(&entry.second)) {
      for (Size& size : *sizes) size = symbols.Bind(size, bindings);
    }
  }
}

std::string Describe(const absl::Status& status) {
  const std::optional<std::string> attribute = AttributeOfError(status);
  return absl::StrCat("error: ", attribute ? absl::StrCat("[", *attribute, "] ") : "", status.message());
}

std::string Print(const Initializer& initializer) {
  switch (initializer.kind) {
    case Initializer::Kind::kUniform:
      return absl::StrCat("uniform(", initializer.first, ", ", initializer.second, ")");
    case Initializer::Kind::kNormal: return absl::StrCat("normal(", initializer.first, ", ", initializer.second, ")");
    case Initializer::Kind::kConstant: return absl::StrCat("constant(", initializer.first, ")");
  }
  return "";
}

// Sums a gradient in a broadcast shape down to the shape it belongs to.
Array Unbroadcast(const Array& array, const std::vector<int64_t>& shape) {
  Array result(shape);
  const size_t extra = array.shape.size() - shape.size();
  const Layout layout = RowMajor(shape);
  size_t i = 0;
  ForEachIndex(array.shape, [&](const std::vector<int64_t>& index) {
    int64_t position = 0;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      if (shape[axis] != 1) position += index[axis + extra] * layout.strides[axis];
    }
    result.data[position] += array.data[i++];
  });
  return result;
}

void ExpectClose(const Array& actual, const Array& expected, double tolerance, double magnitude,
                 const std::string& what) {
  ASSERT_EQ(actual.shape, expected.shape) << what;
  double scale = magnitude;
  for (const double value : expected.data) {
    if (std::isfinite(value)) scale = std::max(scale, std::abs(value));
  }
  if (scale == 0) scale = 1;  // what is 0 throughout has the rounding of the inputs
  for (size_t i = 0; i < expected.data.size(); ++i) {
    const double a = actual.data[i], b = expected.data[i];
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    ASSERT_LE(std::abs(a - b), tolerance * (std::abs(b) + 0.1 * scale + 1e-30)) << what << ", element " << i << ": "
                                                                              << a << ", expected " << b;
  }
}

std::map<std::string, Array> EvaluateOrFail(const Graph& graph, const std::map<std::string, Array>& sources) {
  absl::StatusOr<std::map<std::string, Array>> result = Evaluate(graph, sources);
  if (!result.ok()) {
    ADD_FAILURE() << result.status();
    return {};
  }
  return *std::move(result);
}

}  // namespace

struct OpCase::Built {
  std::unique_ptr<Graph> graph;
  bool bound = false;
  NodeId node = kNone;
  std::vector<ValueId> inputs;           // of the node: data inputs, then parameters
  std::map<std::string, Array> sources;  // only when sizes are bound
};

OpCase::OpCase(absl::string_view op) : op_(op) {}

OpCase& OpCase::Input(absl::string_view shape, DataType type) {
  InputSpec spec;
  spec.shape = std::string(shape);
  spec.type = type;
  if (type != DataType::kF32) {
    spec.low = 0;
    spec.high = 2;
  }
  inputs_.push_back(std::move(spec));
  return *this;
}

OpCase::InputSpec& OpCase::Spec(int input) {
  const size_t i = static_cast<size_t>(input);
  if (i < inputs_.size()) return inputs_[i];
  if (i - inputs_.size() >= parameters_.size()) parameters_.resize(i - inputs_.size() + 1);
  return parameters_[i - inputs_.size()];
}

OpCase& OpCase::Range(int input, double low, double high) {
  Spec(input).low = low;
  Spec(input).high = high;
  return *this;
}

OpCase& OpCase::Values(int input, std::vector<double> values) {
  Spec(input).values = std::move(values);
  return *this;
}

OpCase& OpCase::Set(absl::string_view attribute, AttributeValue value) {
  attributes_.Set(attribute, std::move(value));
  return *this;
}

OpCase& OpCase::Bind(absl::string_view symbol, int64_t value) {
  bindings_[std::string(symbol)] = value;
  return *this;
}

OpCase& OpCase::DifferentiateFirstOutput() {
  first_output_only_ = true;
  return *this;
}

OpCase& OpCase::Magnitude(double magnitude) {
  magnitude_ = magnitude;
  return *this;
}

OpCase& OpCase::PhysicalOrder(int input, std::vector<int> axes, int64_t padding) {
  inputs_[input].order = std::move(axes);
  inputs_[input].padding = padding;
  return *this;
}

OpCase& OpCase::Strides(int input, std::vector<int64_t> strides) {
  inputs_[input].strides = std::move(strides);
  return *this;
}

OpCase& OpCase::Then(absl::string_view op, Attributes attributes, std::optional<std::string> operand_shape) {
  post_ops_.push_back({std::string(op), std::move(attributes), std::move(operand_shape)});
  return *this;
}

Array OpCase::MakeValues(const InputSpec& spec, const std::vector<int64_t>& shape, int seed) const {
  Array array(shape);
  if (!spec.values.empty()) {
    EXPECT_EQ(spec.values.size(), array.data.size()) << op_;
    array.data = spec.values;
    return array;
  }
  std::mt19937 random(seed);
  for (double& value : array.data) {
    const double unit = random() / 4294967296.0;
    value = spec.type == DataType::kF32 ? static_cast<float>(spec.low + unit * (spec.high - spec.low))
                                        : std::floor(spec.low + unit * (spec.high - spec.low + 1));
  }
  const std::vector<int64_t> repeated = spec.strides;  // where a stride is 0, all elements are the first
  if (std::count(repeated.begin(), repeated.end(), 0) == 0) return array;
  const Array all = array;
  const Layout layout = RowMajor(shape);
  size_t i = 0;
  ForEachIndex(shape, [&](const std::vector<int64_t>& index) {
    int64_t position = 0;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      if (repeated[axis] != 0) position += index[axis] * layout.strides[axis];
    }
    array.data[i++] = all.data[position];
  });
  return array;
}

absl::StatusOr<OpCase::Built> OpCase::Build(bool bound) const {
  const OpDefinition* op = AllOps().Find(op_);
  if (op == nullptr) return absl::NotFoundError(absl::StrCat("no op named ", op_));
  Built built;
  built.bound = bound;
  built.graph = std::make_unique<Graph>(&AllOps());
  Graph& graph = *built.graph;
  for (const InputSpec& spec : inputs_) {
    if (bound) continue;
    for (const Size& size : ParseShape(spec.shape, nullptr)) {
      if (size.AsSymbol()) graph.symbols().Declare(*size.AsSymbol(), std::nullopt);
    }
  }
  Attributes attributes = attributes_;
  SetDefaults(*op, attributes);
  if (bound) BindAttributes(bindings_, graph.symbols(), attributes);
  std::vector<TensorType> types;
  const auto add_source = [&](const std::string& name, const InputSpec& spec, ValueId value) {
    built.inputs.push_back(value);
    types.push_back(graph.type(value));
    if (bound) {
      built.sources[name] =
          MakeValues(spec, ConcreteShape(graph.type(value).shape), 17 + static_cast<int>(built.inputs.size()));
    }
  };
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const std::string name = absl::StrCat("x", i);
    const Shape shape = ParseShape(inputs_[i].shape, bound ? &bindings_ : nullptr);
    add_source(name, inputs_[i], graph.AddInput(name, TensorType{inputs_[i].type, shape}));
  }
  if (op->parameters != nullptr) {
    const auto specs = op->parameters(InferContext{attributes, types, graph.symbols()});
    if (!specs.ok()) return specs.status();
    for (size_t i = 0; i < specs->size(); ++i) {
      const ParameterSpec& spec = (*specs)[i];
      const std::string name = absl::StrCat("op.", spec.name);
      add_source(name, i < parameters_.size() ? parameters_[i] : InputSpec(),
                 graph.AddParameter(name, spec.shape, spec.initializer));
    }
  }
  const absl::StatusOr<NodeId> node = graph.AddNode(*op, "op", built.inputs, attributes);
  if (!node.ok()) return node.status();
  built.node = *node;
  int index = 0;
  for (const ValueId value : graph.node(*node).outputs) {
    graph.mutable_outputs().push_back({absl::StrCat("y", index++), value, OutputKind::kOutput});
  }
  const absl::Status status = Verify(graph);
  if (!status.ok()) return status;
  return built;
}

absl::Status OpCase::AddGradient(Built& built) const {
  Graph& graph = *built.graph;
  const Node node = graph.node(built.node);
  std::vector<ValueId> output_gradients;
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (i > 0 && first_output_only_) {
      output_gradients.push_back(kNone);
      continue;
    }
    const std::string name = absl::StrCat("g", i);
    const TensorType type = graph.type(node.outputs[i]);
    output_gradients.push_back(graph.AddInput(name, type));
    if (!built.bound) continue;
    built.sources[name] = MakeValues(InputSpec(), ConcreteShape(type.shape), 91 + static_cast<int>(i));
  }
  std::vector<bool> wanted;
  for (const ValueId input : node.inputs) wanted.push_back(graph.type(input).data_type == DataType::kF32);
  GradientContext context(graph, built.node, output_gradients, wanted);
  absl::Status status = node.op->gradient(context);
  if (status.ok()) status = context.status();
  if (!status.ok()) return status;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const ValueId gradient = context.input_gradients()[i];
    if (gradient == kNone) continue;
    if (!wanted[i]) return absl::InternalError(absl::StrCat("gradient of input ", i, ", which is not wanted"));
    graph.mutable_outputs().push_back({absl::StrCat("d", i), gradient, OutputKind::kOutput});
  }
  return Verify(graph);
}

absl::Status OpCase::Fuse(Built& built) const {
  Graph& graph = *built.graph;
  if (post_ops_.empty()) return absl::OkStatus();
  if (!graph.node(built.node).op->accepts_post_ops) return absl::InternalError("op accepts no post-ops");
  const ValueId output = graph.node(built.node).outputs[0];
  for (const PostOpCase& post_op : post_ops_) {
    const OpDefinition* const op = AllOps().Find(post_op.op);
    std::vector<ValueId> inputs = {output};
    if (post_op.operand_shape) {
      const std::string name = absl::StrCat("operand", graph.node_count());
      const Shape shape = ParseShape(*post_op.operand_shape, &bindings_);
      inputs.push_back(graph.AddInput(name, TensorType{DataType::kF32, shape}));
      built.sources[name] = MakeValues(InputSpec(), ConcreteShape(shape), graph.node_count());
    }
    Attributes attributes = post_op.attributes;
    SetDefaults(*op, attributes);
    const absl::StatusOr<NodeId> id = graph.AddNode(*op, "", inputs, attributes);
    if (!id.ok()) return id.status();
    const std::optional<PostOpSpec> spec = op->post_op == nullptr ? std::nullopt : op->post_op(graph.view(*id), 0);
    graph.Remove(*id);
    if (!spec) return absl::InternalError(absl::StrCat(post_op.op, " is no post-op here"));
    Node& node = graph.mutable_node(built.node);
    const int operand = post_op.operand_shape ? static_cast<int>(node.inputs.size()) : kNone;
    if (post_op.operand_shape) node.inputs.push_back(inputs[1]);
    node.post_ops.push_back({op, attributes, *spec, operand, "then"});
  }
  return absl::OkStatus();
}

Layout OpCase::LayoutOf(const InputSpec& spec, const std::vector<int64_t>& shape) const {
  Layout layout = RowMajor(shape);
  if (!spec.strides.empty()) layout.strides = spec.strides;
  int64_t stride = 1;
  for (size_t i = spec.order.size(); i-- > 0;) {
    layout.strides[spec.order[i]] = stride;
    stride *= shape[spec.order[i]];
    if (i + 1 == spec.order.size()) stride += spec.padding;
  }
  return layout;
}

std::string OpCase::Types() const {
  const absl::StatusOr<Built> built = Build(false);
  if (!built.ok()) return Describe(built.status());
  std::vector<std::string> types;
  for (const ValueId value : built->graph->node(built->node).outputs) {
    types.push_back(ToString(built->graph->type(value), built->graph->symbols()));
  }
  return absl::StrJoin(types, "; ");
}

std::string OpCase::Parameters() const {
  const absl::StatusOr<Built> built = Build(false);
  if (!built.ok()) return Describe(built.status());
  std::vector<std::string> texts;
  for (const NodeId id : built->graph->Sources(SourceKind::kParameter)) {
    const Node& node = built->graph->node(id);
    texts.push_back(absl::StrCat(node.name.substr(3), " ",
                                 ToString(built->graph->type(node.outputs[0]).shape, built->graph->symbols()), " ",
                                 Print(node.initializer)));
  }
  return absl::StrJoin(texts, "; ");
}

std::vector<Array> OpCase::Evaluate() const {
  const absl::StatusOr<Built> built = Build(true);
  if (!built.ok()) {
    ADD_FAILURE() << op_ << ": " << built.status();
    return {};
  }
  std::vector<Array> arrays;
  for (auto& entry : EvaluateOrFail(*built->graph, built->sources)) arrays.push_back(std::move(entry.second));
  return arrays;
}

std::string OpCase::Operations() const {
  const absl::StatusOr<Built> built = Build(false);
  if (!built.ok()) return Describe(built.status());
  const NodeView view = built->graph->view(built->node);
  return built->graph->symbols().ToString(view.node.op->cost == nullptr ? Polynomial()
                                                                        : view.node.op->cost(view).operations);
}

double OpCase::OperationCount() const {
  const absl::StatusOr<Built> built = Build(false);
  if (!built.ok()) return std::nan("");
  const NodeView view = built->graph->view(built->node);
  if (view.node.op->cost == nullptr) return 0;
  return built->graph->symbols().EvaluateReal(view.node.op->cost(view).operations, bindings_).value_or(std::nan(""));
}

void OpCase::CheckGradient() const {
  SCOPED_TRACE(op_);
  absl::StatusOr<Built> bound = Build(true);
  ASSERT_TRUE(bound.ok()) << bound.status();
  ASSERT_NE(bound->graph->node(bound->node).op->gradient, nullptr);
  const Graph forward = *bound->graph;
  absl::Status status = AddGradient(*bound);
  ASSERT_TRUE(status.ok()) << status;
  const std::map<std::string, Array> sources = bound->sources;

  // The same gradient in symbols, which Evaluate binds from the sources.
  absl::StatusOr<Built> symbolic = Build(false);
  ASSERT_TRUE(symbolic.ok()) << symbolic.status();
  status = AddGradient(*symbolic);
  ASSERT_TRUE(status.ok()) << status;
  const std::map<std::string, Array> results = EvaluateOrFail(*symbolic->graph, sources);

  const auto objective = [&](const std::map<std::string, Array>& point) {
    double sum = 0;
    for (const auto& [name, array] : EvaluateOrFail(forward, point)) {
      const auto weights = sources.find("g" + name.substr(1));
      if (weights == sources.end()) continue;
      sum += std::inner_product(array.data.begin(), array.data.end(), weights->second.data.begin(), 0.0);
    }
    return sum;
  };
  for (size_t i = 0; i < bound->inputs.size(); ++i) {
    const std::string& name = forward.producer(bound->inputs[i]).name;
    if (forward.type(bound->inputs[i]).data_type != DataType::kF32) continue;
    const Array& values = sources.at(name);
    Array expected(values.shape);
    std::map<std::string, Array> point = sources;
    for (size_t element = 0; element < values.data.size(); ++element) {
      const double step = 1e-5;
      double& coordinate = point[name].data[element];
      coordinate = values.data[element] + step;
      const double above = objective(point);
      coordinate = values.data[element] - step;
      const double below = objective(point);
      coordinate = values.data[element];
      expected.data[element] = (above - below) / (2 * step);
    }
    const auto actual = results.find(absl::StrCat("d", i));
    const bool zero = std::all_of(expected.data.begin(), expected.data.end(), [](double v) { return v == 0; });
    if (actual == results.end()) {
      EXPECT_TRUE(zero) << "no gradient of input " << i;
      continue;
    }
    ExpectClose(Unbroadcast(actual->second, values.shape), expected, 1e-6, magnitude_, absl::StrCat("gradient of ", name));
  }
}

void OpCase::CheckLowering(double tolerance) const {
  SCOPED_TRACE(op_);
  absl::StatusOr<Built> built = Build(true);
  ASSERT_TRUE(built.ok()) << built.status();
  absl::Status status = Fuse(*built);
  ASSERT_TRUE(status.ok()) << status;
  const bool plain = post_ops_.empty() && std::all_of(inputs_.begin(), inputs_.end(), [](const InputSpec& spec) {
                       return spec.order.empty() && spec.strides.empty();
                     });
  if (plain && built->graph->node(built->node).op->gradient != nullptr) {
    status = AddGradient(*built);
    ASSERT_TRUE(status.ok()) << status;
  }
  const NodeView view = built->graph->view(built->node);
  std::map<ValueId, Layout> layouts;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (inputs_[i].order.empty() && inputs_[i].strides.empty()) continue;
    const Layout layout = LayoutOf(inputs_[i], view.input_shape(static_cast<int>(i)));
    ASSERT_TRUE(view.node.op->accepts_layout != nullptr &&
                view.node.op->accepts_layout(view, static_cast<int>(i), layout))
        << "layout of input " << i;
    layouts[built->inputs[i]] = layout;
  }
  const std::map<std::string, Array> expected = EvaluateOrFail(*built->graph, built->sources);
  const auto run = [&](const std::map<ValueId, ValueId>& shared, const std::string& what) {
    const absl::StatusOr<LoweredRun> result = RunLowered(*built->graph, built->sources, layouts, shared);
    ASSERT_TRUE(result.ok()) << what << result.status();
    for (const StepInfo& step : result->steps) EXPECT_FALSE(step.reference) << step.op << ": " << step.implementation;
    for (const auto& [name, array] : expected) ExpectClose(result->outputs.at(name), array, tolerance, magnitude_, what + name);
  };
  run({}, "");
  // In place: without the gradient, which needs the input.
  absl::StatusOr<Built> alone = Build(true);
  if (view.node.op->in_place == nullptr || !Fuse(*alone).ok()) return;
  built = std::move(alone);
  for (size_t i = 0; i < built->inputs.size(); ++i) {
    const NodeView forward = built->graph->view(built->node);
    if (layouts.count(built->inputs[i]) > 0 || !forward.node.op->in_place(forward, static_cast<int>(i))) continue;
    const absl::StatusOr<LoweredRun> result =
        RunLowered(*built->graph, built->sources, layouts, {{forward.node.outputs[0], built->inputs[i]}});
    ASSERT_TRUE(result.ok()) << result.status();
    for (const auto& [name, array] : result->outputs) {
      ExpectClose(array, expected.at(name), tolerance, magnitude_, absl::StrCat("in place of input ", i, ", ", name));
    }
  }
}

void OpCase::Check() const {
  CheckGradient();
  CheckLowering();
}

bool OpCase::IdentityWithConstant(absl::string_view op, absl::string_view value, absl::string_view constant,
                                  double number, int position) {
  Graph graph(&AllOps());
  const ValueId x = graph.AddInput("x", TensorType{DataType::kF32, ParseShape(value, nullptr)});
  const ValueId c = graph.AddConstant(TensorType{DataType::kF32, ParseShape(constant, nullptr)}, number);
  const absl::StatusOr<ValueId> y = graph.Add(op, position == 0 ? std::vector<ValueId>{c, x} : std::vector<ValueId>{x, c}, {});
  const NodeView view = graph.view(graph.value(*y).producer);
  return view.node.op->identity(view) == 1 - position;
}

std::vector<std::string> OpCase::Implementations() const {
  absl::StatusOr<Built> built = Build(true);
  if (!built.ok() || !Fuse(*built).ok()) return {};
  std::map<ValueId, Layout> layouts;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    layouts[built->inputs[i]] = LayoutOf(inputs_[i], ConcreteShape(built->graph->type(built->inputs[i]).shape));
  }
  const absl::StatusOr<LoweredRun> run = RunLowered(*built->graph, built->sources, layouts, {});
  std::vector<std::string> names;
  if (!run.ok()) return {run.status().ToString()};
  for (const StepInfo& step : run->steps) names.push_back(step.implementation);
  return names;
}

}  // namespace plumbline
