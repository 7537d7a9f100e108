// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "bench_meter.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double wall_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double cpu_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

// The kilobytes behind `name` ("VmHWM:"), 0 where the system does not tell.
static uint64_t status_kb(const char *name)
{
    FILE *f = fopen("/proc/self/status", "r");
    if (f == NULL) {
        return 0;
    }
    char line[256];
    unsigned long long kb = 0;
    size_t n = strlen(name);
    while (kb == 0 && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, name, n) == 0 && sscanf(line + n, "%llu", &kb) != 1) {
            break;
        }
    }
    fclose(f);
    return kb;
}

static void forget_peak(void)
{
    FILE *f = fopen("/proc/self/clear_refs", "w");
    if (f == NULL) {
        return; // the peak is then the process's since its start
    }
    fputs("5", f);
    fclose(f);
}

void bench_meter_start(struct bench_meter *m)
{
    forget_peak();
    m->rss_kb = status_kb("VmRSS:");
    m->cpu = cpu_seconds();
    m->wall = wall_seconds();
}

struct bench_reading bench_meter_stop(const struct bench_meter *m)
{
    return (struct bench_reading){
        .seconds = wall_seconds() - m->wall,
        .cpu = cpu_seconds() - m->cpu,
        .start_kb = m->rss_kb,
        .peak_kb = status_kb("VmHWM:"),
    };
}
