// The report of the speech experiment: the four answers of the exercise's third question, with the uncertainty of each
// number, from records alone.
//
// What it reads, where it is there; what is missing is said in its place:
//   records of training, with a point axis "model" that names "recurrent" or "transformer"
//     series by "epoch"  training loss, validation loss, validation jaccard, validation cosine,
//                        validation damerau_levenshtein, validation character error rate, validation word error rate,
//                        learning rate, parameter digest
//     values             test loss, test jaccard, test cosine, test damerau_levenshtein, test character error rate, test
//                        word error rate, parameters, "size of NAME" of each parameter, optimizer, epochs, batch, steps;
//                        "stopped" with the reason of a run that diverged
//     texts              test targets, test transcripts: an utterance a line, a character a token, `<` and `>` included
//     series             test utterance loss, by "utterance"
//     the attention map of attention_map_record.h
//     measured           epoch time, resident memory
//   a record of the data   "data", "embedded", and "train items", "validation items", "test items"
//   records of costs, with axes "model", "B" and "S"
//     costs              of OPERATIONS and DEPTH of the programs forward, training_step, decode_prologue, decode_step
//     measured           "PROGRAM/time", one step of decoding being one token of each of B utterances
#ifndef PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_REPORT_H_
#define PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_REPORT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "reports/record.pb.h"

namespace plumbline {

// Files by name: "report.md" and its figures. A pure function of the records, whatever their order. Errors: no training
// run (not found), or records that contradict themselves (invalid argument, named).
absl::StatusOr<std::map<std::string, std::string>> RenderLjspeechReport(const std::vector<record::Record>& records);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_REPORT_H_
