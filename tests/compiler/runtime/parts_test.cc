// Programs of one shard whose attention is computed in parts by any number of threads.
#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/compile.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

struct Case {
  std::string op;
  bool causal = false;
  int64_t batch = 1, heads = 1, length = 1, width = 64;
  bool lengths = false;
  int64_t first_head = 0;  // its heads are the first_head-th and following of a longer sequence of inputs

  std::string Name() const {
    return absl::StrCat(op, causal ? " causal " : " ", batch, " ", heads, " ", length, " ", width,
                        lengths ? " lengths" : "");
  }
};

absl::StatusOr<CompiledModel> CompileCase(const Case& c, Gradients gradients) {
  const std::string shape = "dtype: F32 shape: \"B, H, L, D\" }";
  const std::string text = absl::StrCat(
      "language: 1 name: \"attention\" input { name: \"q\" ", shape, " input { name: \"k\" ", shape,
      " input { name: \"v\" ", shape, c.lengths ? " input { name: \"lengths\" dtype: S64 shape: \"B\" }" : "",
      " node { name: \"z\" input: \"q\" input: \"k\" input: \"v\" ", c.lengths ? "input: \"lengths\" " : "", c.op,
      " { scale: \"0.125\" causal: \"", c.causal ? 1 : 0, "\" } } output { name: \"z\" }");
  Diagnostics diagnostics;
  const auto model = BuildModel(std::make_shared<const Source>("attention", text), AllOps(), {}, diagnostics);
  if (!model) return absl::InvalidArgumentError(diagnostics.Render());
  CompileOptions options;
  options.gradients = gradients;
  return Compile(*model, {{"B", c.batch}, {"H", c.heads}, {"L", c.length}, {"D", c.width}}, options);
}

// The numbers of parts of the steps, in order.
std::vector<int> Parts(const Case& c, Gradients gradients) {
  const auto compiled = CompileCase(c, gradients);
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  std::vector<int> parts;
  if (!compiled.ok()) return parts;
  for (const auto& step : compiled->program->full->steps) parts.push_back(step->info().parts);
  return parts;
}

std::map<std::string, std::vector<float>> RunCase(const Case& c, int threads, int runs) {
  const auto compiled = CompileCase(c, Gradients::kAll);
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  if (!compiled.ok()) return {};
  const auto executor = Executor::Create(compiled->program, threads);
  EXPECT_TRUE(executor.ok()) << executor.status();
  const ShardedProgram& program = *compiled->program;
  const std::vector<int64_t> lengths(static_cast<size_t>(c.batch), c.length * 2 / 3 + 1);
  std::vector<std::vector<float>> arrays;
  std::vector<const void*> inputs;
  uint32_t state = 1;
  for (const ExternalBuffer& input : program.batch_inputs) {
    const int64_t skipped = c.first_head * c.length * c.width;
    std::vector<float> values(static_cast<size_t>(skipped + ElementCount(input.shape)));
    state += 0x9e3779b9u;
    uint32_t number = state;
    for (float& value : values) {
      number = number * 1664525u + 1013904223u;
      value = static_cast<float>(number >> 8) / 8388608.0f - 1.0f;
    }
    arrays.emplace_back(values.begin() + skipped, values.end());
    inputs.push_back(input.name == "lengths" ? static_cast<const void*>(lengths.data()) : arrays.back().data());
  }
  std::map<std::string, std::vector<float>> results;
  std::vector<void*> outputs;
  for (const ExternalBuffer& output : program.batch_outputs) {
    results[output.name].resize(static_cast<size_t>(ElementCount(output.shape)));
    outputs.push_back(results[output.name].data());
  }
  for (int run = 0; run < runs; ++run) EXPECT_TRUE((*executor)->Run(inputs, outputs).ok());
  return results;
}

TEST(Parts, FollowFromTheProblem) {
  // A head of 512 queries is worth 3 parts of 2e7 operations, but its queries are cut at multiples of 256.
  EXPECT_EQ(Parts({"softmax_attention", false, 1, 1, 512}, Gradients::kNone), std::vector<int>({2}));
  EXPECT_EQ(Parts({"softmax_attention", false, 1, 1, 1024}, Gradients::kNone), std::vector<int>({4}));
  EXPECT_EQ(Parts({"softmax_attention", true, 1, 1, 4096}, Gradients::kNone), std::vector<int>({16}));
  EXPECT_EQ(Parts({"softmax_attention", false, 1, 8, 1024}, Gradients::kNone), std::vector<int>({16}));
  EXPECT_EQ(Parts({"softmax_attention", false, 1, 20, 1024}, Gradients::kNone), std::vector<int>({20}));
  // Work for 4 parts only: several heads a part. Work for none: one.
  EXPECT_EQ(Parts({"softmax_attention", false, 1, 20, 128}, Gradients::kNone), std::vector<int>({4}));
  EXPECT_EQ(Parts({"softmax_attention", false, 1, 8, 64}, Gradients::kNone), std::vector<int>({1}));
  // The state of a head is one whole, and so are the gradients of its keys.
  EXPECT_EQ(Parts({"taylor_attention", false, 1, 8, 512}, Gradients::kNone), std::vector<int>({8}));
  EXPECT_EQ(Parts({"taylor_attention", false, 1, 1, 4096}, Gradients::kNone), std::vector<int>({1}));
  EXPECT_EQ(Parts({"softmax_attention", false, 1, 8, 1024}, Gradients::kAll), std::vector<int>({16, 8}));
  EXPECT_EQ(Parts({"softmax_attention", false, 1, 1, 1024}, Gradients::kAll), std::vector<int>({4, 1}));
}

