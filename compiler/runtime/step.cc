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

class BoundPartsStep : public BoundStep {
 public:
  BoundPartsStep(int parts, const std::vector<Operand>& operands, const Operand& scratch, const PartKernel& kernel,
                 const Buffers& buffers)
      : parts_(parts), operands_(operands), kernel_(kernel), scratch_(Resolve(scratch, buffers)) {
    for (const Operand& operand : operands_) pointers_.push_back(Resolve(operand, buffers));
  }

  void SetExternals(const Buffers& buffers) override {
    for (size_t i = 0; i < operands_.size(); ++i) {
      if (operands_[i].external()) pointers_[i] = Resolve(operands_[i], buffers);
    }
  }

  void Run() override {
    for (int part = 0; part < parts_; ++part) kernel_(pointers_, part, scratch_);
  }
  int part_count() const override { return parts_; }
  void RunPart(int part, void* scratch) override { kernel_(pointers_, part, scratch != nullptr ? scratch : scratch_); }

 private:
  const int parts_;
  const std::vector<Operand>& operands_;
  const PartKernel& kernel_;
  void* const scratch_;
  std::vector<void*> pointers_;
};

class PartsStep : public Step {
 public:
  PartsStep(StepInfo info, std::vector<Operand> operands, Operand scratch, PartKernel kernel)
      : Step(std::move(info)), operands_(std::move(operands)), scratch_(scratch), kernel_(std::move(kernel)) {}

  std::unique_ptr<BoundStep> Bind(const Buffers& buffers) const override {
    return std::make_unique<BoundPartsStep>(info().parts, operands_, scratch_, kernel_, buffers);
  }

 private:
  std::vector<Operand> operands_;
  Operand scratch_;
  PartKernel kernel_;
};

}  // namespace

std::unique_ptr<Step> MakeHostStep(StepInfo info, std::vector<Operand> operands, HostKernel kernel) {
  return std::make_unique<HostStep>(std::move(info), std::move(operands), std::move(kernel));
}

std::unique_ptr<Step> MakePartsStep(StepInfo info, std::vector<Operand> operands, Operand scratch, PartKernel kernel) {
  return std::make_unique<PartsStep>(std::move(info), std::move(operands), scratch, std::move(kernel));
}

}  // namespace plumbline
