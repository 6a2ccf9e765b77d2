#!/bin/bash
# Runs the sweeps of an experiment as a Slurm array and gathers the records when all tasks have ended well.
#
#   tools/slurm/submit.sh EXPERIMENT FOLDER TASKS [RUN ARGUMENTS...]
#
# EXPERIMENT is an experiment file, FOLDER a folder that all nodes see. Task i runs its share of the work (dealt by run
# key; plumbline run reads the array's variables) into FOLDER/parts/i/records; a task that is requeued goes on where it
# stopped. Then FOLDER/records has every record, and `plumbline report FOLDER/records` makes the report. Timed sweeps need
# nodes of one kind, and tasks that have their node to themselves: SBATCH_EXCLUSIVE=1 or a partition that does so.
# PLUMBLINE names the program (default: bazel-bin/plumbline); all variables of sbatch work.
set -euo pipefail

if [ $# -lt 3 ] || ! [ "$3" -ge 1 ] 2>/dev/null; then
  echo "usage: $0 EXPERIMENT FOLDER TASKS [RUN ARGUMENTS...]" >&2
  exit 2
fi
experiment=$(readlink -f -- "$1")
folder=$(readlink -m -- "$2")
tasks=$3
shift 3
plumbline=$(readlink -f -- "${PLUMBLINE:-bazel-bin/plumbline}")
for file in "$experiment" "$plumbline"; do
  if ! [ -r "$file" ]; then
    echo "$0: $file: no such file" >&2
    exit 3
  fi
done
mkdir -p -- "$folder/logs"

# A command line that a shell reads back as these words.
quoted() { printf '%q ' "$@"; }

run="$(quoted "$plumbline" run "$experiment" "$@")--records $(quoted "$folder/parts/")\$SLURM_ARRAY_TASK_ID/records"
run=${run//"parts/ "/parts/}
array=$(sbatch --parsable --requeue --array="0-$((tasks - 1))" --job-name=plumbline \
  --output="$folder/logs/%a.log" --wrap="$run")
collect="$(quoted "$plumbline" collect)"
for ((i = 0; i < tasks; ++i)); do collect+="$(quoted "$folder/parts/$i/records")"; done
collect+="--into $(quoted "$folder/records")"
sbatch --parsable --dependency="afterok:$array" --job-name=plumbline-collect --output="$folder/logs/collect.log" \
  --wrap="$collect"
