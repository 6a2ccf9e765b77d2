// Reads protobuf's text format into any message, strictly and completely: every mistake of the file is reported with its
// place, and the place of every value is kept for later diagnostics. What it accepts, google::protobuf::TextFormat reads
// to the same message; it refuses some of what that accepts (extensions, Any, enums as numbers, octal numbers, non-finite
// numbers) and reports where that stops at the first error.
#ifndef PLUMBLINE_DSL_TEXT_PROTO_H_
#define PLUMBLINE_DSL_TEXT_PROTO_H_

#include <cstddef>
#include <tuple>

#include <google/protobuf/message.h>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "dsl/diagnostic.h"
#include "dsl/source.h"

namespace plumbline {

inline constexpr size_t kMaxTextProtoDepth = 64;         // nested messages
inline constexpr int kMaxTextProtoValues = 1000000;  // values in a file, messages included

// Where the fields of a message and its sub-messages stand. Valid as long as the message is neither moved nor resized.
class LocationTable {
 public:
  // `field` is the field's number, `index` 0 for one that is not repeated.
  void Add(const google::protobuf::Message& message, int field, int index, SourceLocation name,
           SourceLocation value);

  // Of the field's name. Unknown for a field that the text did not give.
  SourceLocation Name(const google::protobuf::Message& message, int field, int index) const;

  // Of the value: a string's opening quote, a message's opening brace.
  SourceLocation Value(const google::protobuf::Message& message, int field, int index) const;

  // A message in which something was refused, so that what it lacks may have been meant.
  void MarkDamaged(const google::protobuf::Message& message) { damaged_.insert(&message); }
  bool IsDamaged(const google::protobuf::Message& message) const {
    return damaged_.contains(&message);
  }

 private:
  using Key = std::tuple<const google::protobuf::Message*, int, int>;
  struct Places {
    SourceLocation name;
    SourceLocation value;
  };
  absl::flat_hash_map<Key, Places> places_;  // looked up, never iterated
  absl::flat_hash_set<const google::protobuf::Message*> damaged_;
};

enum class ParseOutcome {
  kClean,       // no errors
  kDamaged,     // fields were refused; the structure of the whole file was read
  kUnreadable,  // reading stopped
};

// Fills `message` (cleared first) and `locations`, and says how far it came. Refused besides malformed text: unknown
// fields (with the nearest name), a field or oneof given twice, numbers out of range or not finite, enum values by number
// and those that end in _UNSPECIFIED, invalid UTF-8 and control characters, nesting deeper than kMaxTextProtoDepth. A
// header `# proto-message:` that names another message is reported as such, alone.
ParseOutcome ParseTextProto(const Source& source, google::protobuf::Message* message,
                            LocationTable* locations, Diagnostics& diagnostics);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_TEXT_PROTO_H_
