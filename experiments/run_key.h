// What a run is, as text and as a key: equal keys are equal exact results on one fingerprint. A record says both.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_KEY_H_
#define PLUMBLINE_EXPERIMENTS_RUN_KEY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/compile.h"
#include "experiments/experiment.pb.h"
#include "experiments/load_experiment.h"

namespace plumbline {

// A model with the constants of a run.
struct RunModel {
  std::string name;   // "taylor", or "taylor, terms 4" where the study itself sets terms
  std::string model;  // its name in the experiment
  std::shared_ptr<const Model> built;
};

// All models that take part in a run, in the order of the study.
absl::StatusOr<std::vector<RunModel>> ModelsOfRun(const LoadedExperiment& experiment, const ExperimentRun& run);

// One model of the experiment with the constants of a run and further ones on top.
absl::StatusOr<std::shared_ptr<const Model>> ModelOfRun(const LoadedExperiment& experiment, const ExperimentRun& run,
                                                        const std::string& model,
                                                        const ModelLibrary::Constants& further);

// The experiment as far as it concerns this run alone: its sweep with one value an axis and one seed, without
// scales, docs, files and thread counts.
experiment::Experiment ResolvedExperiment(const LoadedExperiment& experiment, const ExperimentRun& run);

// SHA-256 of the canonical models, the resolved experiment, the generator of the data and the engine version. What is
// not in it: paths, threads, the scale's name, the other runs of the sweep.
absl::StatusOr<std::string> RunKey(const LoadedExperiment& experiment, const ExperimentRun& run);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_KEY_H_
