// Reads the string fields of an experiment's messages as what they mean, and reports what they cannot mean.
#ifndef PLUMBLINE_EXPERIMENTS_EXPERIMENT_VALUES_H_
#define PLUMBLINE_EXPERIMENTS_EXPERIMENT_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <google/protobuf/message.h>

#include "dsl/expression.h"
#include "experiments/experiment_text.h"

namespace plumbline {

struct PlacedName {
  std::string name;
  size_t offset = 0;  // in the field's value
};

struct PlacedNumber {
  Number number;
  size_t offset = 0;
};

// In all of these an absent field gives the default without a report.

// Comma-separated names; repeated and malformed ones are reported and left out.
std::vector<PlacedName> ReadNames(ExperimentText& text, const google::protobuf::Message& message, int field);

// Comma-separated numbers, as expressions without names. Nothing if one is wrong.
std::optional<std::vector<PlacedNumber>> ReadNumbers(ExperimentText& text, const google::protobuf::Message& message,
                                                     int field);

// An integer from `least` to `most`.
std::optional<int64_t> ReadInteger(ExperimentText& text, const google::protobuf::Message& message, int field,
                                   int64_t least, int64_t most, int64_t absent);

// A number >= 0.
std::optional<double> ReadAmount(ExperimentText& text, const google::protobuf::Message& message, int field,
                                 double absent);

// Comma-separated seeds, 0 to 2^63 - 1.
std::optional<std::vector<uint64_t>> ReadSeeds(ExperimentText& text, const google::protobuf::Message& message,
                                               int field);

// A name that has to be given and must be new among `taken`, to which it is added. Empty when it was reported.
std::string ReadNewName(ExperimentText& text, const google::protobuf::Message& message, int field,
                        const std::string& what, std::vector<std::string>& taken);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_EXPERIMENT_VALUES_H_
