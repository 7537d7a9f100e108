#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# Breaks runs in the ways operators know, and prints what was expected and what came. After every
# case the earlier output must be untouched, no temp may be left, and `runs list` must tell the
# truth. Exits 1 when a row is not ok.
#   scripts/torture.sh [--quick] BUILD    BUILD is a build folder; --quick leaves the slow rows out
# The rows of a full and a read-only disk mount a small tmpfs where that is allowed.
set -u
quick=
[ "${1:-}" = --quick ] && { quick=1; shift; }
[ $# = 1 ] || { echo "usage: scripts/torture.sh [--quick] BUILD" >&2; exit 2; }
build=$(CDPATH= cd -- "$1" && pwd) || exit 2
portrait=$build/bin/portrait
lying=$build/tests/torture-plugins
[ -x "$portrait" ] && [ -e "$lying/lying.so" ] || { echo "torture.sh: build $1 first" >&2; exit 2; }

t=$(mktemp -d)
mounted=
clean_up() {
    [ -z "$mounted" ] || umount "$mounted"
    rm -rf "$t"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$t" || exit 1
# A sanitizer shall leave crashes as they are.
ASAN_OPTIONS=handle_segv=0:handle_abort=0:${ASAN_OPTIONS:-}
UBSAN_OPTIONS=handle_segv=0:handle_abort=0:${UBSAN_OPTIONS:-}
export ASAN_OPTIONS UBSAN_OPTIONS
failed=0

# lines N [FIRST]: a log of N lines, each of another visitor.
lines() {
    awk -v n="$1" -v first="${2:-0}" 'BEGIN { for (i = first; i < first + n; i++)
        printf "10.%d.%d.%d - - [18/May/2015:10:00:%02d +0000] \"GET /page%d HTTP/1.1\" 200 10 \"-\" \"Mozilla/5.0\"\n",
            i / 65536 % 256, i / 256 % 256, i % 256, i % 60, i % 50 }'
}

# pipeline FILE SOURCE ID: a pipeline named as its file that writes out/people.csv.
pipeline() {
    cat >"$1.yaml" <<YAML
portrait: 1
name: $1
max_bad: 1%
vars: {data: $t/small.log, out: $t/out/people.csv, fault: none}
sources: {rows: $2}
identity: {namespaces: {who: {class: person}}, rows: {rows: {who: $3}}}
features: {hits: {from: rows, count: rows}}
sinks:
  people: {plugin: campaign-csv, from: profiles, with: {path: "\${var:out}"}}
YAML
}

run() { # run PIPELINE OPTIONS...
    file=$1
    shift
    exec "$portrait" run "$file.yaml" --runs "$t/runs" --quiet --plugin-dir "$lying" "$@"
}

print_row() { # what expected got
    verdict=ok
    [ "$2" = "$3" ] || { verdict=FAIL; failed=1; }
    printf '%-44s | %-16s | %-16s | %s\n' "$1" "$2" "$3" "$verdict"
    [ $verdict = ok ] || sed 's/^/    /' stderr
}

# What became of the run: "EXIT STATUS", and what else is wrong. NEW run = not in `ids`.
outcome() {
    status=-
    for id in $(ls runs 2>/dev/null); do
        case " $ids latest " in
        *" $id "*) ;;
        *) status=$("$portrait" runs list --runs runs | awk -v id="$id" '$1 == id { print $2 }') ;;
        esac
    done
    got="$code $status"
    [ "$(cksum <out/people.csv)" = "$before" ] || got="$got changed"
    [ "$code" -gt 128 ] || [ -z "$(find out -name '*.portrait-tmp-*')" ] || got="$got temps"
    last=$(tail -n 1 stderr)
    case "$code:$last" in
    13[479]:*) ;; # killed: nothing more was said
    2:*) ;;       # a wrong command line is no run
    *" exit=$code") ;;
    *) got="$got no-status-line" ;;
    esac
}

# try WHAT "EXIT STATUS" COMMAND...: a command in a shell of its own, 60 seconds at most.
try() {
    what=$1
    want=$2
    shift 2
    begin
    ("$@") >stdout 2>stderr &
    wait_for $!
    outcome
    print_row "$what" "$want" "$got"
}

begin() {
    ids=$(ls runs 2>/dev/null | tr '\n' ' ')
    before=$(cksum <out/people.csv)
}

