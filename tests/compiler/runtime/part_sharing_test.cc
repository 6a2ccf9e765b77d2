// Owners and helpers on steps that only count.
#include "compiler/runtime/part_sharing.h"

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace plumbline {
namespace {

// Notes how often each part was computed, and on whose scratch memory.
class CountingStep : public BoundStep {
 public:
  explicit CountingStep(int parts) : computed_(parts), helped_(0) {}

  void SetExternals(const Buffers&) override {}
  void Run() override { FAIL() << "the parts are computed one by one"; }
  int part_count() const override { return static_cast<int>(computed_.size()); }
  void RunPart(int part, void* scratch) override {
    ++computed_[part];
    if (scratch != nullptr) ++helped_;
    // The owner's first part lasts until a helper has had one.
    if (wait_for_help && scratch == nullptr) {
      while (helped_ == 0) std::this_thread::yield();
    }
    if (part == failing_part) throw std::runtime_error("part failed");
  }

  int helped() const { return helped_; }
  bool EachOnce() const {
    for (const std::atomic<int>& count : computed_) {
      if (count != 1) return false;
    }
    return true;
  }

  bool wait_for_help = false;
  int failing_part = -1;

 private:
  std::vector<std::atomic<int>> computed_;
  std::atomic<int> helped_;
};

// Threads that help until the sharing ends.
class Helpers {
 public:
  Helpers(PartSharing& sharing, int count) : scratch_(count) {
    for (int i = 0; i < count; ++i) threads_.emplace_back([&sharing, this, i] { sharing.Help(&scratch_[i]); });
  }
  ~Helpers() {
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  std::vector<char> scratch_;
  std::vector<std::thread> threads_;
};

TEST(PartSharing, ComputesEveryPartOnceAlone) {
  CountingStep step(5);
  PartSharing sharing(1);
  sharing.Run(step);
  EXPECT_TRUE(step.EachOnce());
  EXPECT_EQ(step.helped(), 0);
}

TEST(PartSharing, ComputesEveryPartOnceWithHelpers) {
  for (int round = 0; round < 50; ++round) {
    PartSharing sharing(1);
    const Helpers helpers(sharing, 3);
    CountingStep first(7), second(2);
    first.wait_for_help = true;
    sharing.Run(first);
    sharing.Run(second);
    sharing.Leave();
    EXPECT_TRUE(first.EachOnce());
    EXPECT_TRUE(second.EachOnce());
    EXPECT_GE(first.helped(), 1);
  }
}

TEST(PartSharing, ServesSeveralOwners) {
  for (int round = 0; round < 50; ++round) {
    PartSharing sharing(2);
    CountingStep first(6), second(9);
    const Helpers helpers(sharing, 1);
    std::thread other([&] {
      sharing.Run(second);
      sharing.Leave();
    });
    sharing.Run(first);
    sharing.Leave();
    other.join();
    EXPECT_TRUE(first.EachOnce());
    EXPECT_TRUE(second.EachOnce());
  }
}

TEST(PartSharing, OwnerThrowsWhatAPartThrewAfterAllAreDone) {
  for (const int failing : {0, 3}) {
    PartSharing sharing(1);
    const Helpers helpers(sharing, 2);
    CountingStep step(4);
    step.failing_part = failing;
    EXPECT_THROW(sharing.Run(step), std::runtime_error);
    EXPECT_TRUE(step.EachOnce());
    sharing.Leave();
  }
}

}  // namespace
}  // namespace plumbline
