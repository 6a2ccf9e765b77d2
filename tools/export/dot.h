// A graph as text for Graphviz's dot.
#ifndef PLUMBLINE_TOOLS_EXPORT_DOT_H_
#define PLUMBLINE_TOOLS_EXPORT_DOT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "compiler/ir/graph.h"

namespace plumbline {

// A digraph of the graph's inputs, nodes and outputs, labelled with op, attributes and type; nodes whose paths share a
// prefix ("encoder.block0") stand in nested clusters. A node's own parameters are lines of its label; a parameter that
// several nodes use, or a bare one, is a node. Same graph, same text.
std::string DotText(const Graph& graph, absl::string_view title);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_EXPORT_DOT_H_
