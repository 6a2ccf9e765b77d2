// The op registry as the language sees it: arities and input names.
#ifndef PLUMBLINE_COMPILER_OP_CATALOG_H_
#define PLUMBLINE_COMPILER_OP_CATALOG_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "compiler/ir/op_definition.h"
#include "dsl/op_catalog.h"

namespace plumbline {

class RegistryCatalog : public OpCatalog {
 public:
  explicit RegistryCatalog(const OpRegistry& registry);
  const OpSignature* Find(absl::string_view name) const override;

 private:
  std::map<std::string, OpSignature> signatures_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_OP_CATALOG_H_
