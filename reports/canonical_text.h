// Protobuf messages as text with bytes that never change. The printers of the protobuf library
// promise no stable bytes, this one does; what it prints, the library's parser reads back to an
// equal message. Not a formatter for files written by hand: comments and order are not kept.
//
// The form: fields by number, repeated ones in their order, one a line, two spaces of indentation.
//   doubles, floats   the shortest decimal that reads back to the same bits; inf, -inf, nan, -0
//   fixed32, fixed64  hexadecimal of full width (bit patterns)
//   enums             by name, an unknown value by number
//   repeated numbers  name: [1, 2, 3], broken at 100 columns
//   strings, bytes    \n \t \r \" \\, and three octal digits a byte for what is invisible or no
//                     UTF-8; several lines are one literal a line, which the parser joins
// Defaults of fields without presence are left out.
#ifndef PLUMBLINE_REPORTS_CANONICAL_TEXT_H_
#define PLUMBLINE_REPORTS_CANONICAL_TEXT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace plumbline {

// Messages nested deeper than this are neither printed nor read.
inline constexpr int kMaxTextDepth = 64;

// InvalidArgument for what has no canonical text: map fields, unknown fields, nesting beyond
// kMaxTextDepth.
absl::StatusOr<std::string> CanonicalText(const google::protobuf::Message& message);

// Replaces `message` by what `text` says. `file` names the text in errors:
// InvalidArgument "FILE:LINE:COL: error: WHAT", one line for each mistake.
absl::Status ParseMessageText(absl::string_view text, absl::string_view file,
                              google::protobuf::Message& message);

template <typename Message>
absl::StatusOr<Message> ParseText(absl::string_view text, absl::string_view file) {
  Message message;
  absl::Status status = ParseMessageText(text, file, message);
  if (!status.ok()) return status;
  return message;
}

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_CANONICAL_TEXT_H_
