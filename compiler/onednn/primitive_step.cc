// Uses the C entry point for execution: it takes the argument array as it is, without a map.
#include "compiler/onednn/primitive_step.h"

#include <utility>

namespace plumbline::onednn {
namespace {

class BoundPrimitiveStep : public BoundStep {
 public:
  BoundPrimitiveStep(dnnl::primitive primitive, const dnnl::engine& engine,
                     const std::vector<PrimitiveArgument>& arguments, const Buffers& buffers)
      : primitive_(std::move(primitive)), stream_(engine), arguments_(arguments) {
    for (const PrimitiveArgument& argument : arguments_) {
      memories_.emplace_back(argument.desc, engine, Resolve(argument.operand, buffers));
      execution_arguments_.push_back({argument.argument, memories_.back().get()});
    }
  }

  void SetExternals(const Buffers& buffers) override {
    for (size_t i = 0; i < arguments_.size(); ++i) {
      if (!arguments_[i].operand.external()) continue;
      memories_[i].set_data_handle(Resolve(arguments_[i].operand, buffers));
    }
  }

  void Run() override {
    dnnl::error::wrap_c_api(
        dnnl_primitive_execute(primitive_.get(), stream_.get(), static_cast<int>(execution_arguments_.size()),
                               execution_arguments_.data()),
        "could not execute a primitive");
  }

 private:
  dnnl::primitive primitive_;
  dnnl::stream stream_;
  const std::vector<PrimitiveArgument>& arguments_;
  std::vector<dnnl::memory> memories_;
  std::vector<dnnl_exec_arg_t> execution_arguments_;
};

class PrimitiveStep : public Step {
 public:
  PrimitiveStep(StepInfo info, dnnl::primitive primitive, const dnnl::engine& engine,
                std::vector<PrimitiveArgument> arguments)
      : Step(std::move(info)), primitive_(std::move(primitive)), engine_(engine), arguments_(std::move(arguments)) {}

  std::unique_ptr<BoundStep> Bind(const Buffers& buffers) const override {
    return std::make_unique<BoundPrimitiveStep>(primitive_, engine_, arguments_, buffers);
  }

 private:
  dnnl::primitive primitive_;
  const dnnl::engine& engine_;
  std::vector<PrimitiveArgument> arguments_;
};

}  // namespace

std::unique_ptr<Step> MakePrimitiveStep(StepInfo info, dnnl::primitive primitive, const dnnl::engine& engine,
                                        std::vector<PrimitiveArgument> arguments) {
  return std::make_unique<PrimitiveStep>(std::move(info), std::move(primitive), engine, std::move(arguments));
}

const dnnl::engine& CpuEngine() {
  static const dnnl::engine* const engine = new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return *engine;
}

}  // namespace plumbline::onednn
