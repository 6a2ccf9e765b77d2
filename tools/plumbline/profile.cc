// Rounds over all steps in program order, so that each finds the caches as in a real run.
#include "tools/plumbline/profile.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <utility>

#include "compiler/compile.h"
#include "compiler/runtime/worker.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLeastRounds = 5;
constexpr int kMostRounds = 200;
constexpr double kBudgetSeconds = 2.0;
constexpr int64_t kMatmulSize = 1024;

double Seconds(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

// Values of order 1 without regularity, from a linear congruential sequence: only the timing matters here.
void Fill(float* values, int64_t count, float scale) {
  uint32_t state = 12345;
  for (int64_t i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    values[i] = scale * (static_cast<float>(state >> 8) / 8388608.0f - 1.0f);
  }
}

// A program with its memory, ready to run.
struct Bound {
  std::vector<AlignedMemory> memory;
  std::vector<char*> externals;
  std::unique_ptr<ProgramInstance> instance;
};

absl::StatusOr<Bound> Bind(const Program& program) {
  Bound bound;
  const auto allocate = [&](int64_t bytes) {
    bound.memory.push_back(AllocateAligned(bytes));
    char* start = bound.memory.back().get();
    if (start != nullptr) std::memset(start, 0, static_cast<size_t>(bytes));
    return start;
  };
  const absl::Status no_memory = absl::ResourceExhaustedError("no memory for the arrays of the profile");
  for (const auto* buffers : {&program.inputs, &program.outputs}) {
    for (const ExternalBuffer& buffer : *buffers) {
      char* start = allocate(buffer.bytes());
      if (start == nullptr) return no_memory;
      if (buffer.data_type == DataType::kF32) {
        Fill(reinterpret_cast<float*>(start), ElementCount(buffer.shape), 1.0f);
      }
      bound.externals.push_back(start);
    }
  }
  float* parameters = reinterpret_cast<float*>(allocate(program.parameter_floats * 4));
  float* gradients = reinterpret_cast<float*>(allocate(program.parameter_floats * 4));
  if (parameters == nullptr || gradients == nullptr) return no_memory;
  for (const ParameterSlot& slot : program.parameters) {
    Fill(parameters + slot.offset, ElementCount(slot.shape), 0.1f);
  }
  auto instance = ProgramInstance::Create(program, parameters, gradients);
  if (!instance.ok()) return instance.status();
  bound.instance = *std::move(instance);
  return bound;
}

absl::StatusOr<Program> MatmulProgram() {
  Graph graph(&AllOps());
  const TensorType type{DataType::kF32, {Size(kMatmulSize), Size(kMatmulSize)}};
  const ValueId a = graph.AddInput("a", type);
  const ValueId b = graph.AddInput("b", type);
  const absl::StatusOr<ValueId> product =
      graph.Add("matmul", {a, b}, {{"transpose_a", false}, {"transpose_b", false}});
  if (!product.ok()) return product.status();
  graph.mutable_outputs().push_back({"c", *product, OutputKind::kOutput});
  return CompileProgram(std::move(graph), {}, CompileOptions());
}

}  // namespace

absl::StatusOr<Profile> ProfileProgram(const Program& program) {
  const WorkerScope scope;
  const absl::StatusOr<Program> matmul = MatmulProgram();
  if (!matmul.ok()) return matmul.status();
  absl::StatusOr<Bound> bare = Bind(*matmul);
  if (!bare.ok()) return bare.status();
  absl::StatusOr<Bound> bound = Bind(program);
  if (!bound.ok()) return bound.status();
  absl::Status status = bound->instance->Run(bound->externals);  // warm, and with any error
  if (status.ok()) status = bare->instance->Run(bare->externals);
  if (!status.ok()) return status;
  const int steps = bound->instance->step_count();
  std::vector<std::vector<double>> samples(steps);
  std::vector<double> bare_samples;
  const Clock::time_point start = Clock::now();
  for (int round = 0; round < kMostRounds && (round < kLeastRounds || Seconds(start) < kBudgetSeconds); ++round) {
    for (int i = 0; i < steps; ++i) {
      const Clock::time_point step_start = Clock::now();
      bound->instance->step(i).Run();
      samples[i].push_back(Seconds(step_start) * 1e6);
    }
    const Clock::time_point bare_start = Clock::now();
    status = bare->instance->Replay();
    if (!status.ok()) return status;
    bare_samples.push_back(2e-9 * kMatmulSize * kMatmulSize * kMatmulSize / Seconds(bare_start));
  }
  Profile profile;
  for (const std::vector<double>& values : samples) profile.step_microseconds.push_back(Median(values));
  profile.bare_gigaflops = Median(bare_samples);
  return profile;
}

}  // namespace plumbline
