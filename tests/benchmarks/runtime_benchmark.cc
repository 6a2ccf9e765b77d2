// What the runtime adds to oneDNN: replay of a step against the same primitive called bare, dispatch of a step that does
// nothing, and two threads against one on a batch of 8 sequences and on the parts of one. Prints ratios of interleaved samples; no assertions.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "compiler/onednn/onednn.h"
#include "compiler/runtime/worker.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;

double Seconds(const std::function<void()>& work, int iterations) {
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < iterations; ++i) work();
  return std::chrono::duration<double>(Clock::now() - start).count() / iterations;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// The median over rounds of seconds(a) / seconds(b).
double MedianRatio(const std::function<void()>& a, int a_iterations, const std::function<void()>& b, int b_iterations,
                   int rounds) {
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    double first = 0;
    double second = 0;
    if (round % 2 == 0) {
      first = Seconds(a, a_iterations);
      second = Seconds(b, b_iterations);
    } else {
      second = Seconds(b, b_iterations);
      first = Seconds(a, a_iterations);
    }
    ratios.push_back(first / second);
  }
  return Median(ratios);
}

// A matmul of size n as a program, and the same primitive called directly.
void Replay(int64_t n) {
  const WorkerScope scope;
  Graph graph(&AllOps());
  const TensorType type{DataType::kF32, {Size(n), Size(n)}};
  const ValueId a = graph.AddInput("a", type);
  const ValueId b = graph.AddInput("b", type);
  const ValueId c = *graph.Add("matmul", {a, b}, {{"transpose_a", false}, {"transpose_b", false}});
  graph.mutable_outputs().push_back({"c", c, OutputKind::kOutput});
  const Program program = *CompileProgram(std::move(graph), {}, CompileOptions());
  const auto instance = *ProgramInstance::Create(program, nullptr, nullptr);
  std::vector<AlignedMemory> memory;
  std::vector<char*> externals;
  for (int i = 0; i < 3; ++i) {
    memory.push_back(AllocateAligned(n * n * 4));
    std::fill_n(reinterpret_cast<float*>(memory.back().get()), n * n, 0.5f);
    externals.push_back(memory.back().get());
  }
  (void)instance->Run(externals);
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  const onednn::Desc desc({n, n}, onednn::DataType::f32, dnnl::memory::format_tag::ab);
  dnnl::primitive_attr attr;  // as the program's step has it
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const auto pd = onednn::ForwardPd<dnnl::matmul>(engine, attr, desc, desc, desc);
  const dnnl::matmul matmul(pd);
  std::vector<dnnl::memory> operands;
  for (char* external : externals) operands.emplace_back(desc, engine, external);
  const std::unordered_map<int, dnnl::memory> arguments = {{DNNL_ARG_SRC, operands[0]},
                                                           {DNNL_ARG_WEIGHTS, operands[1]},
                                                           {DNNL_ARG_DST, operands[2]},
                                                           {DNNL_ARG_SCRATCHPAD, {pd.scratchpad_desc(), engine}}};
  matmul.execute(stream, arguments);
  const int iterations = static_cast<int>(std::max<int64_t>(1, 20000000 / (n * n * n / 8 + 20000)));
  const double ratio = MedianRatio([&] { matmul.execute(stream, arguments); }, iterations,
                                   [&] { (void)instance->Replay(); }, iterations, 25);
  std::printf("replay of a matmul %ld^3: %.1f %% of the rate of the bare primitive\n", static_cast<long>(n), 100 * ratio);
}

void Dispatch() {
  constexpr int kSteps = 1000;
  Program program;
  for (int i = 0; i < kSteps; ++i) {
    program.steps.push_back(MakeHostStep(StepInfo(), {}, [](absl::Span<void* const>) {}));
  }
  const auto instance = *ProgramInstance::Create(program, nullptr, nullptr);
  std::vector<double> samples;
  for (int round = 0; round < 25; ++round) samples.push_back(Seconds([&] { (void)instance->Replay(); }, 20));
  std::printf("dispatch: %.4f us a step\n", Median(samples) * 1e6 / kSteps);
}

constexpr char kAttention[] = R"(
language: 1
name: "attention"
input { name: "q" dtype: F32 shape: "B, H, L, D" }
input { name: "k" dtype: F32 shape: "B, H, L, D" }
input { name: "v" dtype: F32 shape: "B, H, L, D" }
node { name: "z" input: "q" input: "k" input: "v" KIND {} }
output { name: "z" }
)";

void Threads(const std::string& kind, int64_t batch, int64_t heads, int64_t length) {
  std::string text = kAttention;
  text.replace(text.find("KIND"), 4, kind);
  Diagnostics diagnostics;
  const auto model = BuildModel(std::make_shared<const Source>("attention", text), AllOps(), {}, diagnostics);
  constexpr int64_t kWidth = 64;
  const auto compiled =
      Compile(*model, {{"B", batch}, {"H", heads}, {"L", length}, {"D", kWidth}}, CompileOptions());
  const size_t count = static_cast<size_t>(batch * heads * length * kWidth);
  std::vector<std::vector<float>> arrays(4, std::vector<float>(count, 0.1f));
  const std::vector<const void*> inputs = {arrays[0].data(), arrays[1].data(), arrays[2].data()};
  const std::vector<void*> outputs = {arrays[3].data()};
  const auto one = *Executor::Create(compiled->program, 1);
  const auto two = *Executor::Create(compiled->program, 2);
  (void)one->Run(inputs, outputs);
  (void)two->Run(inputs, outputs);
  const double ratio = MedianRatio([&] { (void)one->Run(inputs, outputs); }, 2,
                                   [&] { (void)two->Run(inputs, outputs); }, 2, 25);
  std::printf("%s [%ld, %ld, %ld, %ld] in %ld shards of at most %d parts: two threads %.2f times one\n", kind.c_str(),
              static_cast<long>(batch), static_cast<long>(heads), static_cast<long>(length), static_cast<long>(kWidth),
              static_cast<long>(compiled->program->shard_count()), compiled->program->full->most_parts, ratio);
}

}  // namespace
}  // namespace plumbline

int main() {
  for (const int64_t n : {40, 64, 256, 1024}) plumbline::Replay(n);
  plumbline::Dispatch();
  plumbline::Threads("softmax_attention", 8, 1, 1024);
  plumbline::Threads("taylor_attention", 8, 1, 1024);
  plumbline::Threads("softmax_attention", 1, 8, 1024);
  plumbline::Threads("softmax_attention", 1, 1, 4096);
  plumbline::Threads("taylor_attention", 1, 8, 1024);
  return 0;
}
