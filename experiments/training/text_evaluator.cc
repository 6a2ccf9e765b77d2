#include "experiments/training/text_evaluator.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "experiments/decoding/generate.h"

namespace plumbline {

std::string TextOf(const TextForm& form, absl::Span<const int64_t> tokens) {
  const auto character = [&](int64_t token) {
    return token >= 0 && token < static_cast<int64_t>(form.alphabet.size()) ? form.alphabet[token] : '?';
  };
  std::string text(1, character(form.start));
  for (const int64_t token : tokens) {
    text += character(token);
    if (token == form.stop) break;
  }
  return text;
}

std::string MarkersOf(const TextForm& form) { return TextOf(form, {form.stop}); }

TextEvaluator::TextEvaluator(const Split& split, TextForm form, const Options& options)
    : split_(split), form_(std::move(form)), options_(options), items_(std::min(options.items, split.items)) {}

absl::StatusOr<std::unique_ptr<TextEvaluator>> TextEvaluator::Create(const Model& model, const Split& split,
                                                                     TextForm form, const Options& options,
                                                                     float* parameters) {
  std::unique_ptr<TextEvaluator> evaluator(new TextEvaluator(split, std::move(form), options));
  if (evaluator->items_ == 0) return absl::InvalidArgumentError("there are no items to decode");
  evaluator->targets_ = split.Find(evaluator->form_.targets);
  if (evaluator->targets_ == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("the data have no column '", evaluator->form_.targets, "'"));
  }
  const int64_t batch = std::min(options.batch, evaluator->items_);
  absl::StatusOr<Part> full = evaluator->MakePart(model, batch, parameters);
  if (!full.ok()) return full.status();
  evaluator->full_ = *std::move(full);
  const int64_t rest = evaluator->items_ % batch;
  if (rest == 0) return evaluator;
  absl::StatusOr<Part> last = evaluator->MakePart(model, rest, parameters);
  if (!last.ok()) return last.status();
  evaluator->last_ = *std::move(last);
  return evaluator;
}

absl::StatusOr<TextEvaluator::Part> TextEvaluator::MakePart(const Model& model, int64_t items,
                                                            float* parameters) const {
  const absl::StatusOr<Bindings> sizes = SizesOfBatch(model, split_, items);
  if (!sizes.ok()) return sizes.status();
  Part part;
  auto decoder = Decoder::Create(model, {*sizes, options_.beam, targets_->item_elements()}, options_.threads, parameters);
  if (!decoder.ok()) return decoder.status();
  part.decoder = *std::move(decoder);
  absl::StatusOr<BatchSource> source = BatchSource::Make(part.decoder->prologue(), split_);
  if (!source.ok()) return source.status();
  part.source = std::make_unique<BatchSource>(*std::move(source));
  return part;
}

absl::Status TextEvaluator::RunBatch(Part& part, int64_t first, int64_t items, Transcripts& transcripts) {
  std::vector<int> indices(static_cast<size_t>(items));
  std::iota(indices.begin(), indices.end(), static_cast<int>(first));
  const absl::Status status = part.decoder->Start(part.source->Gather(indices, 0, 0));
  if (!status.ok()) return status;
  const int64_t length = targets_->item_elements();
  const absl::StatusOr<std::vector<GeneratedSequence>> sequences =
      Generate(*part.decoder, {form_.start, form_.stop, length, 0});
  if (!sequences.ok()) return sequences.status();
  for (const GeneratedSequence& sequence : *sequences) transcripts.predictions.push_back(TextOf(form_, sequence.tokens));
  std::vector<int64_t> targets(static_cast<size_t>(items * length));
  GatherItems(*targets_, indices, targets.data());
  for (int64_t i = 0; i < items; ++i) {
    transcripts.targets.push_back(TextOf(form_, absl::MakeConstSpan(targets).subspan(i * length, length)));
  }
  return absl::OkStatus();
}

absl::StatusOr<Transcripts> TextEvaluator::Run() {
  Transcripts transcripts;
  const int64_t batch = full_.decoder->items();
  for (int64_t first = 0; first < items_; first += batch) {
    const int64_t items = std::min(batch, items_ - first);
    const absl::Status status = RunBatch(items == batch ? full_ : last_, first, items, transcripts);
    if (!status.ok()) return status;
  }
  return transcripts;
}

}  // namespace plumbline
