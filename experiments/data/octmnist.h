// OCTMNIST (MedMNIST v2; Yang et al., Scientific Data 2023): retina scans of 28 x 28 grey values in four classes, read
// from octmnist.npz where that file is, or else made by the embedded generator (synthetic_scans.h).
#ifndef PLUMBLINE_EXPERIMENTS_DATA_OCTMNIST_H_
#define PLUMBLINE_EXPERIMENTS_DATA_OCTMNIST_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "experiments/data/data_set.h"

namespace plumbline {

inline constexpr char kOctmnistFile[] = "octmnist.npz";
inline constexpr char kOctmnistMd5[] = "c68d92d5b585d8d81f7112f81e2d0842";
inline constexpr int64_t kOctmnistTrainItems = 97477;
inline constexpr int64_t kOctmnistValidationItems = 10832;
inline constexpr int64_t kOctmnistTestItems = 1000;

struct OctmnistRequest {
  enum Source {
    kAuto,      // the file when the folder has it, otherwise embedded
    kFile,      // the file, an error when it is missing
    kEmbedded,  // generated, whether or not there is a file
  };

  std::string folder;  // that may hold octmnist.npz
  Source source = kAuto;
  // The first so many items of each split; 0: all that the file has, or the real numbers of the embedded data.
  int64_t train_items = 0;
  int64_t validation_items = 0;
  int64_t test_items = 0;
  uint64_t seed = 1;     // of the embedded data
  bool any_md5 = false;  // takes a file of the right arrays that is not the published one: samples, tests
};

// Columns "image" (u8, [1, 28, 28], scale 1/256 as the published code divides) and "label" (64-bit, scalar).
// published_subset: the first 182/55/42/250 test images of the four classes, 529 in all, which follow the training
// distribution; of a test split below 1,000 items proportionally fewer.
// Errors, in the form "FILE: error: WHAT": NotFound for a missing file, InvalidArgument for another file than the
// published one (by its MD5), for arrays of other shapes, types or labels, for more items than there are, and for
// numbers of items below 0 or beyond ten million; reading errors as of ReadFile.
absl::StatusOr<DataSet> LoadOctmnist(const OctmnistRequest& request);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_OCTMNIST_H_
