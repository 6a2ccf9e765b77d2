// Changes of plausible records, such as tests make to see what the report says of them.
#ifndef PLUMBLINE_TESTS_EXPERIMENTS_LJSPEECH_RECORD_EDITS_H_
#define PLUMBLINE_TESTS_EXPERIMENTS_LJSPEECH_RECORD_EDITS_H_

#include <string>
#include <vector>

#include "reports/record.pb.h"

namespace plumbline {

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

#endif  // PLUMBLINE_TESTS_EXPERIMENTS_LJSPEECH_RECORD_EDITS_H_
