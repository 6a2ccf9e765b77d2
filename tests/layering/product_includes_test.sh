#!/bin/bash
# The product keeps the dependency directions of the tree.
set -euo pipefail
output=$(tests/layering/check_includes.sh "$PWD") || { echo "$output"; exit 1; }
echo "$output"
# A test that saw no source would pass for ever.
[[ ! $output =~ ^0\ includes ]] || { echo "no source file reached the test"; exit 1; }