# wait_for PID: its exit code; killed after a minute.
wait_for() {
    (
        exec 9>&-
        sleep 60 &
        trap 'kill $!' TERM
        wait $! && kill -9 "$1"
    ) >watch 2>&1 &
    watch=$!
    wait "$1" 2>/dev/null
    code=$?
    kill $watch
    wait $watch
}

# interrupt WHAT "EXIT STATUS" SIGNAL: sends it as soon as the run has a record.
interrupt() {
    begin
    rm -f runs/latest
    (run torture --threads 1 --split-bytes 64KiB --var "data=$t/long*.log") >stdout 2>stderr &
    pid=$!
    tries=0
    while [ ! -e runs/latest/run.json ] && kill -0 $pid 2>/dev/null && [ $tries -lt 3000 ]; do
        tries=$((tries + 1))
        sleep 0.01
    done
    kill -"$3" $pid
    wait_for $pid
    outcome
    print_row "$1" "$2" "$got"
}

limited() { # limited ULIMIT-OPTION VALUE COMMAND...
    ulimit "$1" "$2" || exit 99
    shift 2
    "$@"
}

mkdir out secrets
lines 2000 >small.log
pipeline torture '{plugin: weblog, with: {path: "${var:data}", format: combined}}' ip
pipeline lies '{plugin: lying, with: {fault: "${var:fault}"}}' id
sed -i -e '/^max_bad/d' -e "s/^features: {/&odd: {from: rows, count: rows, where: \"kind = 'odd'\"}, /" lies.yaml
printf '%-44s | %-16s | %-16s |\n' what expected got
echo 'earlier' >out/people.csv
ids=
(run torture) >stdout 2>stderr
code=$?
before=$(cksum <out/people.csv)
outcome
print_row "a good run" "0 DONE" "$got"

# --- What is asked for --------------------------------------------------------------------------
sed 's/^name: torture/name: [torture/' torture.yaml >broken.yaml
try "YAML that does not parse" "78 -" run broken
sed 's/count: rows/cuont: rows/' torture.yaml >wrong.yaml
try "an unknown key" "78 -" run wrong
try "no such pipeline" "78 -" run nowhere
try "no such input" "78 -" run torture --var data=nowhere.log
try "an unknown option" "2 -" run torture --no-such-option

# --- Inputs -------------------------------------------------------------------------------------
lines 40000 >whole.log
gzip -k whole.log
zstd -q whole.log
head -c 100000 whole.log.gz >cut.log.gz
try "gzip cut short" "1 FAILED" run torture --var data=cut.log.gz
head -c 30000 whole.log.zst >cut.log.zst
try "zstd cut short" "1 FAILED" run torture --var data=cut.log.zst
{ cat whole.log.gz; echo garbage behind the end; } >tail.log.gz
try "garbage behind gzip" "1 FAILED" run torture --var data=tail.log.gz
{ cat whole.log.zst; echo garbage behind the end; } >tail.log.zst
try "garbage behind zstd" "1 FAILED" run torture --var data=tail.log.zst
{ cat small.log; yes 'no line of a log' | head -n 50; } >bad.log
try "more bad rows than max_bad" "3 QUALITY" run torture --var data=bad.log

# --- Disks --------------------------------------------------------------------------------------
try "files may not grow (ulimit -f)" "1 FAILED" limited -f 16 run torture --var data=whole.log
mkdir mnt
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=256k none mnt 2>mount.log; then
    mounted=$t/mnt
    mkdir mnt/out
    cp out/people.csv mnt/out/people.csv
    try "disk full at the output" "1 FAILED" run torture --var data=whole.log --var out=mnt/out/people.csv
    cmp -s out/people.csv mnt/out/people.csv || { echo "    earlier output on the full disk changed"; failed=1; }
    [ "$(ls -A mnt/out)" = people.csv ] || { echo "    temps are left on the full disk"; failed=1; }
    dd if=/dev/zero of=mnt/fill bs=1k 2>dd.log
    try "disk full at the run folder" "1 -" run torture --runs mnt/runs
    mount -o remount,ro mnt
    try "read-only output" "1 FAILED" run torture --var out=mnt/out/people.csv
    umount mnt
    mounted=
else
    try "read-only output" "1 FAILED" run torture --var out=/sys/portrait/people.csv
