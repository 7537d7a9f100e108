// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Meter: wall seconds, CPU seconds and peak memory of one stage of this process (Linux).
#ifndef BENCH_METER_H
#define BENCH_METER_H

#include <stdint.h>

struct bench_meter {
    double wall;
    double cpu;
    uint64_t rss_kb; // resident when the stage began
};

struct bench_reading {
    double seconds;
    double cpu;
    uint64_t start_kb;
    uint64_t peak_kb; // VmHWM, the process's own peak since bench_meter_start()
};

// Forgets the old peak and starts the clocks.
void bench_meter_start(struct bench_meter *m);
struct bench_reading bench_meter_stop(const struct bench_meter *m);

#endif
