// Schedules of the learning rate as an experiment writes them.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_SCHEDULE_CONFIG_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_SCHEDULE_CONFIG_H_

#include "experiments/training/field_reader.h"
#include "experiments/training/schedule.pb.h"
#include "experiments/training/settings.h"

namespace plumbline {

// The numbers of a schedule; an empty message is the constant one. Fails through the reader: a missing length, a value
// out of range (lengths at least 1, warm_up at least 0, warm_up_from and last from 0 to 1, factor positive), `by` that
// is neither "epoch" nor "step".
ScheduleSpec ResolveSchedule(const ScheduleConfig& config, FieldReader& reader);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_SCHEDULE_CONFIG_H_
