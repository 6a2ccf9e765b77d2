// Records such as the speech experiment makes, without running it: curves that fall and rise as in training, transcripts
// with mistakes of every kind, costs counted by hand. The same options give the same records.
#ifndef PLUMBLINE_TESTS_EXPERIMENTS_LJSPEECH_PLAUSIBLE_RECORDS_H_
#define PLUMBLINE_TESTS_EXPERIMENTS_LJSPEECH_PLAUSIBLE_RECORDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "reports/record.pb.h"

namespace plumbline {

struct PlausibleOptions {
  bool embedded = true;
  bool data = true;  // a record of the data
  std::vector<std::string> models = {"recurrent", "transformer"};
  std::vector<uint64_t> seeds = {1};
  int epochs = 15;
  int utterances = 120;
  bool transcripts = true;
  bool attention = true;
  bool costs = true;
  bool decode_costs = true;
};

std::vector<record::Record> PlausibleRecords(const PlausibleOptions& options);

// The training record of one decoder and seed. It must be there.
record::Record& TrainingRun(std::vector<record::Record>& records, const std::string& model, uint64_t seed);

// Replaces or removes an exact value.
void SetReal(record::Record& record, const std::string& name, double value);
void SetText(record::Record& record, const std::string& name, const std::string& value);
void RemoveValue(record::Record& record, const std::string& name);

// Replaces texts, and removes the scores that were those of the texts before, and the losses of the utterances.
void SetTranscripts(record::Record& record, const std::vector<std::string>& targets,
                    const std::vector<std::string>& transcripts);

// Makes a finished run one that stopped after `epochs` epochs.
void Diverge(record::Record& run, int epochs);

}  // namespace plumbline

#endif  // PLUMBLINE_TESTS_EXPERIMENTS_LJSPEECH_PLAUSIBLE_RECORDS_H_
