// A fresh folder for one test, under the folder that the test may write to.
#ifndef PLUMBLINE_TESTS_REPORTS_SCRATCH_FOLDER_H_
#define PLUMBLINE_TESTS_REPORTS_SCRATCH_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "gtest/gtest.h"

namespace plumbline::tests {

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = ::testing::TempDir() + "/reports-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

  void Put(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories(std::filesystem::path(File(name)).parent_path());
    std::ofstream(File(name), std::ios::binary) << bytes;
  }
  std::string Get(const std::string& name) const {
    std::ifstream file(File(name), std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
  }
  // All files below, temporary ones included.
  int Count() const {
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      count += entry.is_regular_file();
    }
    return count;
  }

 private:
  std::string path_;
};

}  // namespace plumbline::tests

#endif  // PLUMBLINE_TESTS_REPORTS_SCRATCH_FOLDER_H_
