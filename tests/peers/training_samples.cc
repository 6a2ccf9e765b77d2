// Times training steps of a model on request, one sample a line, so that a script can alternate with another library:
//   training_samples MODEL CLASSES OPTIMIZER
//   stdin:  CONSTANTS SYMBOLS THREADS ITERATIONS, for instance "no_maxpool=1 B=8 2 50"; "-" for no constants
//   stdout: seconds of one step (forward, backward, dropout on, update), then resident bytes of this process, then the
//           counted operations of forward and backward
// The constants "bare" and symbols "N=2048" name the yardstick instead: oneDNN's f32 product of two N x N matrices.
// Programs are made once and kept. Integer inputs hold 0 .. CLASSES - 1.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "compiler/compile.h"
#include "dsl/read_source.h"
#include "experiments/machine.h"
#include "experiments/training/initialize.h"
#include "experiments/training/optimizer_config.h"
#include "experiments/training/training_step.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

[[noreturn]] void Fail(absl::string_view what) {
  std::cerr << what << "\n";
  std::exit(2);
}

struct Prepared {
  std::unique_ptr<Executor> executor;
  std::unique_ptr<TrainingStep> descent;
  double learning_rate = 0;
  double operations = 0;
  std::vector<std::vector<char>> arrays;
  std::vector<const void*> inputs;
  std::vector<void*> outputs;

  void Run() {
    const absl::Status status = descent != nullptr ? descent->Run(*executor, inputs, outputs, learning_rate)
                                                   : executor->Run(inputs, outputs);
    if (!status.ok()) Fail(status.ToString());
  }
};

// Reals in [-1, 1) or integers below `classes`.
std::vector<char> Fill(const ExternalBuffer& input, int64_t classes) {
  std::vector<char> bytes(static_cast<size_t>(input.bytes()));
  uint32_t state = 1;
  for (int64_t i = 0; i < ElementCount(input.shape); ++i) {
    state = state * 1664525u + 1013904223u;
    if (input.data_type == DataType::kF32) {
      reinterpret_cast<float*>(bytes.data())[i] = static_cast<float>(state >> 8) / 8388608.0f - 1.0f;
    } else {
      reinterpret_cast<int64_t*>(bytes.data())[i] = (state >> 8) % classes;
    }
  }
  return bytes;
}

Bindings ReadSymbols(const std::string& symbols) {
  Bindings sizes;
  for (const absl::string_view symbol : absl::StrSplit(symbols, ',')) {
    const std::vector<std::string> parts = absl::StrSplit(symbol, '=');
    if (!absl::SimpleAtoi(parts.at(1), &sizes[parts[0]])) Fail("not a size");
  }
  return sizes;
}

std::shared_ptr<const ShardedProgram> CompileSource(const std::shared_ptr<const Source>& source,
                                                    const std::vector<ConstantOverride>& overrides,
                                                    const std::string& symbols, const CompileOptions& options) {
  Diagnostics diagnostics;
  const auto model = BuildModel(source, AllOps(), overrides, diagnostics);
  if (!model) Fail(diagnostics.Render());
  const auto compiled = Compile(*model, ReadSymbols(symbols), options);
  if (!compiled.ok()) Fail(compiled.status().ToString());
  return compiled->program;
}

// An executor of the program with its arrays.
Prepared WithArrays(const std::shared_ptr<const ShardedProgram>& program, int64_t classes, int threads) {
  Prepared prepared;
  prepared.executor = *Executor::Create(program, threads);
  for (const auto& step : program->full->steps) {
    prepared.operations += step->info().operations * static_cast<double>(program->shard_count());
  }
  for (const ExternalBuffer& input : program->batch_inputs) prepared.arrays.push_back(Fill(input, classes));
  for (const auto& array : prepared.arrays) prepared.inputs.push_back(array.data());
  for (const ExternalBuffer& output : program->batch_outputs) {
    prepared.arrays.emplace_back(static_cast<size_t>(output.bytes()));
  }
  for (size_t i = prepared.inputs.size(); i < prepared.arrays.size(); ++i) {
    prepared.outputs.push_back(prepared.arrays[i].data());
  }
  return prepared;
}

Prepared PrepareBare(const std::string& symbols, int threads) {
  constexpr char kProduct[] = R"(language: 1 name: "bare"
    input { name: "a" dtype: F32 shape: "N, N" } input { name: "b" dtype: F32 shape: "N, N" }
    node { name: "c" input: "a" input: "b" matmul {} } output { name: "c" })";
  return WithArrays(CompileSource(std::make_shared<const Source>("bare", kProduct), {}, symbols, CompileOptions()), 1,
                    threads);
}

Prepared Prepare(const std::string& path, const std::string& constants, const std::string& symbols, int64_t classes,
                 const OptimizerSpec& optimizer, int threads) {
  if (constants == "bare") return PrepareBare(symbols, threads);
  const auto source = ReadSource(path);
  if (!source.ok()) Fail(source.status().ToString());
  std::vector<ConstantOverride> overrides;
  if (constants != "-") {
    for (const absl::string_view constant : absl::StrSplit(constants, ',')) {
      const std::vector<std::string> parts = absl::StrSplit(constant, '=');
      overrides.push_back({parts[0], parts.at(1), "stdin"});
    }
  }
  CompileOptions options = TrainingStep::Options(optimizer, 0);
  options.training = true;
  Prepared prepared = WithArrays(CompileSource(*source, overrides, symbols, options), classes, threads);
  const Program& program = *prepared.executor->program().full;
  InitializeParameters(program.parameters, 1,
                       absl::MakeSpan(prepared.executor->parameters(), program.parameter_floats));
  prepared.descent = std::make_unique<TrainingStep>(optimizer, 0, program.parameter_floats);
  prepared.learning_rate = optimizer.learning_rate;
  return prepared;
}

void Serve(const std::string& path, int64_t classes, const OptimizerSpec& optimizer) {
  std::map<std::string, Prepared> programs;
  std::string constants, symbols;
  int threads = 1, iterations = 1;
  while (std::cin >> constants >> symbols >> threads >> iterations) {
    const std::string key = absl::StrCat(constants, " ", symbols, " ", threads);
    auto found = programs.find(key);
    if (found == programs.end()) {
      found = programs.emplace(key, Prepare(path, constants, symbols, classes, optimizer, threads)).first;
      for (int i = 0; i < 3; ++i) found->second.Run();
    }
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < iterations; ++i) found->second.Run();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::cout << absl::StrFormat("%.9g %d %.9g", seconds / iterations, ResidentBytes().value_or(0),
                                 found->second.operations)
              << std::endl;
  }
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  int64_t classes = 0;
  if (argc != 4 || !absl::SimpleAtoi(argv[2], &classes) || classes < 1) {
    plumbline::Fail("usage: training_samples MODEL CLASSES OPTIMIZER");
  }
  const auto optimizer = plumbline::ParseOptimizer(argv[3]);
  if (!optimizer.ok()) plumbline::Fail(optimizer.status().ToString());
  plumbline::Serve(argv[1], classes, *optimizer);
  return 0;
}
