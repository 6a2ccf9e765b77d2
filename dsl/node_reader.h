// Reads the messages Node, Loss and Metric into declarations (dsl/declarations.h). The ops themselves are unknown here:
// an op is a message whose fields are attributes, or names of values where its signature says so.
#ifndef PLUMBLINE_DSL_NODE_READER_H_
#define PLUMBLINE_DSL_NODE_READER_H_

#include "dsl/declarations.h"
#include "dsl/field_reader.h"
#include "dsl/op_catalog.h"
#include "dsl/ops.pb.h"
#include "dsl/source.h"

namespace plumbline {

// `place` is that of the word `node`; `rule` says whether names may have dots.
DeclaredNode ReadNode(const proto::Node& node, SourceLocation place, NameRule rule,
                      const OpCatalog& catalog, FieldReader& reader);

DeclaredLoss ReadLoss(const proto::Loss& loss, SourceLocation place, const OpCatalog& catalog,
                      FieldReader& reader);

DeclaredLoss ReadMetric(const proto::Metric& metric, SourceLocation place,
                        const OpCatalog& catalog, FieldReader& reader);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_NODE_READER_H_
