// One layer in one direction: types, the calculus of its gradient, the kernels of all three cells.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/ops/op_case.h"

namespace plumbline {
namespace {

struct Cell {
  const char* op;
  int64_t gates, kept, states;
};
constexpr Cell kCells[] = {{"lstm_sequence", 4, 5, 2}, {"gru_sequence", 3, 4, 1}, {"rnn_sequence", 1, 1, 1}};

std::string Shape(std::vector<int64_t> sizes) {
  std::string text;
  for (const int64_t size : sizes) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return text;
}

OpCase Sequence(const Cell& cell, int64_t batch, int64_t length, int64_t width, bool reverse, bool state) {
  OpCase sequence(cell.op);
  sequence.Input(Shape({batch, length, cell.gates * width}))
      .Input(Shape({cell.gates * width, width}))
      .Input(Shape({cell.gates * width}))
      .Set("reverse", reverse)
      .DifferentiateFirstOutput();
  if (state) sequence.Input(Shape({batch, cell.states * width}));
  return sequence;
}

TEST(RecurrentSequence, LoweringAndGradientFollowTheDefinition) {
  for (const Cell& cell : kCells) {
    for (const bool reverse : {false, true}) {
      for (const std::vector<int64_t>& sizes : std::vector<std::vector<int64_t>>{
               {1, 1, 3}, {2, 5, 4}, {3, 4, 17}, {1, 7, 16}, {5, 2, 1}}) {
        SCOPED_TRACE(std::string(cell.op) + " " + Shape(sizes) + (reverse ? " reversed" : ""));
        Sequence(cell, sizes[0], sizes[1], sizes[2], reverse, false).Check();
      }
    }
  }
}

TEST(RecurrentSequence, ManyRowsAndWideLayersLower) {
  for (const Cell& cell : kCells) {
    SCOPED_TRACE(cell.op);
    Sequence(cell, 37, 3, 33, false, false).Range(1, -0.2, 0.2).CheckLowering();
    Sequence(cell, 8, 6, 72, true, false).Range(1, -0.1, 0.1).CheckLowering();
  }
}

TEST(RecurrentSequence, GoesOnFromAState) {
  for (const Cell& cell : kCells) {
    SCOPED_TRACE(cell.op);
    OpCase sequence = Sequence(cell, 2, 3, 5, false, true);
    sequence.CheckLowering();
    const std::vector<Array> outputs = sequence.Evaluate();
    ASSERT_EQ(outputs.size(), 4u);
    EXPECT_EQ(outputs[3].shape, (std::vector<int64_t>{2, cell.states * 5}));
    // The state ends with the last output.
    for (int64_t item = 0; item < 2; ++item) {
      for (int64_t u = 0; u < 5; ++u) {
        EXPECT_EQ(outputs[3].data[item * cell.states * 5 + u], outputs[0].data[(item * 3 + 2) * 5 + u]);
      }
    }
  }
}

TEST(RecurrentSequence, OperationsAreCountedByHand) {
  // 2·gates·width² = 2·4·3·3 = 72 for the product, 2·4·3 = 24 for bias and sum, 18·3 = 54 for the gates.
  EXPECT_EQ(OpCase("lstm_sequence").Input("B, S, 12").Input("12, 3").Input("12").Set("reverse", false).Operations(),
            "150·B·S");
}

}  // namespace
}  // namespace plumbline
