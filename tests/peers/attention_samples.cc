// Times the attention programs on request, one sample a line, so that a script can alternate with another library:
//   KIND BATCH HEADS LENGTH WIDTH CAUSAL THREADS ITERATIONS     ->     seconds of one run
// KIND is softmax or taylor (three terms). Programs are made once and kept.
#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "compiler/compile.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

struct Prepared {
  std::unique_ptr<Executor> executor;
  std::vector<std::vector<float>> arrays;
  std::vector<const void*> inputs;
  std::vector<void*> outputs;
};

Prepared Prepare(const std::string& kind, const Bindings& sizes, bool causal, int threads) {
  const std::string shape = R"(" dtype: F32 shape: "B, H, L, D" } )";
  const std::string text = absl::StrCat(
      R"(language: 1 name: "attention" input { name: "q)", shape, R"(input { name: "k)", shape, R"(input { name: "v)",
      shape, R"(node { name: "z" input: "q" input: "k" input: "v" )", kind, R"(_attention { scale: "0.125" causal: ")",
      causal ? 1 : 0, R"(" } } output { name: "z" })");
  Diagnostics diagnostics;
  const auto model = BuildModel(std::make_shared<const Source>("attention", text), AllOps(), {}, diagnostics);
  if (!model) {
    std::cerr << diagnostics.Render();
    std::exit(2);
  }
  const auto compiled = Compile(*model, sizes, CompileOptions());
  Prepared prepared;
  prepared.executor = *Executor::Create(compiled->program, threads);
  int64_t count = 1;
  for (const auto& size : sizes) count *= size.second;
  uint32_t state = 1;
  prepared.arrays.assign(4, std::vector<float>(static_cast<size_t>(count)));
  for (std::vector<float>& array : prepared.arrays) {
    for (float& value : array) {
      state = state * 1664525u + 1013904223u;
      value = static_cast<float>(state >> 8) / 8388608.0f - 1.0f;
    }
  }
  for (int i = 0; i < 3; ++i) prepared.inputs.push_back(prepared.arrays[i].data());
  prepared.outputs.push_back(prepared.arrays[3].data());
  return prepared;
}

void Serve() {
  std::map<std::string, Prepared> programs;
  std::string kind;
  int64_t batch = 0, heads = 0, length = 0, width = 0;
  int causal = 0, threads = 1, iterations = 1;
  while (std::cin >> kind >> batch >> heads >> length >> width >> causal >> threads >> iterations) {
    const std::string key = absl::StrCat(kind, batch, " ", heads, " ", length, " ", width, " ", causal, " ", threads);
    auto found = programs.find(key);
    if (found == programs.end()) {
      const Bindings sizes = {{"B", batch}, {"H", heads}, {"L", length}, {"D", width}};
      found = programs.emplace(key, Prepare(kind, sizes, causal != 0, threads)).first;
      (void)found->second.executor->Run(found->second.inputs, found->second.outputs);
    }
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < iterations; ++i) (void)found->second.executor->Run(found->second.inputs, found->second.outputs);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::cout << absl::StrFormat("%.9g", seconds / iterations) << std::endl;
  }
}

}  // namespace
}  // namespace plumbline

int main() {
  plumbline::Serve();
  return 0;
}
