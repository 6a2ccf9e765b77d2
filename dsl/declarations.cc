#include "dsl/declarations.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"
#include "dsl/example_calls.h"
#include "dsl/field_reader.h"
#include "dsl/model.pb.h"
#include "dsl/node_reader.h"
#include "dsl/op_catalog.h"
#include "dsl/source.h"
#include "dsl/text_proto.h"

namespace plumbline {
namespace {

class DeclarationReader {
 public:
  DeclarationReader(const Source& source, const proto::Model& model,
                    const LocationTable& locations, const OpCatalog& catalog,
                    Diagnostics& diagnostics)
      : model_(model), catalog_(catalog),
        reader_(source, locations, result_.example_calls, diagnostics) {
    result_.example_calls = ExampleCalls(model, locations);
  }

  DeclaredModel Read() {
    result_.name =
        reader_.OptionalName(model_, proto::Model::kNameFieldNumber, 0, NameRule::kSimple).text;
    result_.batch =
        reader_.OptionalName(model_, proto::Model::kBatchFieldNumber, 0, NameRule::kSimple);
    ReadConstants();
    ReadTopLevel();
    for (int i = 0; i < model_.function_size(); ++i) ReadFunction(i);
    ReadOutputs();
    for (int i = 0; i < model_.loss_size(); ++i) {
      result_.losses.push_back(ReadLoss(
          model_.loss(i), FieldPlace(proto::Model::kLossFieldNumber, i), catalog_, reader_));
    }
    for (int i = 0; i < model_.metric_size(); ++i) {
      result_.metrics.push_back(ReadMetric(
          model_.metric(i), FieldPlace(proto::Model::kMetricFieldNumber, i), catalog_, reader_));
    }
    if (model_.has_decode()) ReadDecode();
    return std::move(result_);
  }

 private:
  SourceLocation FieldPlace(int field, int index) const {
    return reader_.FieldPlace(model_, field, index);
  }

  void ReadConstants() {
    for (int i = 0; i < model_.const__size(); ++i) {
      const proto::Const& constant = model_.const_(i);
      reader_.SetPlace(FieldPlace(proto::Model::kConstFieldNumber, i));
      DeclaredConstant result;
      result.name = reader_.RequiredName(constant, proto::Const::kNameFieldNumber,
                                         NameRule::kSimple, "const");
      result.value =
          reader_.RequiredExpression(constant, proto::Const::kValueFieldNumber, "const");
      result_.constants.push_back(std::move(result));
    }
  }

  void ReadTopLevel() {
    DeclaredBody body;
    body.damaged = reader_.IsDamaged(model_);
    for (int i = 0; i < model_.input_size(); ++i) {
      body.arguments.push_back(
          ReadInput(model_.input(i), FieldPlace(proto::Model::kInputFieldNumber, i)));
    }
    for (int i = 0; i < model_.node_size(); ++i) {
      body.nodes.push_back(ReadNode(model_.node(i), FieldPlace(proto::Model::kNodeFieldNumber, i),
                                    NameRule::kDotted, catalog_, reader_));
    }
    result_.bodies.push_back(std::move(body));
  }

  DeclaredArgument ReadInput(const proto::Input& input, SourceLocation place) {
    DeclaredArgument result;
    reader_.SetPlace(place);
    result.name =
        reader_.RequiredName(input, proto::Input::kNameFieldNumber, NameRule::kSimple, "input");
    result.shape = reader_.ReadShape(input, proto::Input::kShapeFieldNumber, true);
    if (!reader_.IsDamaged(input)) {
      if (!input.has_shape()) {
        reader_.Report(place, "input without shape", "write shape: \"B, 10\"");
      }
      if (!input.has_dtype()) {
        reader_.Report(place, "input without dtype", "write dtype: F32, S64 or U8");
      }
    }
    switch (input.dtype()) {
      case proto::F32:
        result.dtype = InputDType::kF32;
        break;
      case proto::S64:
        result.dtype = InputDType::kS64;
        break;
      case proto::U8:
        result.dtype = InputDType::kU8;
        break;
      default:
        break;
    }
    return result;
  }

  void ReadFunction(int index) {
    const proto::Function& function = model_.function(index);
    const SourceLocation place = FieldPlace(proto::Model::kFunctionFieldNumber, index);
    DeclaredBody body;
    reader_.SetFunction(index);
    reader_.SetPlace(place);
    body.function = reader_.RequiredName(function, proto::Function::kNameFieldNumber,
                                         NameRule::kSimple, "function");
    body.damaged = reader_.IsDamaged(function);
    body.location = function.has_name() ? body.function.location : place;
    for (int i = 0; i < function.arg_size(); ++i) {
      const proto::Arg& arg = function.arg(i);
      reader_.SetPlace(reader_.FieldPlace(function, proto::Function::kArgFieldNumber, i));
      DeclaredArgument argument;
      argument.name =
          reader_.RequiredName(arg, proto::Arg::kNameFieldNumber, NameRule::kSimple, "arg");
      argument.shape = reader_.ReadShape(arg, proto::Arg::kShapeFieldNumber, false);
      body.arguments.push_back(std::move(argument));
    }
    for (int i = 0; i < function.node_size(); ++i) {
      body.nodes.push_back(ReadNode(
          function.node(i), reader_.FieldPlace(function, proto::Function::kNodeFieldNumber, i),
          NameRule::kSimple, catalog_, reader_));
    }
    if (function.node_size() == 0 && !reader_.IsDamaged(function)) {
      reader_.Report(body.location, "a function without nodes", "");
    }
    body.output = reader_.OptionalName(function, proto::Function::kOutputFieldNumber, 0,
                                       NameRule::kSimple);
    result_.bodies.push_back(std::move(body));
    reader_.SetFunction(-1);
  }

  void ReadOutputs() {
    for (int i = 0; i < model_.output_size(); ++i) {
      const proto::Output& output = model_.output(i);
      reader_.SetPlace(FieldPlace(proto::Model::kOutputFieldNumber, i));
      DeclaredOutput result;
      result.name = reader_.RequiredName(output, proto::Output::kNameFieldNumber,
                                         NameRule::kDotted, "output");
      result.value = reader_.OptionalName(output, proto::Output::kValueFieldNumber, 0,
                                          NameRule::kDotted);
      if (!output.has_value() && !reader_.IsDamaged(output)) result.value = result.name;
      result_.outputs.push_back(std::move(result));
    }
  }

  void ReadDecode() {
    using proto::Decode;
    const Decode& decode = model_.decode();
    reader_.SetPlace(FieldPlace(proto::Model::kDecodeFieldNumber, 0));
    DeclaredDecode result;
    result.input =
        reader_.RequiredName(decode, Decode::kInputFieldNumber, NameRule::kSimple, "decode");
    result.symbol =
        reader_.RequiredName(decode, Decode::kSymbolFieldNumber, NameRule::kSimple, "decode");
    result.output =
        reader_.RequiredName(decode, Decode::kOutputFieldNumber, NameRule::kDotted, "decode");
    result_.decode = std::move(result);
  }

  const proto::Model& model_;
  const OpCatalog& catalog_;
  DeclaredModel result_;
  FieldReader reader_;
};

}  // namespace

DeclaredModel ReadDeclarations(const Source& source, const proto::Model& model,
                               const LocationTable& locations, const OpCatalog& catalog,
                               Diagnostics& diagnostics) {
  return DeclarationReader(source, model, locations, catalog, diagnostics).Read();
}

}  // namespace plumbline
