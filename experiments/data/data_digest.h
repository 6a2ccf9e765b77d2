// What a data set is named by in run keys and records: a digest of its contents.
#ifndef PLUMBLINE_EXPERIMENTS_DATA_DATA_DIGEST_H_
#define PLUMBLINE_EXPERIMENTS_DATA_DATA_DIGEST_H_

#include <string>

#include "experiments/data/data_set.h"

namespace plumbline {

// SHA-256, hexadecimal, of class names, splits (train, validation, test; of each the columns in their order, with name,
// item shape, element type, scale, starts and elements; texts and durations) and published subset. Where the data came from does not enter: the
// same arrays from an archive packed otherwise have the same digest.
std::string DataDigest(const DataSet& data);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_DATA_DIGEST_H_
