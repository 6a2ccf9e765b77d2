#!/bin/bash
# tools/slurm/submit.sh with an sbatch that runs each task at once: the array's parts collect to the whole.
set -euo pipefail

plumbline=$PWD/plumbline
submit=$PWD/tools/slurm/submit.sh
experiment=$PWD/experiments/octmnist/octmnist.textproto
mkdir -p "$TEST_TMPDIR/bin" "$TEST_TMPDIR/a folder"
cat > "$TEST_TMPDIR/bin/sbatch" <<'S'
#!/bin/bash
set -euo pipefail
for word in "$@"; do
  case $word in
    --array=*) range=${word#--array=} ;;
    --output=*) output=${word#--output=} ;;
    --wrap=*) job=${word#--wrap=} ;;
    --dependency=afterok:7) : ;;
    --dependency=*) echo "unknown job $word" >&2; exit 1 ;;
  esac
done
if [ -n "${range:-}" ]; then
  for ((i = ${range%-*}; i <= ${range#*-}; ++i)); do
    SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_COUNT=$((${range#*-} + 1)) \
      bash -c "$job" > "${output//%a/$i}" 2>&1
  done
  echo 7
else
  bash -c "$job" > "$output" 2>&1
  echo 8
fi
S
chmod +x "$TEST_TMPDIR/bin/sbatch"
export PATH=$TEST_TMPDIR/bin:$PATH PLUMBLINE=$plumbline
unset TEST_SHARD_INDEX TEST_TOTAL_SHARDS

folder="$TEST_TMPDIR/a folder/sweep"
"$submit" "$experiment" "$folder" 3 --scale smoke --set sweep.cost.axis.B=8
whole="$TEST_TMPDIR/whole"
"$plumbline" run "$experiment" --records "$whole/records" --scale smoke --set sweep.cost.axis.B=8 > /dev/null
ls "$folder/records" | grep textproto > "$TEST_TMPDIR/collected"
ls "$whole/records" | grep textproto > "$TEST_TMPDIR/expected"
diff "$TEST_TMPDIR/expected" "$TEST_TMPDIR/collected"
test "$(wc -l < "$TEST_TMPDIR/collected")" -gt 4

if "$submit" "$experiment" "$folder" none 2> /dev/null; then
  echo "a number of tasks that is none was taken" >&2
  exit 1
fi
echo ok
