// Answer 3: how an LSTM and attention process text, and what that costs: chains of dependent operations against parallel
// work, in training and in decoding.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "experiments/ljspeech/report/report_parts.h"
#include "reports/number_text.h"
#include "reports/record_markdown.h"
#include "reports/record_values.h"
#include "reports/statistics.h"

namespace plumbline::ljspeech {
namespace {

constexpr char kForward[] = "forward";
constexpr char kTraining[] = "training_step";
constexpr char kPrologue[] = "decode_prologue";
constexpr char kStep[] = "decode_step";
constexpr const char* kPrograms[] = {kForward, kTraining, kPrologue, kStep};

std::string ProgramText(const std::string& program) {
  if (program == kTraining) return "training step";
  if (program == kPrologue) return "decoding, once an utterance";
  if (program == kStep) return "decoding, each token";
  return program;
}

// The name that experiments/run/record_parts gives to the time of a program.
std::string TimeSeries(const std::string& program) { return absl::StrCat(program, "/time"); }

// The highest power of S in a cost.
int DegreeInLength(const record::Cost& cost) {
  int degree = 0;
  for (const record::CostTerm& term : cost.term()) {
    for (const record::Power& power : term.factor()) {
      if (power.symbol() == "S") degree = std::max(degree, power.exponent());
    }
  }
  return degree;
}

// Of one program and decoder the record with the longest text and, of these, the largest batch. Null: none.
const CostRecord* Largest(const Data& data, Decoder decoder, const std::string& program) {
  const CostRecord* largest = nullptr;
  for (const CostRecord& costs : data.costs) {
    const bool has = CostOf(*costs.record, program, record::Cost::OPERATIONS) != nullptr ||
                     CostOf(*costs.record, program, record::Cost::DEPTH) != nullptr;
    if (costs.decoder != decoder || !has) continue;
    if (largest != nullptr && std::make_pair(costs.length, costs.batch) <=
                                  std::make_pair(largest->length, largest->batch)) {
      continue;
    }
    largest = &costs;
  }
  return largest;
}

// Tokens that one run of a program processes, or utterances where it runs once for each; 0: not known.
double TokensOf(const CostRecord& costs, const std::string& program) {
  const auto batch = static_cast<double>(std::max<int64_t>(1, costs.batch));
  if (program == kStep || program == kPrologue) return batch;
  return batch * static_cast<double>(costs.length);
}

// What else than a token a number is for.
md::Inline UnitOf(const std::string& program) { return md::Text(program == kPrologue ? " an utterance" : ""); }

md::Inline OperationsAToken(const CostRecord& costs, const std::string& program) {
  const record::Cost* const operations = CostOf(*costs.record, program, record::Cost::OPERATIONS);
  const double tokens = TokensOf(costs, program);
  if (operations == nullptr || tokens == 0) return md::Absent("not recorded");
  return md::Exact(std::llround(static_cast<double>(operations->value()) / tokens)) + UnitOf(program);
}

md::Inline TimeAToken(const CostRecord& costs, const std::string& program) {
  std::vector<double> samples = MeasuredSamples(*costs.record, TimeSeries(program));
  const double tokens = TokensOf(costs, program);
  if (samples.empty() || tokens == 0) {
    return md::Absent(ExactText(*costs.record, absl::StrCat(program, "/not run")).value_or("not measured"));
  }
  for (double& sample : samples) sample /= tokens;
  return md::MeasuredMedian(samples, "s", 3) + UnitOf(program);
}

md::Inline Share(const CostRecord& costs, const std::string& program) {
  const record::Cost* const operations = CostOf(*costs.record, program, record::Cost::OPERATIONS);
  const std::vector<double> samples = MeasuredSamples(*costs.record, TimeSeries(program));
  if (operations == nullptr || samples.empty()) return md::Text("—");
  return ShareOfBareMatmul(*costs.record, static_cast<double>(operations->value()), samples);
}

md::Inline DepthText(const CostRecord& costs, const std::string& program) {
  const record::Cost* const depth = CostOf(*costs.record, program, record::Cost::DEPTH);
  if (depth == nullptr) return md::Absent("not recorded");
  if (depth->text() == absl::StrCat(depth->value())) return md::Exact(depth->value());
  return md::Code(depth->text()) + md::Text(absl::StrCat(" = ", CountText(depth->value())));
}

// Operations over depth: how many could on average run at once.
md::Inline Width(const CostRecord& costs, const std::string& program) {
  const record::Cost* const depth = CostOf(*costs.record, program, record::Cost::DEPTH);
  const record::Cost* const operations = CostOf(*costs.record, program, record::Cost::OPERATIONS);
  if (depth == nullptr || operations == nullptr || depth->value() <= 0) return md::Text("—");
  return md::ExactQuantity(static_cast<double>(operations->value()) / static_cast<double>(depth->value()), "", 3);
}

std::string SizeText(const CostRecord& costs) {
  return absl::StrCat(costs.batch > 0 ? absl::StrCat(costs.batch) : "—", ", ",
                      costs.length > 0 ? absl::StrCat(costs.length) : "—");
}

// Recurrent over transformer where both were timed in the same rounds.
md::Inline TimeRatio(const Data& data, const std::string& program) {
  const CostRecord* const recurrent = Largest(data, Decoder::kRecurrent, program);
  const CostRecord* const transformer = Largest(data, Decoder::kTransformer, program);
  if (recurrent == nullptr || transformer == nullptr) return md::Absent("not recorded for both");
  const record::MeasuredSeries* const a = FindMeasuredSeries(*recurrent->record, TimeSeries(program));
  const record::MeasuredSeries* const b = FindMeasuredSeries(*transformer->record, TimeSeries(program));
  if (a == nullptr || b == nullptr) return md::Absent("not measured for both");
  const bool same_size = recurrent->batch == transformer->batch && recurrent->length == transformer->length;
  if (!same_size) return md::Absent("not of one size");
  if (a->measurement() != b->measurement() || a->sample_size() != b->sample_size()) return md::Absent("not interleaved");
  return md::MeasuredEstimate(PairedRatio(Samples(*a), Samples(*b), kLevel), "", 3);
}

void AddExplanation(md::Document& report) {
  report.Paragraph(md::Text("Both decoders turn the text so far into one query a position, which then looks for its "
                            "place in the audio. They differ in how that query comes to know the text:"));
  report.Bullets(
      {md::Bold("The LSTM reads one token after another.") +
           md::Text(" Its state, a vector of outputs and one of cells, is all that it keeps of the text before. Each "
                    "token updates the state through gates, so that token i reaches position S through S − i updates. "
                    "Order is built in, the recent past weighs most, and a state cannot be had before the one it follows "
                    "from, not even in training, where the whole text is given."),
       md::Bold("Attention reads all tokens at once.") +
           md::Text(" Each position compares its query with a key of every token up to itself (a mask hides the later "
                    "ones) and takes the weighted mean of their values. Any token is one step away from any later one. "
                    "The mean has no order: a learned vector for each position, added to the tokens, is what tells them "
                    "apart. In training all positions are computed side by side; the price is a comparison for each pair "
                    "of positions."),
       md::Bold("In decoding both go token by token,") +
           md::Text(" since each token is chosen from the one before. The LSTM then carries a state of one size; "
                    "attention keeps keys and values of all tokens so far, and each token costs a little more than the "
                    "last.")});
}

void AddTable(const Data& data, md::Document& report) {
  md::Table table({{md::Text("decoder"), md::Align::kLeft},
                   {md::Text("program"), md::Align::kLeft},
                   {md::Text("B, S"), md::Align::kRight},
                   {md::Text("longest chain of operations"), md::Align::kLeft},
                   {md::Text("operations over chain"), md::Align::kRight},
                   {md::Text("operations a token"), md::Align::kRight},
                   {md::Text("time a token"), md::Align::kRight},
                   {md::Text("of bare"), md::Align::kRight}});
  for (const char* program : kPrograms) {
    for (const Decoder decoder : kDecoders) {
      const CostRecord* const costs = Largest(data, decoder, program);
      if (costs == nullptr) continue;
      table.AddRow({md::Text(NameOf(decoder)), md::Text(ProgramText(program)), md::Text(SizeText(*costs)),
                    DepthText(*costs, program), Width(*costs, program), OperationsAToken(*costs, program),
                    TimeAToken(*costs, program), Share(*costs, program)});
    }
  }
  report.Add(table);
}

// Programs without a record, as a sentence.
void AddMissing(const Data& data, md::Document& report) {
  std::vector<md::Inline> items;
  for (const char* program : kPrograms) {
    for (const Decoder decoder : kDecoders) {
      if (Largest(data, decoder, program) != nullptr) continue;
      items.push_back(md::Text(absl::StrCat("No costs are recorded of: ", NameOf(decoder), " decoder, ",
                                            ProgramText(program), ".")));
    }
  }
  if (!items.empty()) report.Bullets(items);
}

void AddPolynomials(const Data& data, md::Document& report) {
  std::vector<md::Inline> items;
  for (const char* program : {kForward, kStep}) {
    for (const Decoder decoder : kDecoders) {
      const CostRecord* const costs = Largest(data, decoder, program);
      const record::Cost* const operations =
          costs == nullptr ? nullptr : CostOf(*costs->record, program, record::Cost::OPERATIONS);
      if (operations == nullptr) continue;
      items.push_back(md::Text(absl::StrCat(NameOf(decoder), ", ", ProgramText(program), ": ")) +
                      md::Code(operations->text()));
    }
  }
  if (items.empty()) return;
  report.Paragraph(md::Text("Operations as the compiler counts them, B utterances of S tokens and T frames of audio:"));
  report.Bullets(items);
}

// The chain of the forward pass; null: not recorded.
const record::Cost* ForwardDepth(const Data& data, Decoder decoder) {
  const CostRecord* const costs = Largest(data, decoder, kForward);
  return costs == nullptr ? nullptr : CostOf(*costs->record, kForward, record::Cost::DEPTH);
}

// What the chains say of S.
std::string ChainSentence(const Data& data, Decoder decoder) {
  const record::Cost* const depth = ForwardDepth(data, decoder);
  if (depth == nullptr) return absl::StrCat("The chain of the ", NameOf(decoder), " decoder is not recorded. ");
  return absl::StrCat("The longest chain of dependent operations with the ", NameOf(decoder), " decoder is ",
                      depth->text(),
                      DegreeInLength(*depth) == 0 ? ", whatever the length of the text. " : ", so it grows with the text. ");
}

// What follows where the chains are as the explanation says.
std::string ChainConclusion(const Data& data) {
  const record::Cost* const recurrent = ForwardDepth(data, Decoder::kRecurrent);
  const record::Cost* const transformer = ForwardDepth(data, Decoder::kTransformer);
  if (recurrent == nullptr || transformer == nullptr) return "";
  if (DegreeInLength(*recurrent) == 0 || DegreeInLength(*transformer) > 0) return "";
  return "In training, where all tokens are given, the LSTM therefore waits S times for a small product, while attention "
         "does one large one; in decoding both wait for every token, and that advantage is gone.";
}

}  // namespace

void AddProcessing(const Data& data, md::Document& report) {
  report.Heading(3, md::Text("How the LSTM and the attention process the text"));
  AddExplanation(report);
  if (data.costs.empty()) {
    report.Paragraph(md::Text("There are no records of costs, so chains, operations and times cannot be shown."));
    return;
  }
  report.Paragraph(
      md::Text("The longest chain is the number of operations of the compiled program each of which needs the result of "
               "the one before, each step of the LSTM counted: what remains sequential on a machine of any width. "
               "Operations over chain is how many could run at once on average. A token of the forward pass and of the "
               "training step is one of B·S; in decoding each step makes one token of each of B utterances. Programs "
               "include the encoder except where decoding has run it once. The last column is the rate of operations as "
               "a share of that of a bare oneDNN matrix product (f32, 1024³, one thread) in the same rounds."));
  AddTable(data, report);
  AddMissing(data, report);
  AddPolynomials(data, report);
  report.Paragraph(md::Text(absl::StrCat(ChainSentence(data, Decoder::kRecurrent),
                                         ChainSentence(data, Decoder::kTransformer), ChainConclusion(data))));
  report.Paragraph(md::Text("Time of the recurrent over that of the transformer decoder in the same rounds: training step ") +
                   TimeRatio(data, kTraining) + md::Text(", each token of decoding ") + TimeRatio(data, kStep) +
                   md::Text("."));
}

}  // namespace plumbline::ljspeech
