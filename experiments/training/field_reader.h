// Reads the string fields of configuration messages as numbers: expressions whose names somebody else knows, checked
// against a range. Where a field stands is the reporter's business.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_FIELD_READER_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_FIELD_READER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <google/protobuf/message.h>

#include "dsl/expression.h"

namespace plumbline {

struct RealRange {
  bool (*contains)(double value);
  const char* text;  // "must be TEXT"
};
extern const RealRange kPositive;      // as f32: neither 0 nor infinite
extern const RealRange kNotNegative;   // and finite as f32
extern const RealRange kBelowOne;      // [0, 1)
extern const RealRange kFromZeroToOne;  // [0, 1]

class FieldReader {
 public:
  // An error at byte `offset` of a field's value; field 0: of the message as a whole.
  using Report = std::function<void(const google::protobuf::Message& message, int field, size_t offset,
                                    std::string what, std::string hint)>;
  // A name in a field's expression.
  struct Use {
    const google::protobuf::Message* message = nullptr;
    int field = 0;
    size_t offset = 0;
    std::string name;
  };

  FieldReader(NameLookup lookup, Report report) : lookup_(std::move(lookup)), report_(std::move(report)) {}

  // Of an absent field, and of one that was reported: `absent`.
  double Real(const google::protobuf::Message& message, int field, const RealRange& range, double absent);
  int64_t Integer(const google::protobuf::Message& message, int field, int64_t least, int64_t most, int64_t absent);
  // A condition.
  bool Flag(const google::protobuf::Message& message, int field);

  void Fail(const google::protobuf::Message& message, int field, size_t offset, std::string what, std::string hint);

  // All names in the fields read so far.
  const std::vector<Use>& uses() const { return uses_; }
  bool failed() const { return failed_; }

 private:
  // Nothing for an absent field or one that was reported.
  std::optional<Expression> Read(const google::protobuf::Message& message, int field);
  // "with rate = 0", of the names in an expression.
  std::string ValuesOf(const Expression& expression) const;

  NameLookup lookup_;
  Report report_;
  std::vector<Use> uses_;
  bool failed_ = false;
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_FIELD_READER_H_
