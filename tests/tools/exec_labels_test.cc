// A classifier through `plumbline exec`: loss, metric and gradients of labels, labels that are no class, dropout off.
#include <cmath>
#include <string>
#include <vector>

#include "experiments/arrays/array_file.h"
#include "gtest/gtest.h"
#include "tests/tools/run_program.h"

namespace plumbline {
namespace {

constexpr char kClassifier[] = R"(
language: 1
name: "classifier"
input { name: "x" dtype: F32 shape: "B, 3" }
input { name: "label" dtype: S64 shape: "B" }
node { name: "dropped" input: "x" dropout { rate: "0.9" } }
node { name: "scores" log_softmax {} }
output { name: "log_probs" value: "scores" }
loss { name: "nll" negative_log_likelihood { log_probs: "scores" label: "label" } }
metric { name: "right" accuracy { scores: "scores" label: "label" } }
)";

struct Execution {
  ProgramResult result;
  std::string output;
};

Execution Exec(const std::vector<int64_t>& labels) {
  const std::string model = ScratchPath("model.textproto");
  const std::string inputs = ScratchPath("inputs.npz");
  WriteText(model, kClassifier);
  NamedArrays arrays;
  arrays["x"] = MakeArray({2, 3}, std::vector<float>{0, 0, 0, 0, 1, 0});
  arrays["label"] = MakeArray({2}, std::vector<double>(labels.begin(), labels.end()));
  EXPECT_TRUE(WriteNpz(inputs, arrays).ok());
  Execution execution;
  execution.output = ScratchPath("output" + std::to_string(labels[1]) + ".npz");
  execution.result = RunPlumbline({"exec", model, "--inputs", inputs, "--outputs", execution.output});
  return execution;
}

TEST(ExecLabels, GivesLossAndMetricWithDropoutOff) {
  const Execution execution = Exec({0, 1});
  ASSERT_EQ(execution.result.exit_code, 0) << execution.result.errors;
  const absl::StatusOr<NamedArrays> arrays = ReadArrays(execution.output);
  ASSERT_TRUE(arrays.ok()) << arrays.status();
  const double uniform = std::log(3), peaked = std::log(2 + std::exp(1)) - 1;
  // oneDNN's logarithm is off by up to 1.6e-6.
  EXPECT_NEAR(ToDoubles(arrays->at("loss"))[0], (uniform + peaked) / 2, 5e-6);
  EXPECT_EQ(ToDoubles(arrays->at("metric/right"))[0], 1);
}

TEST(ExecLabels, RefusesALabelThatIsNoClass) {
  for (const int64_t label : {3, -1}) {
    const Execution execution = Exec({0, label});
    EXPECT_EQ(execution.result.exit_code, 2);
    EXPECT_EQ(execution.result.output, "");
    EXPECT_FALSE(Exists(execution.output));
    const std::string& errors = execution.result.errors;
    EXPECT_NE(errors.find("label[1] is " + std::to_string(label) + ", but labels are 0 to 2"), std::string::npos)
        << errors;
    EXPECT_NE(errors.find("(negative_log_likelihood"), std::string::npos) << errors;
  }
}

}  // namespace
}  // namespace plumbline
