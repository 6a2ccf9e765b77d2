// The parts of the report of the image experiment, in their order, and its plots.
#ifndef PLUMBLINE_EXPERIMENTS_OCTMNIST_REPORT_REPORT_PARTS_H_
#define PLUMBLINE_EXPERIMENTS_OCTMNIST_REPORT_REPORT_PARTS_H_

#include <map>
#include <string>

#include "experiments/octmnist/report/report_data.h"
#include "experiments/octmnist/report/report_findings.h"
#include "reports/markdown.h"

namespace plumbline::octmnist {

// What the parts share. Pointers are into the Data.
struct Findings {
  const Configuration* best = nullptr;        // with pooling, at its best rate; null: every rate failed
  const Configuration* same_rate = nullptr;   // without pooling, at that rate; null: no such runs
  const Configuration* other_best = nullptr;  // without pooling, at its own best rate
};
Findings Find(const Data& data);

// Classes of each split and the example images.
void AddDataSet(const Data& data, md::Document& report);

// Answer 1: the learning rates of the network with pooling.
void AddRates(const Data& data, const Findings& findings, md::Document& report);

// Answer 2: the network without pooling.
void AddWithoutPooling(const Data& data, const Findings& findings, md::Document& report);

// Answer 3, its evidence: parameters, differences and their uncertainty, classes.
void AddParameters(const Data& data, md::Document& report);
void AddDifference(const Data& data, const Findings& findings, md::Document& report);
void AddClasses(const Data& data, const Findings& findings, md::Document& report);
// Answer 3: costs, and what justifies the difference.
void AddCosts(const Data& data, md::Document& report);
void AddArgument(const Data& data, const Findings& findings, md::Document& report);

// Every run on a line.
void AddRuns(const Data& data, md::Document& report);

// Curves by file name.
std::map<std::string, std::string> TrainingPlots(const Data& data, const Findings& findings);

// The total number of parameters of a variant; 0: not recorded, or runs disagree.
int64_t ParameterCount(const Data& data, bool pooling);

}  // namespace plumbline::octmnist

#endif  // PLUMBLINE_EXPERIMENTS_OCTMNIST_REPORT_REPORT_PARTS_H_
