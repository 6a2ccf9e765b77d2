// Models from text, for tests of exporters.
#ifndef PLUMBLINE_TESTS_TOOLS_EXPORT_TEXT_MODEL_H_
#define PLUMBLINE_TESTS_TOOLS_EXPORT_TEXT_MODEL_H_

#include <string>

#include "compiler/compile.h"

namespace plumbline {

// The model of a text, which must be one. `body` follows the language's head.
Model ModelOf(const std::string& body);
// Of a file of the workspace.
Model ModelOfFile(const std::string& path);

}  // namespace plumbline

#endif  // PLUMBLINE_TESTS_TOOLS_EXPORT_TEXT_MODEL_H_
