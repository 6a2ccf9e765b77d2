// What a record says of a speech data set.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_SPEECH_SUMMARY_H_
#define PLUMBLINE_EXPERIMENTS_RUN_SPEECH_SUMMARY_H_

#include <cstdint>

#include "experiments/data/data_set.h"
#include "reports/record.pb.h"

namespace plumbline {

// Spectrograms that are kept, however many examples are.
inline constexpr int64_t kMostSpectrograms = 4;

// Nothing for a data set without texts. Otherwise, for each SPLIT (train, validation, test):
//   SPLIT clips; SPLIT seconds, the sum of the recordings; SPLIT frames, of features without padding
//   SPLIT clips by duration: over tenths of a second, rounded down, from the shortest to the longest
//   SPLIT clips by text length: over characters (bytes of UTF-8), from the shortest to the longest
//   SPLIT token counts: over the tokens, of the targets, padding included
// and for `examples` items spread evenly over the test split:
//   example I index, example I text, example I seconds; of the first kMostSpectrograms of them: example I frames and
//   example I features, [bands, frames] row-major, a byte each in hexadecimal, 0 for the item's least and 255 for its
//   largest value, example I least and example I largest
void AddSpeechFacts(const DataSet& data, int64_t examples, record::Exact& exact);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_SPEECH_SUMMARY_H_
