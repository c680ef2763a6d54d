#!/usr/bin/env bash
# Judges every policy (.onnx) that changed since a commit, by what Unity's packages demand and by the baseline beside it, and
# writes what a CI server shows.
#
#   bash check-policies.sh BASE        BASE: the commit to compare with, such as origin/main
#
# Run it in the root of the repository that holds the policies. Settings, all of them variables:
#   GAITSMITH        folder of Gaitsmith, with its node_modules (default: where this script lies)
#   RESULTS          folder for the reports (default: policy-results)
#   MARGIN           how much of the mean reward may be lost (default: 10%)
#   ALLOW_UNDECIDED  1: a file that the episodes can not tell from its baseline does not fail the build
# Ends with 0 where all pass, 1 where one fails or has no baseline, 3 where one is undecided.
set -euo pipefail

base=${1:?the commit to compare with, such as origin/main}
gaitsmith=${GAITSMITH:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
results=${RESULTS:-policy-results}
margin=${MARGIN:-10%}
mkdir -p "$results"

run() {
  node --import "$gaitsmith/node_modules/tsx/dist/loader.mjs" "$gaitsmith/pipeline/gaitsmith.ts" "$@"
}

worst=0
count=0
# A file is judged too where its baseline alone has changed: who lowers the bar shows it.
while IFS= read -r -d '' changed; do
  policy=${changed%.baseline.json}
  [ "$policy" = "$changed" ] || policy=$policy.onnx
  [ -e "$policy" ] || continue
  name=$(printf '%s' "${policy%.onnx}" | tr -c 'A-Za-z0-9._-' '_')
  [ -e "$results/$name.md" ] && continue # by its policy and by its baseline
  count=$((count + 1))
  printf '\n== %s\n' "$policy"
  lint=0
  run lint "$policy" || lint=$?
  if [ "$lint" -ne 0 ]; then
    printf '::error file=%s,title=lint::Unity would not run it as it is: see the log, or npm run lint:policy\n' "$policy"
  fi
  code=0
  run regress "$policy" --margin "$margin" --annotate \
    --report "$results/$name.json" --junit "$results/$name.xml" --summary "$results/$name.md" || code=$?
  if [ ! -e "$results/$name.md" ]; then
    # Not judged at all: no baseline, no policy. The error is printed above.
    printf '### ❌ %s: not judged\n\nSee the log.\n\n' "$policy" >"$results/$name.md"
    printf '::error file=%s,title=regress::not judged: see the log\n' "$policy"
    code=1
  fi
  [ "$code" -eq 3 ] && [ "${ALLOW_UNDECIDED:-0}" = 1 ] && code=0
  [ "$lint" -eq 0 ] || code=1
  if [ "$code" -eq 1 ] || { [ "$code" -ne 0 ] && [ "$worst" -eq 0 ]; }; then worst=$code; fi
done < <(git diff -z --name-only --diff-filter=d "$base...HEAD" -- '*.onnx' '*.baseline.json')

if [ "$count" -eq 0 ]; then
  echo 'no policy has changed'
elif [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  cat "$results"/*.md >>"$GITHUB_STEP_SUMMARY"
fi
exit "$worst"
