// Internal ops are left out: no model can name them.
#include "compiler/op_catalog.h"

namespace plumbline {

RegistryCatalog::RegistryCatalog(const OpRegistry& registry) {
  for (const OpDefinition& op : registry.definitions()) {
    if (op.internal) continue;
    OpSignature signature;
    signature.name = op.name;
    signature.input_names = op.inputs;
    signature.min_inputs = static_cast<int>(op.inputs.size()) - op.optional_inputs;
    signature.max_inputs = op.variadic ? -1 : static_cast<int>(op.inputs.size());
    signatures_[op.name] = std::move(signature);
  }
}

const OpSignature* RegistryCatalog::Find(absl::string_view name) const {
  const auto found = signatures_.find(std::string(name));
  return found == signatures_.end() ? nullptr : &found->second;
}

}  // namespace plumbline
