// The data sets that an experiment's sweeps use, read or generated once.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_DATA_LIBRARY_H_
#define PLUMBLINE_EXPERIMENTS_RUN_DATA_LIBRARY_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "experiments/data/data_set.h"
#include "experiments/load_experiment.h"
#include "experiments/run/progress.h"

namespace plumbline {

using DataLibrary = std::map<std::string, std::shared_ptr<const DataSet>>;  // by the experiment's name of it

// The data set that a study uses, or empty.
std::string DataNameOf(const LoadedSweep& sweep);

// Loads what these sweeps (indices) name, on up to `threads` threads. `folder` holds what was downloaded, and what is made in its
// place. Errors: as LoadOctmnist, LoadNpzData and LoadLjspeech; Cancelled when a signal stopped it.
absl::StatusOr<DataLibrary> LoadData(const LoadedExperiment& experiment, const std::vector<int>& sweeps,
                                     const std::string& folder, int threads, Progress& progress);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_DATA_LIBRARY_H_
