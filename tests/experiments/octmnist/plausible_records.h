// Records such as the image experiment makes, without running it: curves that fall and rise as in training, predictions
// that fit the accuracies, costs counted by hand. The same options give the same records.
#ifndef PLUMBLINE_TESTS_EXPERIMENTS_OCTMNIST_PLAUSIBLE_RECORDS_H_
#define PLUMBLINE_TESTS_EXPERIMENTS_OCTMNIST_PLAUSIBLE_RECORDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "reports/record.pb.h"

namespace plumbline {

struct PlausibleOptions {
  bool embedded = true;
  bool published_subset = true;
  std::vector<uint64_t> seeds = {1, 2, 3};
  int epochs = 15;
  double advantage = 0.02;  // accuracy that pooling adds
  bool costs = true;
};

std::vector<record::Record> PlausibleRecords(const PlausibleOptions& options);

// The training record of one point and seed. It must be there.
record::Record& TrainingRun(std::vector<record::Record>& records, bool pooling, const std::string& rate, uint64_t seed);

// The record of the data.
record::Record& DataRecord(std::vector<record::Record>& records);

// Removes the training record of one point and seed.
void RemoveRun(std::vector<record::Record>& records, bool pooling, const std::string& rate, uint64_t seed);

// Makes a finished run one that stopped after `epochs` epochs.
void Diverge(record::Record& run, int epochs);

// Replaces or removes an exact value.
void SetReal(record::Record& record, const std::string& name, double value);
void SetText(record::Record& record, const std::string& name, const std::string& value);
void RemoveValue(record::Record& record, const std::string& name);

// Replaces the last entry of the series "validation accuracy".
void SetLastValidation(record::Record& run, double accuracy);

}  // namespace plumbline

#endif  // PLUMBLINE_TESTS_EXPERIMENTS_OCTMNIST_PLAUSIBLE_RECORDS_H_
