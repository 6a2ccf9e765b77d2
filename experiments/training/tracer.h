// Watches one step of a program and gives the digests of everything it computed, and on request the numbers of one value.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_TRACER_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_TRACER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/runtime/executor.h"
#include "experiments/arrays/array_file.h"
#include "reports/digest.h"
#include "reports/trace.pb.h"

namespace plumbline {

// Which steps of a training are traced.
struct TraceRequest {
  std::set<int64_t> steps;  // from 1; those beyond the end are passed over
  bool epochs = false;      // the last step of each epoch as well
  std::string values;       // the name of a value whose numbers are kept in the traced steps; empty: none

  bool Wants(int64_t step, int64_t steps_per_epoch) const {
    return steps.count(step) > 0 || (epochs && step % steps_per_epoch == 0);
  }
};

class StepTracer {
 public:
  // `values` as in the request. The program outlives the tracer.
  StepTracer(const ShardedProgram& program, std::string values);

  // Digests of what the step is given. Before it runs: a step may change the parameters.
  void Begin(const std::vector<const void*>& inputs, const float* parameters);
  // Sees the results of one shard after the other.
  void Watch(int64_t shard, const NodeResult& result, const float* values);
  // The step with its root.
  trace::Step Finish(int64_t step);
  // The numbers that were asked for, [elements], those of each shard in row-major order and one shard after the other;
  // nothing if there is no such value.
  std::optional<FileArray> TakeValues();

 private:
  struct Traced {
    trace::Value value;
    Sha256 digest;
  };

  const ShardedProgram& program_;
  const std::string wanted_;
  trace::Step step_;
  std::vector<std::unique_ptr<Traced>> results_;
  std::map<std::string, Traced*> by_name_;
  std::vector<float> row_major_;
  std::vector<float> kept_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_TRACER_H_
