// The parts of experiments/load_experiment.h: data sets, what the study of a sweep says, and its axes expanded to runs.
#ifndef PLUMBLINE_EXPERIMENTS_LOAD_SWEEP_H_
#define PLUMBLINE_EXPERIMENTS_LOAD_SWEEP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <google/protobuf/message.h>

#include "experiments/experiment_text.h"
#include "experiments/load_experiment.h"
#include "experiments/model_library.h"
#include "experiments/training/field_reader.h"

namespace plumbline {

// The study of a sweep, checked against the models and the data sets' names. Nothing when it has errors, which are
// reported.
std::optional<LoadedSweep> LoadSweep(ExperimentText& text, const ModelLibrary& models,
                                     const experiment::Sweep& sweep);

// Whether the models' inputs hold drawn numbers, not a data set's.
bool DrawsInputs(const LoadedSweep& sweep);
// Whether a run is of one model, not of all models of the study.
bool RunsModelByModel(const LoadedSweep& sweep);

// Names of models of the experiment in a field; unknown ones are reported and left out.
std::vector<std::string> ReadModels(ExperimentText& text, const ModelLibrary& models,
                                    const google::protobuf::Message& message, int field);

// A model whose gradients are wanted: reports one without a loss, at `message`.
void CheckHasLoss(ExperimentText& text, const ModelLibrary& models, const std::string& model,
                  const google::protobuf::Message& message);

// The studies of load_training.cc. What their expressions say is seen with each run.
TrainingStudy LoadTraining(ExperimentText& text, const ModelLibrary& models, const experiment::Training& training);
DataSummaryStudy LoadDataSummary(ExperimentText& text, const experiment::DataSummary& summary);

// All numbers of a training.
TrainingSettings ResolveTraining(const experiment::Training& training, FieldReader& reader);

// The numbers of a sweep's study that may name axes, read with `reader`; kept where a run has a place for them.
void ResolveStudy(const experiment::Sweep& sweep, FieldReader& reader, ExperimentRun& run);

// The data sets of the experiment.
std::vector<DataUse> LoadData(ExperimentText& text);

// `file` as seen from the folder of `base`.
std::string PathBeside(const std::string& base, const std::string& file);

// The runs of sweep number `index`: the product of its axes, of which each run keeps those that concern its models,
// so that points which differ in nothing else are one; times `seeds` (empty: the sweep's own). Reports axes of nothing,
// symbols without a value, and more than kMaxRuns runs before any is made.
std::vector<ExperimentRun> ExpandSweep(ExperimentText& text, const LoadedExperiment& experiment, int index,
                                       const std::vector<uint64_t>& seeds);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_LOAD_SWEEP_H_
