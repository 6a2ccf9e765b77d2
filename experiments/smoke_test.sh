#!/bin/sh
# The smoke scale of an experiment, from scratch: it ends well and leaves records and a report.
set -eu
./plumbline run "$1" --scale smoke --records "$TEST_TMPDIR/records"
test -n "$(ls "$TEST_TMPDIR/records")"
test -n "$(ls "$TEST_TMPDIR"/reports/*/report.md)"