class AnyThreads : public ::testing::TestWithParam<Case> {};

TEST_P(AnyThreads, GiveTheSameBits) {
  const auto one = RunCase(GetParam(), 1, 1);
  ASSERT_EQ(one.size(), 4u);
  for (const int threads : {2, 3}) {
    for (const auto& [name, values] : RunCase(GetParam(), threads, 2)) {
      const std::vector<float>& expected = one.at(name);
      ASSERT_EQ(values.size(), expected.size());
      EXPECT_EQ(std::memcmp(values.data(), expected.data(), values.size() * 4), 0) << name << " " << threads;
    }
  }
}

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const bool causal : {false, true}) {
    for (const bool lengths : {false, true}) {
      cases.push_back({"softmax_attention", causal, 1, 8, 517, 64, lengths});
      cases.push_back({"softmax_attention", causal, 1, 1, 1300, 64, lengths});
      cases.push_back({"taylor_attention", causal, 1, 8, 517, 32, lengths});
    }
    cases.push_back({"softmax_attention", causal, 3, 2, 517, 64, false});  // shards and parts
    cases.push_back({"taylor_attention", causal, 1, 1, 1300, 32, false});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Attention, AnyThreads, ::testing::ValuesIn(Cases()),
                         [](const ::testing::TestParamInfo<Case>& info) {
                           std::string name = info.param.Name();
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

// Sixteen heads are computed whole; one of them alone is cut into blocks of queries.
TEST(Parts, OfOneHeadGiveTheBitsOfTheWholeHead) {
  constexpr int64_t kHeads = 16, kLength = 1300, kWidth = 16;
  for (const bool causal : {false, true}) {
    for (const bool lengths : {false, true}) {
      const Case all = {"softmax_attention", causal, 1, kHeads, kLength, kWidth, lengths};
      const auto together = RunCase(all, 2, 1);
      ASSERT_EQ(together.size(), 4u);
      for (const int64_t head : {int64_t{0}, int64_t{5}, kHeads - 1}) {
        const Case one = {"softmax_attention", causal, 1, 1, kLength, kWidth, lengths, head};
        ASSERT_GT(Parts(one, Gradients::kAll)[0], 1);
        for (const auto& [name, values] : RunCase(one, 2, 1)) {
          const float* expected = together.at(name).data() + head * kLength * kWidth;
          EXPECT_EQ(std::memcmp(values.data(), expected, values.size() * 4), 0) << all.Name() << " " << name << head;
        }
      }
    }
  }
}

TEST(Executor, AllocatesArenasOfShardsAndScratchOfHelpersExactly) {
  const auto compiled = CompileCase({"softmax_attention", false, 1, 8, 1024}, Gradients::kNone);
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  const Program& program = *compiled->program->full;
  EXPECT_EQ(program.most_parts, 16);
  EXPECT_EQ(program.part_scratch_bytes, program.scratch_bytes);
  EXPECT_GT(program.part_scratch_bytes, 0);
  for (const int threads : {1, 2, 3, 16, 40}) {
    const auto executor = Executor::Create(compiled->program, threads);
    ASSERT_TRUE(executor.ok());
    const int64_t workers = std::min(threads, 16);
    const int64_t scratch = threads == 1 ? 0 : workers * program.part_scratch_bytes;
    EXPECT_EQ((*executor)->allocated_arena_bytes(), compiled->planned_bytes + scratch) << threads;
  }
}

TEST(Executor, GivesProgramsWithoutPartsNoHelpers) {
  const auto compiled = CompileCase({"softmax_attention", false, 1, 1, 64}, Gradients::kNone);
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  const auto executor = Executor::Create(compiled->program, 3);
  ASSERT_TRUE(executor.ok());
  EXPECT_EQ((*executor)->allocated_arena_bytes(), compiled->planned_bytes);
}

}  // namespace
}  // namespace plumbline
