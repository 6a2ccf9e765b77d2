// Curves over the epochs: each configuration for itself, all together, and both ways to average a loss.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "experiments/octmnist/report/report_parts.h"
#include "reports/plot.h"

namespace plumbline::octmnist {
namespace {

using Curve = std::vector<double> Run::*;

Plot EpochPlot(const std::string& title, const std::string& quantity, double height) {
  Plot plot;
  plot.title = title;
  plot.x.label = "epoch";
  plot.y.label = quantity;
  plot.height = height;
  return plot;
}

PlotSeries CurveOf(const std::string& name, const std::vector<double>& values) {
  PlotSeries series{name, {}};
  for (size_t i = 0; i < values.size(); ++i) series.points.push_back({static_cast<double>(i + 1), values[i]});
  return series;
}

// The mean over runs that did not diverge, with bars from the least to the greatest.
PlotSeries MeanCurve(const std::string& name, const Configuration& configuration, Curve curve) {
  std::vector<const Run*> runs;
  size_t epochs = 0;
  for (const Run& run : configuration.runs) {
    if (run.diverged()) continue;
    epochs = runs.empty() ? (run.*curve).size() : std::min(epochs, (run.*curve).size());
    runs.push_back(&run);
  }
  PlotSeries series{name, {}};
  for (size_t i = 0; i < epochs; ++i) {
    double sum = 0;
    double low = (runs[0]->*curve)[i];
    double high = low;
    for (const Run* run : runs) {
      const double value = (run->*curve)[i];
      sum += value;
      low = std::min(low, value);
      high = std::max(high, value);
    }
    PlotPoint point{static_cast<double>(i + 1), sum / static_cast<double>(runs.size())};
    if (runs.size() > 1) {
      point.low = low;
      point.high = high;
    }
    series.points.push_back(point);
  }
  return series;
}

// How a legend calls the curve of a configuration.
std::string SeedsText(const Configuration& configuration) {
  if (configuration.runs.size() == 1) return absl::StrCat("seed ", configuration.runs[0].seed);
  return absl::StrCat("mean of ", configuration.runs.size(), " seeds");
}

void AddCurves(const Configuration& configuration, const std::string& name, Curve curve, Plot& plot) {
  if (configuration.diverged() == 0) {
    plot.series.push_back(MeanCurve(absl::StrCat(name, ", ", SeedsText(configuration)), configuration, curve));
    return;
  }
  for (const Run& run : configuration.runs) {
    plot.series.push_back(
        CurveOf(absl::StrCat(name, ", seed ", run.seed, run.diverged() ? " (diverged)" : ""), run.*curve));
  }
}

std::string ConfigurationPlot(const Configuration& configuration) {
  const std::string name = absl::StrCat("CNN ", configuration.Name());
  Plot loss = EpochPlot(absl::StrCat(name, ": loss"), "loss (nats)", 300);
  AddCurves(configuration, "training", &Run::training_loss, loss);
  AddCurves(configuration, "validation", &Run::validation_loss, loss);
  Plot accuracy = EpochPlot(absl::StrCat(name, ": validation accuracy"), "accuracy", 300);
  AddCurves(configuration, "validation", &Run::validation_accuracy, accuracy);
  // They look like the validation losses above, which follow the training losses.
  const size_t training = loss.series.size() - accuracy.series.size();
  for (size_t i = 0; i < accuracy.series.size(); ++i) accuracy.series[i].style = static_cast<int>(training + i);
  return RenderPanels({loss, accuracy}).svg;
}

std::string ComparisonPlot(const Data& data) {
  Plot loss = EpochPlot("All configurations: training loss", "loss (nats)", 360);
  Plot accuracy = EpochPlot("All configurations: validation accuracy", "accuracy", 360);
  int style = 0;
  for (const Configuration& configuration : data.configurations) {
    const auto add = [&](Plot& plot, Curve curve) {
      PlotSeries series = MeanCurve(configuration.Name(), configuration, curve);
      series.style = style;
      if (!series.points.empty()) plot.series.push_back(std::move(series));
    };
    add(loss, &Run::training_loss);
    add(accuracy, &Run::validation_accuracy);
    ++style;
  }
  return RenderPanels({loss, accuracy}).svg;
}

}  // namespace

std::map<std::string, std::string> TrainingPlots(const Data& data, const Findings& findings) {
  std::map<std::string, std::string> files;
  for (const Configuration& configuration : data.configurations) {
    files[absl::StrCat("training-", configuration.FileName(), ".svg")] = ConfigurationPlot(configuration);
  }
  files["all-configurations.svg"] = ComparisonPlot(data);
  if (findings.best == nullptr) return files;
  Plot averages =
      EpochPlot(absl::StrCat("Two averages of the training loss, CNN ", findings.best->Name()), "loss (nats)", 330);
  averages.series = {MeanCurve("mean of each epoch", *findings.best, &Run::training_loss),
                     MeanCurve("running mean, as published", *findings.best, &Run::running_loss)};
  files["running-mean.svg"] = RenderPlot(averages).svg;
  return files;
}

}  // namespace plumbline::octmnist
