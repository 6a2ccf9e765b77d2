// System calls of which any can be made to fail, for tests of what happens then: the n-th call,
// once or for ever, as SQLite's tests do it.
#ifndef PLUMBLINE_TESTS_REPORTS_FAILING_SYSTEM_H_
#define PLUMBLINE_TESTS_REPORTS_FAILING_SYSTEM_H_

#include <algorithm>
#include <cerrno>
#include <string>

#include "reports/files.h"

namespace plumbline::tests {

class FailingSystem : public SystemCalls {
 public:
  struct Plan {
    int first_failure;  // counted from 0; negative: never
    bool for_ever;      // else once
    int error_number;
    size_t write_limit;  // bytes a write takes at most, for short writes
  };
  explicit FailingSystem(Plan plan) : plan_(plan) {}

  int calls() const { return calls_; }
  bool failed() const { return failed_; }

  int Open(const std::string& path, int flags, mode_t mode) override {
    return Fails() ? -1 : SystemCalls::Open(path, flags, mode);
  }
  ssize_t Read(int descriptor, void* bytes, size_t size) override {
    return Fails() ? -1 : SystemCalls::Read(descriptor, bytes, size);
  }
  ssize_t Write(int descriptor, const void* bytes, size_t size) override {
    if (Fails()) return -1;
    return SystemCalls::Write(descriptor, bytes, std::min(size, plan_.write_limit));
  }
  int Sync(int descriptor) override { return Fails() ? -1 : SystemCalls::Sync(descriptor); }
  // The descriptor is closed also when close fails, as on Linux.
  int Close(int descriptor) override {
    const int result = SystemCalls::Close(descriptor);
    return Fails() ? -1 : result;
  }
  int Rename(const std::string& from, const std::string& to) override {
    return Fails() ? -1 : SystemCalls::Rename(from, to);
  }
  int Unlink(const std::string& path) override { return Fails() ? -1 : SystemCalls::Unlink(path); }
  int MakeFolder(const std::string& path) override {
    return Fails() ? -1 : SystemCalls::MakeFolder(path);
  }

 private:
  bool Fails() {
    const int call = calls_++;
    const bool fails = plan_.first_failure >= 0 &&
                       (plan_.for_ever ? call >= plan_.first_failure : call == plan_.first_failure);
    if (fails) {
      failed_ = true;
      errno = plan_.error_number;
    }
    return fails;
  }

  const Plan plan_;
  int calls_ = 0;
  bool failed_ = false;
};

}  // namespace plumbline::tests

#endif  // PLUMBLINE_TESTS_REPORTS_FAILING_SYSTEM_H_
