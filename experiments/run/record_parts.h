// The parts of a record that every study has: what ran, what it costs, where it ran.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_RECORD_PARTS_H_
#define PLUMBLINE_EXPERIMENTS_RUN_RECORD_PARTS_H_

#include <string>

#include "absl/status/status.h"
#include "experiments/load_experiment.h"
#include "reports/record.pb.h"

namespace plumbline {

// Key: SHA-256 of engine version, generator, experiment and sweep names, the study with its inputs, the models'
// canonical texts, sizes, constants, point and seed, and whether the engine is portable. Neither threads nor paths nor the scale's name are part of it.
// What uses a data set has its digest in place of inputs, and a training its resolved numbers in place of the study's
// expressions. FailedPrecondition where a digest is not known yet.
absl::StatusOr<std::string> RunKey(const LoadedExperiment& experiment, const ExperimentRun& run);

// A record with key, point, seed, models, data digest, resolved experiment, environment and fingerprint.
absl::StatusOr<record::Record> StartRecord(const LoadedExperiment& experiment, const ExperimentRun& run, int threads);

// What exact values depend on, in this process.
record::Fingerprint CurrentFingerprint();

// The plan of one compiled program.
record::Plan PlanOf(const std::string& model, const std::string& program, const CompiledModel& compiled);

// Operations, bytes and peak memory of a model's program, as polynomials and at `sizes`. Memory is the peak at these
// sizes.
absl::Status AddCosts(const std::string& name, const std::string& program, const Model& model, const Bindings& sizes,
                      record::Record& record);

// "forward/planned_bytes": the name of an exact value or series of one program.
std::string ProgramValue(const std::string& program, const std::string& value);

// A model of the run, built. Errors of the model are an internal error, since loading has checked it.
absl::StatusOr<std::shared_ptr<const Model>> ModelOf(const LoadedExperiment& experiment, const ExperimentRun& run,
                                                     const std::string& model);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_RECORD_PARTS_H_
