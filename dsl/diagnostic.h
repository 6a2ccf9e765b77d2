// What is wrong with a text a user wrote, where, and what to do about it. A Diagnostic is self-contained (it keeps its
// own copy of the source line); Diagnostics collects, sorts and renders them. Not for failures of the system: those are
// absl::Status.
//
//   cnn.textproto:10:49: error: conv2d has no attribute 'channel'
//       node { name: "conv1" input: "image" conv2d { channel: "8" kernel: "3" } }
//                                                    ^
//     did you mean 'channels'?
#ifndef PLUMBLINE_DSL_DIAGNOSTIC_H_
#define PLUMBLINE_DSL_DIAGNOSTIC_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "dsl/source.h"

namespace plumbline {

enum class Severity { kError, kWarning, kNote };

// One function call on the way from the top level of a model to the place of a diagnostic.
struct CallFrame {
  std::string function;     // the function called
  std::string path;         // the path of the instance, empty when it adds no component of its own
  SourceLocation location;  // of the calling node
};

// Innermost call first; empty at the top level.
using CallChain = std::vector<CallFrame>;

struct Diagnostic {
  Severity severity = Severity::kError;
  std::string file;         // empty: no file is concerned
  SourceLocation location;  // unknown: `FILE: error: WHAT` without a source line
  std::string message;      // what is wrong; one line, no final full stop
  std::vector<std::string> hints;  // the reason, the nearest known name, what to write instead
  CallChain calls;
  std::string excerpt;  // the source line, or the part of a long one around the place
  int caret = 0;        // 0-based byte in `excerpt`

  // Each returns the diagnostic itself with more said; an empty hint adds nothing.
  Diagnostic Hint(std::string hint) &&;
  Diagnostic Calls(CallChain chain) &&;
};

Diagnostic Error(const Source& source, SourceLocation location, std::string message);
Diagnostic Warning(const Source& source, SourceLocation location, std::string message);
Diagnostic Note(const Source& source, SourceLocation location, std::string message);

// A problem of a whole file: `FILE: error: WHAT`.
Diagnostic FileError(absl::string_view file, std::string message);

// The text of one diagnostic, ending with a line end. Control characters, invalid UTF-8 and characters that reorder
// text are escaped, so that no file can write to a terminal what is not there.
std::string Render(const Diagnostic& diagnostic);

// The member of `known` that a typist most likely meant: the smallest Damerau-Levenshtein distance (optimal string
// alignment, case folded at half cost), at most a third of the length; ties go to the earlier one. Empty if none is near.
std::string NearestName(absl::string_view name, const std::vector<std::string>& known);

// "did you mean 'NEAREST'?", or empty.
std::string DidYouMean(absl::string_view name, const std::vector<std::string>& known);

// The text with control characters and the like escaped, as Render writes it.
std::string EscapeForTerminal(absl::string_view text);

// A name from a file as it stands in a message: in single quotes, shortened when it is very long.
std::string Quoted(absl::string_view name);

// Collects the diagnostics of any number of files. The same message at the same place is kept once, whatever its call
// chain.
class Diagnostics {
 public:
  // As many are rendered; the rest is counted.
  static constexpr int kMaxRendered = 50;

  void Add(Diagnostic diagnostic);

  bool has_errors() const { return error_count_ > 0; }
  int error_count() const { return error_count_; }
  int warning_count() const { return warning_count_; }

  // True when further ones are counted rather than kept, so that costly hints need not be made.
  bool full() const;

  // By file (in the order of their first diagnostics), place, severity and message; those without a place come first.
  std::vector<Diagnostic> Sorted() const;

  // All of them, or the first kMaxRendered, errors before warnings, and "and N more".
  std::string Render() const;

 private:
  std::vector<Diagnostic> diagnostics_;
  absl::flat_hash_set<std::string> seen_;
  int error_count_ = 0;
  int warning_count_ = 0;
  int note_count_ = 0;
};

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_DIAGNOSTIC_H_
