#include "experiments/model_library.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsl/load_model.h"
#include "dsl/model.pb.h"
#include "dsl/text_proto.h"

namespace plumbline {
namespace {

// The constants that a model file declares. What is wrong with the file, building it says.
std::vector<std::string> DeclaredConstants(const Source& source) {
  proto::Model message;
  LocationTable locations;
  Diagnostics ignored;
  ParseTextProto(source, &message, &locations, ignored);
  std::vector<std::string> names;
  for (const proto::Const& constant : message.const_()) names.push_back(constant.name());
  return names;
}

}  // namespace

bool ModelLibrary::Add(const std::string& name, std::shared_ptr<const Source> source, Diagnostics& diagnostics) {
  auto entry = std::make_unique<Entry>();
  entry->name = name;
  entry->source = std::move(source);
  entries_.push_back(std::move(entry));
  const std::shared_ptr<const Model> model = Build(name, {}, diagnostics);
  if (model == nullptr) return false;
  Entry& added = *entries_.back();
  added.constants = DeclaredConstants(*added.source);
  for (const SymbolTable::Symbol& symbol : model->graph.symbols().symbols()) {
    if (!symbol.derived) added.symbols.push_back(symbol);
  }
  for (const ExpandedInput& input : model->expanded.inputs) added.inputs.push_back(input.name);
  return true;
}

bool ModelLibrary::IsSound(absl::string_view name) const {
  const Entry* entry = Find(name);
  if (entry == nullptr) return false;
  const auto built = entry->built.find(Constants());
  return built != entry->built.end() && built->second != nullptr;
}

std::vector<std::string> ModelLibrary::names() const {
  std::vector<std::string> names;
  for (const auto& entry : entries_) names.push_back(entry->name);
  return names;
}

bool ModelLibrary::HasConstant(absl::string_view model, absl::string_view constant) const {
  const std::vector<std::string>& all = constants(model);
  return std::find(all.begin(), all.end(), constant) != all.end();
}

bool ModelLibrary::HasSymbol(absl::string_view model, absl::string_view symbol) const {
  const auto& all = symbols(model);
  return std::any_of(all.begin(), all.end(), [&](const SymbolTable::Symbol& other) { return other.name == symbol; });
}

std::shared_ptr<const Model> ModelLibrary::Build(absl::string_view name, const Constants& constants,
                                                 Diagnostics& diagnostics) {
  Entry& entry = *Find(name);
  const auto built = entry.built.find(constants);
  if (built != entry.built.end()) return built->second;
  std::vector<ConstantOverride> overrides;
  for (const auto& [constant, value] : constants) {
    overrides.push_back({constant, value, absl::StrCat(constant, "=", value, " for model '", name, "'")});
  }
  std::optional<Model> model = BuildModel(entry.source, registry_, overrides, diagnostics);
  std::shared_ptr<const Model> result;
  if (model) result = std::make_shared<const Model>(*std::move(model));
  entry.built[constants] = result;
  return result;
}

ModelLibrary::Entry* ModelLibrary::Find(absl::string_view name) const {
  for (const auto& entry : entries_) {
    if (entry->name == name) return entry.get();
  }
  return nullptr;
}

}  // namespace plumbline
