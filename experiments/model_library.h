// The models of an experiment, built once for each set of constants that its runs use.
#ifndef PLUMBLINE_EXPERIMENTS_MODEL_LIBRARY_H_
#define PLUMBLINE_EXPERIMENTS_MODEL_LIBRARY_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/compile.h"
#include "dsl/diagnostic.h"
#include "dsl/source.h"

namespace plumbline {

class ModelLibrary {
 public:
  // New values of constants as the language writes them, by name.
  using Constants = std::map<std::string, std::string>;

  // `registry` outlives the library.
  explicit ModelLibrary(const OpRegistry& registry) : registry_(registry) {}

  // Adds a model under a name of its own and builds it with its own constants. False when it has errors, which are
  // reported; it is known then, but has no constants and symbols.
  bool Add(const std::string& name, std::shared_ptr<const Source> source, Diagnostics& diagnostics);

  bool Has(absl::string_view name) const { return Find(name) != nullptr; }
  // False for models with errors.
  bool IsSound(absl::string_view name) const;
  std::vector<std::string> names() const;
  // Of a sound model: its constants, the symbols of its inputs' shapes, and its inputs, in order of declaration.
  const std::vector<std::string>& constants(absl::string_view name) const { return Find(name)->constants; }
  const std::vector<SymbolTable::Symbol>& symbols(absl::string_view name) const { return Find(name)->symbols; }
  const std::vector<std::string>& inputs(absl::string_view name) const { return Find(name)->inputs; }

  // A sound model with its own constants.
  const Model& model(absl::string_view name) const { return *Find(name)->built.at({}); }

  bool HasConstant(absl::string_view model, absl::string_view constant) const;
  bool HasSymbol(absl::string_view model, absl::string_view symbol) const;

  // The model with these constants, which it must have; built at the first call. Null when it has errors then.
  std::shared_ptr<const Model> Build(absl::string_view name, const Constants& constants, Diagnostics& diagnostics);

 private:
  struct Entry {
    std::string name;
    std::shared_ptr<const Source> source;
    std::vector<std::string> constants;
    std::vector<SymbolTable::Symbol> symbols;
    std::vector<std::string> inputs;
    std::map<Constants, std::shared_ptr<const Model>> built;
  };
  Entry* Find(absl::string_view name) const;

  const OpRegistry& registry_;
  std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_MODEL_LIBRARY_H_
