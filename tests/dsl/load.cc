#include "tests/dsl/load.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsl/diagnostic.h"
#include "dsl/expanded_model.h"
#include "dsl/expression.h"
#include "dsl/load_model.h"
#include "dsl/load_options.h"
#include "dsl/source.h"
#include "tests/dsl/fake_catalog.h"

namespace plumbline {

Loaded Load(absl::string_view text, const std::vector<ConstantOverride>& overrides) {
  Loaded loaded;
  LoadOptions options;
  options.catalog = &FakeCatalog();
  options.overrides = overrides;
  Diagnostics diagnostics;
  loaded.model =
      LoadModel(std::make_shared<const Source>("m", std::string(text)), options, diagnostics);
  loaded.diagnostics = diagnostics.Render();
  return loaded;
}

std::string Model(absl::string_view declarations) {
  return absl::StrCat("language: 1\ninput { name: \"x\" dtype: F32 shape: \"B, 10\" }\n",
                      declarations, "\noutput { name: \"y\" }\n");
}

std::string Paths(const ExpandedModel& model) {
  std::string paths;
  for (const ExpandedNode& node : model.nodes) {
    absl::StrAppend(&paths, paths.empty() ? "" : " ", node.path);
  }
  return paths;
}

const ExpandedNode& NodeAt(const ExpandedModel& model, absl::string_view path) {
  static const ExpandedNode& none = *new ExpandedNode();
  for (const ExpandedNode& node : model.nodes) {
    if (node.path == path) return node;
  }
  ADD_FAILURE() << "no node " << path << " among " << Paths(model);
  return none;
}

std::string NameOf(const ExpandedModel& model, ValueRef value) {
  const size_t index = static_cast<size_t>(value.index);
  return value.kind == ValueRef::Kind::kInput ? model.inputs.at(index).name
                                              : model.nodes.at(index).path;
}

std::string InputsOf(const ExpandedModel& model, absl::string_view path) {
  std::string names;
  for (const ValueRef& input : NodeAt(model, path).inputs) {
    absl::StrAppend(&names, names.empty() ? "" : " ", NameOf(model, input));
  }
  return names;
}

std::string AttributeOf(const ExpandedModel& model, absl::string_view path,
                        absl::string_view name) {
  for (const ExpandedAttribute& attribute : NodeAt(model, path).attributes) {
    if (attribute.name != name) continue;
    std::string text;
    for (const Expression& value : attribute.values) {
      absl::StrAppend(&text, text.empty() ? "" : ", ", ToString(value));
    }
    return text;
  }
  return "-";
}

}  // namespace plumbline
