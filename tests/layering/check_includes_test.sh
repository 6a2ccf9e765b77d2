#!/bin/bash
# The include check finds each kind of violation, with its place, and lets good includes pass.
set -euo pipefail
readonly check=$PWD/tests/layering/check_includes.sh
failures=0

# Writes FILE with one include line as its second line, and checks the tree that has only this file.
run_on() {  # FILE INCLUDE
  local tree
  tree=$(mktemp -d "$TEST_TMPDIR/tree.XXXXXX")
  mkdir -p "$tree/$(dirname "$1")"
  printf '// A file.\n#include %s  // why\n' "$2" > "$tree/$1"
  "$check" "$tree"
}

expect_refused() {
  local output
  if output=$(run_on "$1" "$2"); then
    echo "not refused: $1 includes $2"
    failures=$((failures + 1))
  elif [[ $output != "$1:2: must not include "* ]]; then
    echo "wrong message for $1: $output"
    failures=$((failures + 1))
  fi
}

expect_accepted() {
  local output
  if ! output=$(run_on "$1" "$2") || [[ $output != "1 includes checked." ]]; then
    echo "not accepted: $1 includes $2: $output"
    failures=$((failures + 1))
  fi
}

expect_refused compiler/ir/graph.h '<google/protobuf/message.h>'
expect_refused compiler/ir/graph.h '"dsl/model.pb.h"'
expect_refused compiler/ir/graph.cc '"dnnl.hpp"'
expect_refused compiler/ir/graph.cc '"compiler/passes/schedule.h"'
expect_refused compiler/passes/schedule.cc '"ops/softmax.h"'
expect_refused compiler/passes/schedule.cc '<oneapi/dnnl/dnnl.hpp>'
expect_refused compiler/runtime/arena.cc '<dnnl.h>'
expect_refused compiler/compile.cc '"experiments/runner.h"'
expect_refused ops/softmax.cc '<dnnl.hpp>'
expect_refused ops/kernels/tile.inc '"compiler/passes/lower.h"'
expect_refused dsl/parse.cc '"compiler/ir/graph.h"'
expect_refused dsl/parse.cc '"ops/all_ops.h"'
expect_refused reports/table.cc '"compiler/compile.h"'
expect_refused reports/table.cc '"experiments/runner.h"'
expect_refused experiments/runner.cc '"compiler/passes/schedule.h"'

expect_accepted compiler/onednn/engine.h '<dnnl.hpp>'
expect_accepted compiler/ir/graph.h '"absl/status/status.h"'
expect_accepted compiler/passes/schedule.cc '"compiler/ir/graph.h"'
expect_accepted compiler/passes/build_graph.cc '"dsl/expanded_model.h"'
expect_accepted ops/softmax.cc '"compiler/onednn/steps.h"'
expect_accepted experiments/runner.cc '"compiler/compile.h"'
expect_accepted experiments/runner.cc '"reports/record.pb.h"'
expect_accepted reports/table.cc '"reports/record.pb.h"'

exit "$((failures > 0))"
