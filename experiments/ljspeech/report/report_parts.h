// The parts of the report of the speech experiment, in their order, and its figures.
#ifndef PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_REPORT_PARTS_H_
#define PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_REPORT_PARTS_H_

#include <map>
#include <string>

#include "experiments/ljspeech/report/report_data.h"
#include "experiments/ljspeech/report/report_findings.h"
#include "reports/markdown.h"

namespace plumbline::ljspeech {

// Parameters of both networks, by part.
void AddParameters(const Data& data, md::Document& report);

// Answers 1 and 2: one decoder, its curves and its test results.
void AddDecoder(const Data& data, const Findings& findings, Decoder decoder, md::Document& report);

// Answer 3, its evidence: both decoders on the test set, and together by epoch.
void AddComparison(const Data& data, const Findings& findings, md::Document& report);
// How the two process the text, with depths, operations and times.
void AddProcessing(const Data& data, md::Document& report);
// What the decoders attend to in the audio.
void AddAttention(const Data& data, md::Document& report);
// What explains the difference.
void AddArgument(const Data& data, const Findings& findings, md::Document& report);

// Answer 4: constructed pairs of texts, the scores' correlation on the test set, and what follows.
void AddScores(const Data& data, const Findings& findings, md::Document& report);

// Transcripts with their differences marked.
void AddExamples(const Data& data, md::Document& report);

// Every run on a line.
void AddRuns(const Data& data, md::Document& report);

// Curves by file name: "loss.svg", "similarity.svg", "error-rate.svg", and "DECODER-loss.svg" and "DECODER-similarity.svg"
// of each decoder with runs.
std::map<std::string, std::string> TrainingPlots(const Data& data);

// "attention-DECODER.svg" of each decoder with a recorded map.
std::map<std::string, std::string> AttentionPlots(const Data& data);

// "scores.svg" where there are transcripts.
std::map<std::string, std::string> ScorePlots(const Data& data);

// The total number of parameters; 0: not recorded, or runs disagree.
int64_t ParameterCount(const Data& data, Decoder decoder);

// The run whose attention map is shown: of the smallest seed that has one. Null: none.
const Run* FirstAttending(const std::vector<Run>& runs);

}  // namespace plumbline::ljspeech

#endif  // PLUMBLINE_EXPERIMENTS_LJSPEECH_REPORT_REPORT_PARTS_H_
