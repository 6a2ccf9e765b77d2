// Host steps.
#include "compiler/runtime/step.h"

namespace plumbline {
namespace {

class BoundHostStep : public BoundStep {
 public:
  BoundHostStep(const std::vector<Operand>& operands, const HostKernel& kernel, const Buffers& buffers)
      : operands_(operands), kernel_(kernel) {
    for (const Operand& operand : operands_) pointers_.push_back(Resolve(operand, buffers));
  }

  void SetExternals(const Buffers& buffers) override {
    for (size_t i = 0; i < operands_.size(); ++i) {
      if (operands_[i].external()) pointers_[i] = Resolve(operands_[i], buffers);
    }
  }

  void Run() override { kernel_(pointers_); }

 private:
  const std::vector<Operand>& operands_;
  const HostKernel& kernel_;
  std::vector<void*> pointers_;
};

class HostStep : public Step {
 public:
  HostStep(StepInfo info, std::vector<Operand> operands, HostKernel kernel)
      : Step(std::move(info)), operands_(std::move(operands)), kernel_(std::move(kernel)) {}

  std::unique_ptr<BoundStep> Bind(const Buffers& buffers) const override {
    return std::make_unique<BoundHostStep>(operands_, kernel_, buffers);
  }

 private:
  std::vector<Operand> operands_;
  HostKernel kernel_;
};

}  // namespace

std::unique_ptr<Step> MakeHostStep(StepInfo info, std::vector<Operand> operands, HostKernel kernel) {
  return std::make_unique<HostStep>(std::move(info), std::move(operands), std::move(kernel));
}

}  // namespace plumbline
