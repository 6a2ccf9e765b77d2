// Test images as a figure, each with its label and what networks took it for.
#ifndef PLUMBLINE_EXPERIMENTS_OCTMNIST_REPORT_REPORT_IMAGES_H_
#define PLUMBLINE_EXPERIMENTS_OCTMNIST_REPORT_REPORT_IMAGES_H_

#include <string>
#include <vector>

#include "experiments/octmnist/report/report_data.h"

namespace plumbline::octmnist {

// A row of text below each image: who predicts, and the run whose predictions are shown.
struct Predictor {
  std::string name;
  const Run* run = nullptr;
};

// An SVG of all examples, four in a row. Grey levels are rounded to 64, which keeps the file small and is not seen. A
// right prediction has a tick; a wrong one a cross, its class, and bold type, for none is told by colour.
std::string ExampleImages(const DataSet& set, const std::vector<Predictor>& predictors);

}  // namespace plumbline::octmnist

#endif  // PLUMBLINE_EXPERIMENTS_OCTMNIST_REPORT_REPORT_IMAGES_H_
