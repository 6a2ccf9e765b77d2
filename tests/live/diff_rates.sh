#!/bin/sh
# How often `plumbline diff --rerun` is wrong on this machine, now: compares the source tree with itself, and with a copy in
# which one kind of op is slower by a tenth, many times over, and prints the rates with 95 % intervals.
#   ./bazelw run //tests/live:diff_rates -- [TABLES] [ROUNDS]      default 20 tables of 10 rounds
# A table takes about as many seconds as rounds. What is promised: at most 5 % of the tables of equal sides have an alarm, and
# at least 90 % find the slower op where its noise floor is below 5 %.
set -eu
tables=${1:-20}
rounds=${2:-10}
op=softmax_attention
node=encoder.block0.att.mix
here=$PWD
folder=$(mktemp -d)
clean() {
  for side in same slower; do
    (cd "$folder/$side" && ./bazelw clean --expunge) >"$folder/errors" 2>&1 || :
  done
  rm -rf "$folder"
}
trap clean EXIT
trap 'exit 130' INT TERM
cd "$BUILD_WORKSPACE_DIRECTORY"
unset BUILD_WORKING_DIRECTORY

# What runs is the copy of the source tree, so that nothing else builds in it.
for side in same slower; do
  mkdir "$folder/$side"
  git ls-files -z | xargs -0 cp --parents -t "$folder/$side"
  [ ! -e .bazelrc.user ] || cp .bazelrc.user "$folder/$side"
done
sed -i 's|^        steps_\[at\]->Run();$|        const auto started = std::chrono::steady_clock::now();\
        steps_[at]->Run();\
        const bool slowed = program_.steps[at]->info().op == "'"$op"'";\
        const auto taken = std::chrono::steady_clock::now() - started;\
        while (slowed \&\& std::chrono::steady_clock::now() - started < taken + taken / 10) {\
        }|' "$folder/slower/compiler/runtime/program.cc"
if cmp -s "$folder/same/compiler/runtime/program.cc" "$folder/slower/compiler/runtime/program.cc"; then
  echo "diff_rates: the place to slow an op down was not found" >&2
  exit 1
fi

# Side to compare with, name of the results.
compare() {
  table=0
  while [ "$table" -lt "$tables" ]; do
    table=$((table + 1))
    code=0
    "$here/plumbline" diff "$folder/same" "$folder/$1" --rerun --measured_only --rounds "$rounds" --order_seed "$table" \
      --experiment experiments/ljspeech/ljspeech.textproto --scale smoke --only model=transformer --format=json \
      --into "$folder/out" >"$folder/$1.$table.json" 2>"$folder/errors" || code=$?
    if [ "$code" -gt 1 ]; then
      cat "$folder/errors" >&2
      exit 3
    fi
  done
}

compare same
echo "a tree with itself:"
"$here/tests/live/count_alarms" "" "$folder"/same.*.json
compare slower
echo "a tree with one in which $op takes 10 % longer:"
"$here/tests/live/count_alarms" "$node" "$folder"/slower.*.json
