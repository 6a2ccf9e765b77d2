// A source text and places in it. Holds no opinion about what the text means; reading files is dsl/read_source.h.
#ifndef PLUMBLINE_DSL_SOURCE_H_
#define PLUMBLINE_DSL_SOURCE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace plumbline {

// 1-based; columns count bytes, a tab is one. Line 0: no place is known.
struct SourceLocation {
  int line = 0;
  int column = 0;

  bool known() const { return line > 0; }
  friend bool operator==(SourceLocation a, SourceLocation b) {
    return a.line == b.line && a.column == b.column;
  }
  friend bool operator!=(SourceLocation a, SourceLocation b) { return !(a == b); }
  friend bool operator<(SourceLocation a, SourceLocation b) {
    return a.line != b.line ? a.line < b.line : a.column < b.column;
  }
};

// Immutable text with a name for diagnostics (the path as the user gave it).
class Source {
 public:
  Source(std::string name, std::string text);

  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }

  // The text of a line without its line end; empty when there is no such line.
  absl::string_view Line(int line) const;

  // Lines are counted as editors do: a trailing line end starts no further line.
  int line_count() const { return static_cast<int>(line_starts_.size()); }

  // The place of a byte of the text; offsets past the end give the end.
  SourceLocation Locate(size_t offset) const;

  // The byte offset of a known place; the text's size when there is no such line.
  size_t Offset(SourceLocation location) const;

 private:
  std::string name_;
  std::string text_;
  std::vector<size_t> line_starts_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_SOURCE_H_
