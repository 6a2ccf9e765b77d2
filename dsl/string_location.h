// Places inside the string literals of a text proto file.
#ifndef PLUMBLINE_DSL_STRING_LOCATION_H_
#define PLUMBLINE_DSL_STRING_LOCATION_H_

#include <cstddef>

#include "dsl/diagnostic.h"
#include "dsl/expression.h"
#include "dsl/source.h"

namespace plumbline {

// The place of a byte of a string's value, given the place of its opening quote: sees through escapes and from one
// literal to the next adjacent one. The closing quote for an offset at or past the end.
SourceLocation LocateInString(const Source& source, SourceLocation quote, size_t offset);

// The diagnostic of an error in an expression that stands in such a string.
Diagnostic ErrorInString(const Source& source, SourceLocation quote, const ExpressionError& error);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_STRING_LOCATION_H_
