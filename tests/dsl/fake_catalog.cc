#include "tests/dsl/fake_catalog.h"

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "dsl/op_catalog.h"

namespace plumbline {
namespace {

class Table : public OpCatalog {
 public:
  Table() {
    for (const char* op :
         {"linear", "conv1d", "conv2d", "max_pool2d", "avg_pool2d", "relu", "tanh", "sigmoid",
          "exp", "log", "sqrt", "neg", "scale", "gelu", "softmax", "log_softmax", "reduce_sum",
          "reduce_mean", "reduce_max", "causal_mask", "reshape", "transpose", "flatten", "slice",
          "layer_norm", "dropout", "embedding", "sinusoidal_positions", "lstm", "gru", "rnn",
          "taylor_features"}) {
      Add(op, 1, 1, {"x"});
    }
    for (const char* op : {"matmul", "add", "sub", "mul", "div"}) Add(op, 2, 2, {"a", "b"});
    for (const char* op : {"softmax_attention", "taylor_attention"}) {
      Add(op, 3, 4, {"q", "k", "v", "lengths"});
    }
    Add("concat", 1, -1, {});
    Add("parameter", 0, 0, {});
    Add("negative_log_likelihood", 2, 2, {"log_probs", "label"});
    Add("cross_entropy", 2, 2, {"logits", "label"});
    Add("mean_squared_error", 2, 2, {"prediction", "target"});
    Add("accuracy", 2, 2, {"scores", "label"});
  }

  const OpSignature* Find(absl::string_view name) const override {
    const auto found = ops_.find(name);
    return found == ops_.end() ? nullptr : &found->second;
  }

 private:
  void Add(const std::string& name, int min_inputs, int max_inputs,
           std::vector<std::string> input_names) {
    ops_[name] = {name, min_inputs, max_inputs, std::move(input_names)};
  }

  std::map<std::string, OpSignature, std::less<>> ops_;
};

}  // namespace

const OpCatalog& FakeCatalog() {
  static const Table& table = *new Table();
  return table;
}

}  // namespace plumbline
