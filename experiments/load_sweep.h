// One sweep of an experiment: what its study says, and its axes expanded to runs. Part of experiments/load_experiment.h.
#ifndef PLUMBLINE_EXPERIMENTS_LOAD_SWEEP_H_
#define PLUMBLINE_EXPERIMENTS_LOAD_SWEEP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/experiment_text.h"
#include "experiments/load_experiment.h"
#include "experiments/model_library.h"

namespace plumbline {

// The study of a sweep, checked against the models. Nothing when it has errors, which are reported.
std::optional<LoadedSweep> LoadSweep(ExperimentText& text, const ModelLibrary& models,
                                     const experiment::Sweep& sweep);

// The runs of sweep number `index`: the product of its axes, of which each run keeps those that concern its models,
// so that points which differ in nothing else are one; times `seeds` (empty: the sweep's own). Reports axes of nothing,
// symbols without a value, and more than kMaxRuns runs before any is made.
std::vector<ExperimentRun> ExpandSweep(ExperimentText& text, const LoadedExperiment& experiment, int index,
                                       const std::vector<uint64_t>& seeds);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_LOAD_SWEEP_H_
