// From the last to the first, so that what is removed moves nothing that is still to be looked at.
#include "tests/experiments/ljspeech/record_edits.h"

#include "absl/strings/str_join.h"
#include "reports/record_values.h"

namespace plumbline {

void RemoveValue(record::Record& record, const std::string& name) {
  auto& values = *record.mutable_exact()->mutable_value();
  for (int i = values.size() - 1; i >= 0; --i) {
    if (values[i].name() == name) values.DeleteSubrange(i, 1);
  }
}

void SetReal(record::Record& record, const std::string& name, double value) {
  RemoveValue(record, name);
  *record.mutable_exact()->add_value() = RealValue(name, "", value);
}

void SetText(record::Record& record, const std::string& name, const std::string& value) {
  RemoveValue(record, name);
  *record.mutable_exact()->add_value() = TextValue(name, value);
}

void SetTranscripts(record::Record& record, const std::vector<std::string>& targets,
                    const std::vector<std::string>& transcripts) {
  for (const char* name : {"test jaccard", "test cosine", "test damerau_levenshtein", "test character error rate",
                           "test word error rate"}) {
    RemoveValue(record, name);
  }
  SetText(record, "test targets", absl::StrJoin(targets, "\n"));
  SetText(record, "test transcripts", absl::StrJoin(transcripts, "\n"));
  auto& series = *record.mutable_exact()->mutable_series();
  for (int i = series.size() - 1; i >= 0; --i) {
    if (series[i].name() == "test utterance loss") series.DeleteSubrange(i, 1);
  }
}

void Diverge(record::Record& run, int epochs) {
  record::Exact& exact = *run.mutable_exact();
  auto& series = *exact.mutable_series();
  for (int i = series.size() - 1; i >= 0; --i) {
    if (series[i].index_name() != "epoch" || epochs == 0) {
      series.DeleteSubrange(i, 1);
      continue;
    }
    series[i].mutable_index()->Truncate(epochs);
    series[i].mutable_bits()->Truncate(epochs);
    series[i].mutable_value()->Truncate(epochs);
    while (series[i].digest_size() > epochs) series[i].mutable_digest()->RemoveLast();
  }
  for (const char* name :
       {"test loss", "test jaccard", "test cosine", "test damerau_levenshtein", "test character error rate",
        "test word error rate", "test targets", "test transcripts", "attention map shape"}) {
    RemoveValue(run, name);
  }
  *exact.add_value() = TextValue("stopped", "the loss became NaN at step 113 in 'decoder.rnn'; last finite loss 2.41");
}

}  // namespace plumbline
