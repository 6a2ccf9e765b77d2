// The arities of the ops of dsl/ops.proto as a plain table, so that the language is tested without any op's definition.
#ifndef PLUMBLINE_TESTS_DSL_FAKE_CATALOG_H_
#define PLUMBLINE_TESTS_DSL_FAKE_CATALOG_H_

#include "dsl/op_catalog.h"

namespace plumbline {

// Lives for ever.
const OpCatalog& FakeCatalog();

}  // namespace plumbline

#endif  // PLUMBLINE_TESTS_DSL_FAKE_CATALOG_H_
