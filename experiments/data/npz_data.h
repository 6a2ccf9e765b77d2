// The generic data source: any .npz archive of arrays that are named after splits and columns.
#ifndef PLUMBLINE_EXPERIMENTS_DATA_NPZ_DATA_H_
#define PLUMBLINE_EXPERIMENTS_DATA_NPZ_DATA_H_

#include <string>

#include "absl/status/statusor.h"
#include "experiments/data/data_set.h"

namespace plumbline {

// Reads PATH, whose arrays are named SPLIT_COLUMN with SPLIT one of train, validation (or val) and test, for instance
// train_image [1000, 1, 28, 28] and train_label [1000]. Columns come in the order of their names; u8 and f32 stay, f64
// becomes f32, every other integer type and bool becomes 64-bit. Scales are 1. The train split is required; each split
// that is there has the same columns with the same item shapes and types as train. Nothing else may be in the archive.
// Errors, "FILE: error: WHAT": InvalidArgument for an array of another name, no items, or what differs between splits;
// reading errors as of ReadFile.
absl::StatusOr<DataSet> LoadNpzData(const std::string& path);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_NPZ_DATA_H_
