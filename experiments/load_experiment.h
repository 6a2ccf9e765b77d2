// From an experiment file to its runs, or to diagnostics of everything that is wrong with it and with its models.
// Nothing runs here; experiments/runner.h does that.
#ifndef PLUMBLINE_EXPERIMENTS_LOAD_EXPERIMENT_H_
#define PLUMBLINE_EXPERIMENTS_LOAD_EXPERIMENT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/ir/op_definition.h"
#include "dsl/diagnostic.h"
#include "dsl/expression.h"
#include "dsl/source.h"
#include "experiments/experiment.pb.h"
#include "experiments/experiment_text.h"
#include "experiments/model_library.h"
#include "experiments/training/settings.h"

namespace plumbline {

// Runs that a sweep may have; counted before they are made.
inline constexpr int64_t kMaxRuns = 100000;

struct OctmnistData {
  enum class Source { kAuto, kFile, kEmbedded };
  Source source = Source::kAuto;
  int64_t train = 97477;
  int64_t validation = 10832;
  int64_t test = 1000;
  uint64_t seed = 1;  // of generated images
};

struct NpzData {
  std::string file;    // as written: relative to the data folder
  std::string beside;  // the same relative to the experiment file
};

struct LjspeechData {
  enum class Source { kAuto, kFile, kEmbedded, kSmoke };
  Source source = Source::kAuto;
  int64_t train = 9825;
  int64_t validation = 655;
  int64_t test = 2620;
  int64_t frames = 2754;
  int64_t tokens = 99;       // with start and stop
  uint64_t seed = 1;         // of embedded speech
  int64_t mel_rate = 16000;  // hertz; 22050 is the recordings' own
  std::string smoke;         // the folder of the smoke corpus, beside the experiment file
};

// A data set that the experiment names. Nothing is read here.
struct DataUse {
  std::string name;
  std::variant<OctmnistData, NpzData, LjspeechData> source;
};

struct TimingStudy {
  std::vector<std::string> models;
  std::vector<std::string> programs;  // "forward", "forward_backward", "training_step"
  std::string repeat;                 // a model, or empty
  std::vector<std::string> apart;     // axes
  int least_rounds = 6;
  int most_rounds = 10;
  double seconds = 60;  // of one measurement
  double sample_seconds = 0.02;
  double planned_bytes = 0;  // no limit: infinity
  double operations = 0;
  int threads = 1;
};

struct AttentionAccuracyStudy {
  std::vector<std::string> softmax;
  std::vector<std::string> taylor;
  std::string features;
  std::vector<int64_t> terms;
  double planned_bytes = 0;
  double operations = 0;
};

// The settings of each run are in ExperimentRun::training.
struct TrainingStudy {
  std::vector<std::string> models;  // each has a loss and a batch symbol
  std::string data;                 // a DataUse
  std::string select;               // "validation loss", or "validation METRIC" with a metric of every model
};

struct DataSummaryStudy {
  std::string data;
  int64_t examples = 16;  // items of the training split that are kept
};

struct LoadedSweep {
  std::string name;
  std::variant<TimingStudy, AttentionAccuracyStudy, TrainingStudy, DataSummaryStudy> study;
};

// The models that take part in a study; none in a data summary.
std::vector<std::string> ModelsOf(const LoadedSweep& sweep);

// The value of an axis, as the language writes it.
struct AxisSetting {
  std::string axis;
  std::string value;

  friend bool operator==(const AxisSetting& a, const AxisSetting& b) {
    return a.axis == b.axis && a.value == b.value;
  }
};

// One point of a sweep with one seed.
struct ExperimentRun {
  int sweep = 0;
  std::string model;               // of a timing or training; otherwise all models of the study take part
  std::vector<AxisSetting> point;  // begins with the axis "model" when there is one
  uint64_t seed = 1;
  Bindings sizes;                         // every symbol of the models that take part; of a training, the batch too
  std::map<std::string, Number> names;    // what the experiment's expressions may refer to
  ModelLibrary::Constants constants;      // overrides; a model takes those that it has
  std::optional<TrainingSettings> training;  // of a training
  std::optional<OptimizerSpec> optimizer;    // of a timing with the program training_step
};

struct LoadedExperiment {
  std::string name;
  experiment::Experiment message;  // scale and overrides applied
  std::shared_ptr<ModelLibrary> models;
  std::vector<LoadedSweep> sweeps;  // in the order of message.sweep()
  std::vector<ExperimentRun> runs;
  std::vector<DataUse> data;
  // SHA-256 of each data set's content, by its name. Empty after loading: who reads the data fills it, and runs that
  // use data have no key before.
  std::map<std::string, std::string> data_digests;

  // The constants of `run` that `model` has, its own overrides and those of the whole experiment included.
  ModelLibrary::Constants ConstantsOf(const std::string& model, const ExperimentRun& run) const;
  // The data set of that name, which must be one of the experiment's.
  const DataUse& DataOf(const std::string& name) const;
  // The distribution of an input as text: "normal(0, 1)".
  std::string DistributionOf(const std::string& input) const;
};

struct LoadExperimentOptions {
  const OpRegistry* registry = nullptr;  // required; outlives what is loaded
  std::string scale = "default";
  std::vector<PathOverride> overrides;  // after the scale's
  std::vector<uint64_t> seeds;          // of every sweep; empty: the file's
};

// Nothing when there are errors. Model files are found relative to the source's name.
std::optional<LoadedExperiment> LoadExperiment(std::shared_ptr<const Source> source,
                                               const LoadExperimentOptions& options, Diagnostics& diagnostics);

// All that can be wrong with the file at any of its scales. True when nothing is.
bool CheckExperiment(std::shared_ptr<const Source> source, const OpRegistry& registry, Diagnostics& diagnostics);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_LOAD_EXPERIMENT_H_
