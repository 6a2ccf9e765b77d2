// An experiment file as a message together with the place of each of its values, wherever a value came from: the file,
// a scale, or the command line. What the values mean is experiments/load_experiment.h.
#ifndef PLUMBLINE_EXPERIMENTS_EXPERIMENT_TEXT_H_
#define PLUMBLINE_EXPERIMENTS_EXPERIMENT_TEXT_H_

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <google/protobuf/message.h>

#include "absl/strings/string_view.h"
#include "dsl/diagnostic.h"
#include "dsl/source.h"
#include "dsl/text_proto.h"
#include "experiments/experiment.pb.h"

namespace plumbline {

// A new value for the field of a path. Fields are separated by dots; an element of a repeated field stands by its name
// ("sweep.time.timing.seconds"); a path may end at an element that has a value ("const.causal", "sweep.time.axis.L").
// `const` elements that are not there are added.
struct PathOverride {
  std::string path;
  std::string value;
  std::string origin;  // for diagnostics: what the user wrote, for instance "--set const.causal=1"
};

class ExperimentText {
 public:
  // Both outlive this.
  ExperimentText(std::shared_ptr<const Source> source, Diagnostics& diagnostics);
  ExperimentText(const ExperimentText&) = delete;
  ExperimentText& operator=(const ExperimentText&) = delete;

  // Reads the file. False when it cannot be understood; everything wrong is reported.
  bool Parse();
  // Reports a scale that is not there, and its overrides that lead nowhere. "default" need not be in the file.
  void ApplyScale(absl::string_view name);
  void Apply(const PathOverride& override);

  const experiment::Experiment& message() const { return message_; }
  const Source& source() const { return *source_; }
  // Names of the scales that the file has.
  std::vector<std::string> Scales() const;

  // The text of a string field of `message`, a part of message(); empty when absent.
  static std::string Text(const google::protobuf::Message& message, int field);
  static bool Has(const google::protobuf::Message& message, int field);

  // An error at byte `offset` of a field's value, or at the message if it lacks the field.
  void Report(const google::protobuf::Message& message, int field, size_t offset, std::string what, std::string hint);
  // An error at the message itself.
  void Report(const google::protobuf::Message& message, std::string what, std::string hint);
  Diagnostics& diagnostics() { return diagnostics_; }

 private:
  struct Origin {
    SourceLocation quote;  // in the file; unknown for the command line
    std::string text;      // of the command line
  };

  void NotePlaces(const google::protobuf::Message& message);
  void Set(const std::string& path, const std::string& value, const Origin& origin, SourceLocation path_quote);
  void ReportPath(const Origin& origin, SourceLocation path_quote, std::string what, std::string hint);

  std::shared_ptr<const Source> source_;
  Diagnostics& diagnostics_;
  experiment::Experiment message_;
  LocationTable locations_;
  std::map<const google::protobuf::Message*, SourceLocation> places_;  // looked up, never iterated
  std::map<std::pair<const google::protobuf::Message*, int>, Origin> replaced_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_EXPERIMENT_TEXT_H_
