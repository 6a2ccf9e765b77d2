// Claims on runs: one holder, given up with its process.
#include "reports/run_claim.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/reports/scratch_folder.h"

namespace plumbline {
namespace {

bool CanClaim(const std::string& folder, const std::string& key) {
  const auto claim = RunClaim::Try(folder, key);
  EXPECT_TRUE(claim.ok()) << claim.status();
  return claim->has_value();
}

TEST(RunClaim, OneHolderAtATimeAndNoFileAfterIt) {
  const tests::ScratchFolder folder;
  {
    auto claim = RunClaim::Try(folder.path(), "a");
    ASSERT_TRUE(claim.ok() && claim->has_value());
    EXPECT_FALSE(CanClaim(folder.path(), "a"));
    EXPECT_TRUE(CanClaim(folder.path(), "b"));
    const RunClaim moved = **std::move(claim);
    EXPECT_FALSE(CanClaim(folder.path(), "a"));
    EXPECT_EQ(folder.Count(), 1);
  }
  EXPECT_TRUE(CanClaim(folder.path(), "a"));
  EXPECT_EQ(folder.Count(), 0);
}

TEST(RunClaim, AProcessThatIsKilledHoldsNothing) {
  const tests::ScratchFolder folder;
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto claim = RunClaim::Try(folder.path(), "a");
    (void)!write(ready[1], "x", 1);
    pause();
    _exit(0);
  }
  char byte;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_FALSE(CanClaim(folder.path(), "a"));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(folder.Count(), 1);  // the file it left
  EXPECT_TRUE(CanClaim(folder.path(), "a"));
  EXPECT_EQ(folder.Count(), 0);
}

TEST(RunClaim, ThreadsThatComeAndGoNeverHoldOneTogether) {
  const tests::ScratchFolder folder;
  std::atomic<int> holders{0}, together{0}, held{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 2000; ++round) {
        const auto claim = RunClaim::Try(folder.path(), "a");
        if (!claim.ok() || !claim->has_value()) continue;
        ++held;
        if (++holders > 1) ++together;
        --holders;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(held, 0);
  EXPECT_EQ(together, 0);
}

TEST(RunClaim, AFolderThatIsNotThereIsAnError) {
  EXPECT_EQ(RunClaim::Try("/nowhere", "a").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace plumbline
