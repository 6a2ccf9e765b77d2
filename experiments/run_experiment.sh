#!/bin/sh
# Runs a shipped experiment from the runfiles tree, where bazel run starts: the first argument is the subcommand, the
# second the experiment's file in the workspace; the rest is the user's.
set -eu
command=$1
experiment=$PWD/$2
shift 2
exec ./plumbline "$command" "$experiment" "$@"
