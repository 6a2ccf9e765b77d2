// Times greedy decoding with a model on request, one sample a line, so that a script can alternate with another library:
//   decoding_samples MODEL
//   stdin:  CONSTANTS SYMBOLS STEPS THREADS PART, for instance "blocks=2 B=8,T=2754 98 2 write"; "-" for no constants
//   stdout: seconds of PART: "encode", what runs once, or "write", STEPS tokens after it
// Programs are made once and kept; parameters and inputs are drawn from a fixed seed. No token ends a text early.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "compiler/decode.h"
#include "dsl/read_source.h"
#include "experiments/decoding/generate.h"
#include "experiments/random.h"
#include "experiments/training/initialize.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

[[noreturn]] void Fail(const std::string& message) {
  std::cerr << message << "\n";
  std::exit(1);
}

struct Prepared {
  std::unique_ptr<Model> model;
  AlignedMemory memory;
  std::unique_ptr<Decoder> decoder;
  std::vector<std::vector<float>> arrays;
  std::vector<const void*> inputs;
};

Prepared Prepare(const std::string& path, const std::string& constants, const std::string& symbols, int64_t steps,
                 int threads) {
  const auto source = ReadSource(path);
  if (!source.ok()) Fail(source.status().ToString());
  std::vector<ConstantOverride> overrides;
  if (constants != "-") {
    for (const absl::string_view constant : absl::StrSplit(constants, ',')) {
      const std::vector<std::string> parts = absl::StrSplit(constant, '=');
      overrides.push_back({parts[0], parts.at(1), "stdin"});
    }
  }
  DecoderSizes sizes{{}, 1, steps};
  for (const absl::string_view symbol : absl::StrSplit(symbols, ',')) {
    const std::vector<std::string> parts = absl::StrSplit(symbol, '=');
    if (!absl::SimpleAtoi(parts.at(1), &sizes.symbols[parts[0]])) Fail("not a size");
  }
  Diagnostics diagnostics;
  std::optional<Model> model = BuildModel(*source, AllOps(), overrides, diagnostics);
  if (!model) Fail(diagnostics.Render());
  Prepared prepared;
  prepared.model = std::make_unique<Model>(*std::move(model));
  const auto compiled = CompileDecoding(*prepared.model, sizes, CompileOptions());
  if (!compiled.ok()) Fail(compiled.status().ToString());
  const Program& program = *compiled->step.program->full;
  prepared.memory = AllocateAligned(program.parameter_floats * static_cast<int64_t>(sizeof(float)));
  float* const parameters = reinterpret_cast<float*>(prepared.memory.get());
  InitializeParameters(program.parameters, 1, absl::MakeSpan(parameters, program.parameter_floats));
  auto decoder = Decoder::Create(*prepared.model, sizes, threads, parameters);
  if (!decoder.ok()) Fail(decoder.status().ToString());
  prepared.decoder = *std::move(decoder);
  for (const ExternalBuffer& input : prepared.decoder->prologue().batch_inputs) {
    prepared.arrays.emplace_back(static_cast<size_t>(ElementCount(input.shape)));
    RandomStream(1, input.name).FillNormal(absl::MakeSpan(prepared.arrays.back()), 0, 1);
  }
  for (const std::vector<float>& array : prepared.arrays) prepared.inputs.push_back(array.data());
  return prepared;
}

void Serve(const std::string& path) {
  std::map<std::string, Prepared> all;
  std::string constants, symbols, part;
  int64_t steps = 0;
  int threads = 1;
  while (std::cin >> constants >> symbols >> steps >> threads >> part) {
    Prepared& prepared = all[constants + " " + symbols + " " + std::to_string(steps) + " " + std::to_string(threads)];
    if (prepared.decoder == nullptr) prepared = Prepare(path, constants, symbols, steps, threads);
    const auto now = [] { return std::chrono::steady_clock::now(); };
    auto start = now();
    absl::Status status = prepared.decoder->Start(prepared.inputs);
    double seconds = std::chrono::duration<double>(now() - start).count();
    if (status.ok() && part == "write") {
      start = now();
      status = Generate(*prepared.decoder, {0, -1, steps, 0}).status();
      seconds = std::chrono::duration<double>(now() - start).count();
    }
    if (!status.ok()) Fail(status.ToString());
    std::cout << absl::StrFormat("%.9g", seconds) << std::endl;
  }
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  if (argc != 2) plumbline::Fail("usage: decoding_samples MODEL");
  plumbline::Serve(argv[1]);
  return 0;
}