fi
mkdir out/folder
try "a folder where the output goes" "1 FAILED" run torture --var out=out/folder
rmdir out/folder
begin
"$portrait" read weblog whole.log --format csv >/dev/full 2>stderr
code=$?
print_row "standard output is full" 1 $code

# --- Signals ------------------------------------------------------------------------------------
lines 100000 >long0.log
for i in 1 2 3 4 5 6 7 8 9; do ln long0.log "long$i.log"; done
interrupt "Ctrl-C" "130 STOPPED" INT
interrupt "SIGTERM" "143 STOPPED" TERM
interrupt "kill -9" "137 ABORTED" KILL
try "the run after that" "0 DONE" run torture

# --- Plugins ------------------------------------------------------------------------------------
try "a source to lie with, honest" "0 DONE" run lies --var fault=none --var out=out/lies.csv
ulimit -c 0
try "a plugin crashes" "70 FAILED" run lies --var fault=crash
try "a plugin aborts" "70 FAILED" run lies --var fault=abort
try "a trusted plugin crashes" "139 ABORTED" run lies --trust-plugins --var fault=crash
try "a trusted plugin aborts" "134 ABORTED" run lies --trust-plugins --var fault=abort
for fault in more fewer "no count" "falling offsets" "bad text" "far code" "negative length"; do
    try "a plugin lies: $fault" "70 FAILED" run lies --var "fault=$fault"
done

# --- Secrets, locks -----------------------------------------------------------------------------
sed '/^sinks:/a\  hook: {plugin: webhook, from: profiles, with: {url: "https://hooks.example.com/", signing_key: "${secret:key}"}}' \
    torture.yaml >secret.yaml
try "no secret" "78 -" run secret --secrets secrets
echo s3cret-canary >secrets/key
chmod 644 secrets/key
try "a secret open to others" "78 -" run secret --secrets secrets
if grep -rq s3cret-canary stdout stderr runs; then
    echo "    the secret was told"
    failed=1
fi
exec 9>runs/.lock-torture
flock 9
try "another run is at work" "75 -" run torture
exec 9>&-

# --- Limits -------------------------------------------------------------------------------------
codes=
for n in 4 5 6 7 8 9 10 11 12 14 16; do
    begin
    (limited -n $n run torture --threads 1) >stdout 2>stderr
    code=$?
    case $code in
    0 | 1 | 78) ;;
    127) continue ;; # the program itself could not be loaded
    *) codes="$codes $n:$code" ;;
    esac
    case $(tail -n 1 stderr) in
    *" exit=$code") ;;
    *) codes="$codes $n:no-status-line" ;;
    esac
done
print_row "4 to 16 descriptors: exit 0, 1 or 78" "" "$codes"

# As much memory as a small run needs; a large one has to fail. Not with sanitizers, which reserve
# more than there is.
OPENBLAS_NUM_THREADS=1
export OPENBLAS_NUM_THREADS
if (limited -v 2000000 run torture) >stdout 2>stderr; then
    limit=16384
    until (limited -v $limit run torture --threads 1) >stdout 2>stderr; do
        limit=$((limit + 4096))
    done
    lines 1500000 >huge.log
    try "out of memory (ulimit -v $limit)" "1 FAILED" limited -v $limit run torture --threads 1 --var data=huge.log
    begin
    codes=
    while [ -z "$quick" ] && [ $limit -gt 20000 ]; do
        limit=$((limit - 1024))
        (limited -v $limit run torture --threads 1) >stdout 2>stderr
        code=$?
        case $code in
        0 | 1 | 78 | 127) ;; # 127: the program itself could not be loaded
        *) codes="$codes $limit:$code" ;;
        esac
    done
    print_row "less and less memory: exit 0, 1, 78" "" "$codes"
fi

# --- The truth about runs -----------------------------------------------------------------------
damaged=$(ls runs | grep torture | head -n 1)
echo '{"portrait_run": 1, "status": "DO' >"runs/$damaged/run.json"
"$portrait" runs list --runs runs >stdout 2>stderr
code=$?
print_row "a damaged record is told" "0 DAMAGED" "$code $(awk -v id="$damaged" '$1 == id { print $2 }' stdout)"
try "the last run works" "0 DONE" run torture
exit $failed
