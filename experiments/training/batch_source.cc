#include "experiments/training/batch_source.h"

#include <map>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/ir/evaluate.h"

namespace plumbline {
namespace {

std::string Print(const std::vector<int64_t>& shape) { return absl::StrCat("[", absl::StrJoin(shape, ", "), "]"); }

absl::StatusOr<const Column*> ColumnFor(const ExternalBuffer& input, const Split& split) {
  const Column* const column = split.Find(input.name);
  if (column == nullptr) {
    std::vector<std::string> names;
    for (const Column& other : split.columns) names.push_back(other.name);
    return absl::InvalidArgumentError(absl::StrCat("the data have no column for the model's input '", input.name,
                                                   "'; they have ", absl::StrJoin(names, ", ")));
  }
  const std::vector<int64_t> item(input.shape.begin() + 1, input.shape.end());
  if (item != column->item_shape) {
    return absl::InvalidArgumentError(absl::StrCat("an item of the model's input '", input.name, "' has shape ",
                                                   Print(item), ", one of the data ", Print(column->item_shape)));
  }
  const bool reals = std::holds_alternative<std::vector<float>>(column->values);
  if (input.data_type == DataType::kS64 && reals) {
    return absl::InvalidArgumentError(
        absl::StrCat("the model's input '", input.name, "' takes integers, but the data have reals"));
  }
  return column;
}

}  // namespace

absl::StatusOr<Bindings> SizesOfBatch(const Model& model, const Split& split, int64_t items) {
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const NodeId id : model.graph.Sources(SourceKind::kInput)) {
    const std::string& name = model.graph.node(id).name;
    const Column* const column = split.Find(name);
    if (column == nullptr) continue;
    std::vector<int64_t>& shape = shapes[name];
    shape.push_back(items);
    shape.insert(shape.end(), column->item_shape.begin(), column->item_shape.end());
  }
  absl::StatusOr<Bindings> sizes = BindFromShapes(model.graph, shapes);
  if (!sizes.ok()) return absl::InvalidArgumentError(absl::StrCat("the data do not fit: ", sizes.status().message()));
  sizes->emplace(model.expanded.batch, items);
  // Inputs without a column are BatchSource's to report.
  for (const SymbolTable::Symbol& symbol : model.graph.symbols().symbols()) {
    if (!symbol.derived) sizes->emplace(symbol.name, 1);
  }
  return sizes;
}

absl::StatusOr<BatchSource> BatchSource::Make(const ShardedProgram& program, const Split& split) {
  BatchSource source;
  for (size_t i = 0; i < program.batch_inputs.size(); ++i) {
    const ExternalBuffer& input = program.batch_inputs[i];
    Feed feed;
    if (program.inputs[i] == ShardInput::kSlice) {
      const absl::StatusOr<const Column*> column = ColumnFor(input, split);
      if (!column.ok()) return column.status();
      feed.column = *column;
      const size_t elements = static_cast<size_t>(ElementCount(input.shape));
      if (input.data_type == DataType::kS64) {
        feed.integers.resize(elements);
      } else {
        feed.reals.resize(elements);
      }
    } else if (program.inputs[i] == ShardInput::kShared) {
      return absl::InvalidArgumentError(
          absl::StrCat("the model's input '", input.name, "' has no batch axis, so no data can feed it"));
    }
    source.feeds_.push_back(std::move(feed));
  }
  for (size_t i = 0; i < source.feeds_.size(); ++i) {
    const Feed& feed = source.feeds_[i];
    const void* address = nullptr;
    if (program.inputs[i] == ShardInput::kRandom) address = source.random_->data();
    if (!feed.reals.empty()) address = feed.reals.data();
    if (!feed.integers.empty()) address = feed.integers.data();
    source.addresses_.push_back(address);
  }
  return source;
}

const std::vector<const void*>& BatchSource::Gather(absl::Span<const int> indices, uint64_t seed, int64_t step) {
  *random_ = {static_cast<int64_t>(seed), step};
  for (Feed& feed : feeds_) {
    if (feed.column == nullptr) continue;
    if (!feed.reals.empty()) GatherItems(*feed.column, indices, feed.reals.data());
    if (!feed.integers.empty()) GatherItems(*feed.column, indices, feed.integers.data());
  }
  return addresses_;
}

}  // namespace plumbline
