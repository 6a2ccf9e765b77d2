// Reads one value of a text proto that is no message: a string, number, bool or enum.
#ifndef PLUMBLINE_DSL_TEXT_SCALAR_H_
#define PLUMBLINE_DSL_TEXT_SCALAR_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "dsl/diagnostic.h"
#include "dsl/source.h"
#include "dsl/text_lexer.h"

namespace plumbline {

enum class ScalarOutcome {
  kRead,      // and set
  kRefused,   // reported and skipped
  kNoScalar,  // the lexer stands at something else, untouched
};

// Sets the field, or adds to it if it is repeated.
ScalarOutcome ReadScalar(const Source& source, TextLexer& lexer,
                         const google::protobuf::FieldDescriptor& field,
                         google::protobuf::Message* message, Diagnostics& diagnostics);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_TEXT_SCALAR_H_
