// Times forward and backward of a small image classifier as the compiler builds it: 28 x 28 images,
// 3 x 3 convolutions to 8 and 16 channels with relu and max pooling by 2 (or stride 2), then layers
// of 320, 120 and 4 features. One shard on one thread, wall time, the best of many runs; the update
// of the parameters and dropout are not part of it. Prints the steps of the program as well.
//
// usage: cnn_step_benchmark [runs, default 400]

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

constexpr char kModel[] = R"(language: 1 name: "classifier"
  const { name: "strided" value: "0" }
  input { name: "image" dtype: F32 shape: "B, 1, 28, 28" }
  input { name: "target" dtype: F32 shape: "B, 4" }
  node { name: "conv1" input: "image"
         conv2d { channels: "8" kernel: "3" padding: "1" stride: "1 + strided" } }
  node { name: "act1" relu {} }
  node { name: "pool1" when: "!strided" max_pool2d { kernel: "2" } }
  node { name: "conv2" conv2d { channels: "16" kernel: "3" stride: "1 + strided" } }
  node { name: "act2" relu {} }
  node { name: "pool2" when: "!strided" max_pool2d { kernel: "2" } }
  node { name: "flat" flatten {} }
  node { name: "fc1" linear { features: "320" } }
  node { name: "act3" relu {} }
  node { name: "fc2" linear { features: "120" } }
  node { name: "act4" relu {} }
  node { name: "fc3" linear { features: "4" } }
  output { name: "y" value: "fc3" }
  loss { name: "mse" mean_squared_error { prediction: "fc3" target: "target" } })";

double Microseconds(Executor& executor, const std::vector<const void*>& inputs,
                    const std::vector<void*>& outputs) {
  const auto start = std::chrono::steady_clock::now();
  if (!executor.Run(inputs, outputs).ok()) std::exit(1);
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
      .count();
}

void Run(const Model& model, int64_t batch, int runs, bool print_steps) {
  CompileOptions options;
  options.gradients = Gradients::kParameters;
  options.shard_size = batch;
  const absl::StatusOr<CompiledModel> compiled = Compile(model, {{"B", batch}}, options);
  if (!compiled.ok()) {
    std::printf("%s\n", compiled.status().ToString().c_str());
    return;
  }
  auto executor = Executor::Create(compiled->program, 1);
  if (!executor.ok()) return;
  std::vector<std::vector<float>> arrays;
  std::vector<const void*> inputs;
  std::vector<void*> outputs;
  const auto add = [&](const ExternalBuffer& buffer) {
    std::vector<float> values(static_cast<size_t>(ElementCount(buffer.shape)));
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 17) * 0.1f - 0.8f;
    arrays.push_back(std::move(values));
    return arrays.back().data();
  };
  for (const ExternalBuffer& input : compiled->program->batch_inputs) inputs.push_back(add(input));
  for (const ExternalBuffer& output : compiled->program->batch_outputs) {
    outputs.push_back(add(output));
  }
  const Program& program = *compiled->program->full;
  for (int64_t i = 0; i < program.parameter_floats; ++i) {
    (*executor)->parameters()[i] = static_cast<float>(i * 7919 % 1009) * 1e-4f - 0.05f;
  }
  double best = 1e30;
  for (int run = 0; run < runs; ++run) {
    best = std::min(best, Microseconds(**executor, inputs, outputs));
  }
  std::printf("batch %3d: %8.1f us, %6.0f images/s\n", static_cast<int>(batch), best,
              static_cast<double>(batch) * 1e6 / best);
  if (!print_steps) return;
  for (const auto& step : program.steps) {
    std::printf("  %-34s %-36s %s\n", step->info().op.c_str(), step->info().node.c_str(),
                step->info().implementation.c_str());
  }
}

void RunAll(int runs) {
  for (const char* strided : {"0", "1"}) {
    Diagnostics diagnostics;
    const std::optional<Model> model =
        BuildModel(std::make_shared<const Source>("model", kModel), AllOps(),
                   {{"strided", strided, ""}}, diagnostics);
    if (!model) {
      std::printf("%s\n", diagnostics.Render().c_str());
      return;
    }
    std::printf("%s\n", strided[0] == '0' ? "max pooling" : "strided convolutions");
    for (const int64_t batch : {8, 64, 256}) Run(*model, batch, runs, batch == 8);
  }
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  plumbline::RunAll(std::max(argc > 1 ? std::atoi(argv[1]) : 400, 1));
  return 0;
}
