// What the losses and metrics on integer labels share. Scores are [..., classes], labels [...] (S64): a position is a
// row of scores with its label. Labels come from outside and are checked where they are read.
#ifndef PLUMBLINE_OPS_LABELS_H_
#define PLUMBLINE_OPS_LABELS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ir/op_definition.h"

namespace plumbline {

// The scalar result of `op` on input 0, called `scores`, and input 1, the labels, once they fit each other.
absl::StatusOr<std::vector<TensorType>> InferLabelled(const InferContext& context, const char* op, const char* scores);

// The types of a gradient (gradient of the result, scores, label): that of the scores.
absl::StatusOr<std::vector<TensorType>> InferScoresGradient(const InferContext& context);

// How many positions the node's labels, its last input, have.
Polynomial PositionCount(const NodeView& node);

// The labels of one node with its sizes in numbers.
class LabelReader {
 public:
  // `shape` of the labels; `ignored`: the label of positions that do not count.
  LabelReader(std::vector<int64_t> shape, int64_t classes, std::optional<int64_t> ignored);

  int64_t positions() const { return positions_; }
  int64_t classes() const { return classes_; }

  // The label at that position, 0 <= label < classes, or kIgnored. Throws InputError (compiler/runtime/step.h) for
  // any other label, with the position and the label.
  static constexpr int64_t kIgnored = -1;
  int64_t Read(const int64_t* labels, int64_t position) const {
    const int64_t label = labels[position];
    if (ignored_ && label == *ignored_) return kIgnored;
    if (label < 0 || label >= classes_) Refuse(position, label);
    return label;
  }
  // Every label of the reference's array; a label that Read refuses is an invalid argument.
  absl::StatusOr<std::vector<int64_t>> ReadAll(const Array& labels) const;

 private:
  [[noreturn]] void Refuse(int64_t position, int64_t label) const;

  std::vector<int64_t> shape_;
  int64_t positions_;
  int64_t classes_;
  std::optional<int64_t> ignored_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_LABELS_H_
