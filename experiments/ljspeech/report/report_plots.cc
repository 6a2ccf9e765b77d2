// Curves over the epochs: each decoder for itself, and both together. A decoder looks alike in all plots of both.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "experiments/ljspeech/report/report_parts.h"
#include "reports/plot.h"

namespace plumbline::ljspeech {
namespace {

Plot EpochPlot(const std::string& title, const std::string& quantity, double height) {
  Plot plot;
  plot.title = title;
  plot.x.label = "epoch";
  plot.y.label = quantity;
  plot.height = height;
  return plot;
}

// How a legend calls the curves of runs.
std::string SeedsText(const std::vector<Run>& runs) {
  return runs.size() == 1 ? absl::StrCat("seed ", runs[0].seed) : absl::StrCat("mean of ", runs.size(), " seeds");
}

// Nothing where there is no such curve.
void AddCurve(const std::vector<Run>& runs, const std::string& series, const std::string& name, int style, Plot& plot) {
  std::vector<PlotPoint> points = MeanCurve(runs, series);
  if (points.empty()) return;
  PlotSeries drawn{name, std::move(points)};
  drawn.style = style;
  plot.series.push_back(std::move(drawn));
}

std::string DecoderLoss(const Data& data, Decoder decoder) {
  const std::vector<Run>& runs = data.RunsOf(decoder);
  Plot plot = EpochPlot(absl::StrCat("Loss of the ", NameOf(decoder), " decoder, ", SeedsText(runs)), "loss (nats)", 340);
  AddCurve(runs, "training loss", "training", 0, plot);
  AddCurve(runs, "validation loss", "validation", 1, plot);
  return RenderPlot(plot).svg;
}

std::string DecoderSimilarity(const Data& data, Decoder decoder) {
  const std::vector<Run>& runs = data.RunsOf(decoder);
  Plot plot = EpochPlot(absl::StrCat("Similarity of transcripts on the validation set, ", NameOf(decoder), " decoder, ",
                                     SeedsText(runs)),
                        "similarity", 360);
  int style = 0;
  for (const Metric metric : kSimilarities) {
    AddCurve(runs, absl::StrCat("validation ", RecordName(metric)), NameOf(metric), style++, plot);
  }
  return RenderPlot(plot).svg;
}

// "Cosine on the validation set".
std::string ValidationTitle(Metric metric) {
  std::string title = absl::StrCat(NameOf(metric), " on the validation set");
  title[0] = absl::ascii_toupper(static_cast<unsigned char>(title[0]));
  return title;
}

// A panel for each series, with a curve for each decoder.
std::string Together(const Data& data, const std::vector<std::pair<std::string, Plot>>& panels) {
  std::vector<Plot> plots;
  for (const auto& [series, frame] : panels) {
    Plot plot = frame;
    int style = 0;
    for (const Decoder decoder : kDecoders) {
      AddCurve(data.RunsOf(decoder), series, NameOf(decoder), style++, plot);
    }
    plots.push_back(std::move(plot));
  }
  return RenderPanels(plots).svg;
}

std::string LossTogether(const Data& data) {
  return Together(data, {{"training loss", EpochPlot("Training loss of both decoders", "loss (nats)", 290)},
                         {"validation loss", EpochPlot("Validation loss of both decoders", "loss (nats)", 290)}});
}

std::string SimilarityTogether(const Data& data) {
  std::vector<std::pair<std::string, Plot>> panels;
  for (const Metric metric : kSimilarities) {
    panels.emplace_back(absl::StrCat("validation ", RecordName(metric)),
                        EpochPlot(ValidationTitle(metric), "similarity", 270));
  }
  return Together(data, panels);
}

std::string ErrorRatesTogether(const Data& data) {
  std::vector<std::pair<std::string, Plot>> panels;
  for (const Metric metric : {Metric::kCharacterErrorRate, Metric::kWordErrorRate}) {
    panels.emplace_back(absl::StrCat("validation ", RecordName(metric)),
                        EpochPlot(ValidationTitle(metric), "errors a token", 270));
  }
  return Together(data, panels);
}

}  // namespace

std::map<std::string, std::string> TrainingPlots(const Data& data) {
  std::map<std::string, std::string> files;
  for (const auto& [decoder, runs] : data.runs) {
    files[absl::StrCat(NameOf(decoder), "-loss.svg")] = DecoderLoss(data, decoder);
    files[absl::StrCat(NameOf(decoder), "-similarity.svg")] = DecoderSimilarity(data, decoder);
  }
  files["loss.svg"] = LossTogether(data);
  files["similarity.svg"] = SimilarityTogether(data);
  files["error-rate.svg"] = ErrorRatesTogether(data);
  return files;
}

}  // namespace plumbline::ljspeech
