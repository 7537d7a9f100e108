// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Everything is read under the lock and written by fixed buffers: no memory can be missing. Log
// lines take the moving line away first and hold the lock until they stand.
#include "progress.h"

#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "clock.h"
#include "input.h"

#define US_PER_S INT64_C(1000000)
#define ERASE "\r\x1b[K"

struct line {
    char *text;
    size_t n;
};

static void add(struct line *l, const char *format, ...) PT_PRINTF(2, 3);

static void add(struct line *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(l->text + l->n, PROGRESS_TEXT - l->n, format, args);
    va_end(args);
    size_t left = PROGRESS_TEXT - 1 - l->n;
    l->n += n < 0 ? 0 : (size_t)n < left ? (size_t)n : left;
}

// "1.2 of 3.4 GiB", in the unit that suits the second.
static void add_bytes(struct line *l, double part, double whole, const char *between)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    while (whole >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        whole /= 1024;
        part /= 1024;
        unit++;
    }
    int digits = unit == 0 ? 0 : 1;
    if (between != NULL) {
        add(l, "%.*f%s", digits, part, between);
    }
    add(l, "%.*f %s", digits, whole, units[unit]);
}

static void add_time(struct line *l, int64_t seconds, const char *what)
{
    if (seconds >= 3600) {
        add(l, ", %lld:%02lld:%02lld %s", (long long)(seconds / 3600),
            (long long)(seconds / 60 % 60), (long long)(seconds % 60), what);
    } else {
        add(l, ", %lld:%02lld %s", (long long)(seconds / 60), (long long)(seconds % 60), what);
    }
}

static void sum_inputs(const struct progress_reading *r, uint64_t *taken, uint64_t *total)
{
    *taken = 0;
    *total = 0;
    for (size_t i = 0; r->host != NULL && i < r->n_inputs; i++) {
        const struct input *in = host_services_input_at(r->host, i);
        *taken += input_bytes_taken(in);
        for (uint32_t k = 0; k < input_count(in); k++) {
            *total += input_file_at(in, k)->stored_bytes;
        }
    }
}

static void add_reading(struct line *l, const struct progress *p, int64_t now)
{
    uint64_t taken = 0;
    uint64_t total = 0;
    double seconds = (double)(now - p->reading_since_us) / (double)US_PER_S;
    add(l, ": %llu rows", (unsigned long long)atomic_load(p->reading.rows));
    sum_inputs(&p->reading, &taken, &total);
    taken -= taken < p->bytes_before ? taken : p->bytes_before;
    taken = taken < total ? taken : total; // what is read twice counts once
    if (total == 0) {
        return;
    }
    add(l, ", ");
    add_bytes(l, (double)taken, (double)total, " of ");
    add(l, " (%d%%)", (int)(100 * (double)taken / (double)total));
    if (taken > 0 && seconds >= 0.5) {
        double rate = (double)taken / seconds;
        add(l, ", ");
        add_bytes(l, 0, rate, NULL);
        add(l, "/s");
        add_time(l, (int64_t)((double)(total - taken) / rate + 0.5), "left");
    }
}

static void add_all(struct line *l, const struct progress *p)
{
    int64_t now = clock_monotonic_us();
    add(l, "%s", p->step);
    if (p->reading.rows != NULL) {
        add_reading(l, p, now);
    } else if (p->total > 0) {
        add(l, ": %d%%", (int)(100 * (double)p->done / (double)p->total));
    }
    add_time(l, (now - p->started_us) / US_PER_S, "elapsed");
}

void progress_text(struct progress *p, char out[PROGRESS_TEXT])
{
    struct line l = {out, 0};
    pthread_mutex_lock(&p->lock);
    add_all(&l, p);
    pthread_mutex_unlock(&p->lock);
}

static size_t screen_columns(FILE *screen)
{
    struct winsize size = {0};
    bool is_known = ioctl(fileno(screen), TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    return is_known ? size.ws_col : 80;
}

static void erase(struct progress *p)
{
    if (p->is_shown) {
        fputs(ERASE, p->settings.screen);
        fflush(p->settings.screen);
        p->is_shown = false;
    }
}

static void show(struct progress *p)
{
    char text[PROGRESS_TEXT] = "";
    struct line l = {text, 0};
    add_all(&l, p);
    if (p->settings.kind == PROGRESS_LINES) {
        fprintf(p->settings.screen, "%s\n", text);
    } else {
        // One column stays free: a full line would wrap, and could not be taken back.
        size_t most = screen_columns(p->settings.screen) - 1;
        fprintf(p->settings.screen, ERASE "%.*s", (int)(l.n < most ? l.n : most), text);
        p->is_shown = true;
    }
    fflush(p->settings.screen);
}

static int64_t period_ms(const struct progress_settings *s)
{
    int64_t by_kind = s->kind == PROGRESS_MOVING ? PROGRESS_MOVE_MS : PROGRESS_LINE_MS;
    return s->every_ms > 0 ? s->every_ms : by_kind;
}

static struct timespec later(struct timespec from, int64_t ms)
{
    int64_t ns = from.tv_nsec + ms % 1000 * 1000000;
    from.tv_sec += (time_t)(ms / 1000 + ns / 1000000000);
    from.tv_nsec = (long)(ns % 1000000000);
    return from;
}

static void *tell(void *arg)
{
    struct progress *p = arg;
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    pthread_mutex_lock(&p->lock);
    while (!p->is_ending) {
        next = later(next, period_ms(&p->settings));
        int woken = 0;
        while (!p->is_ending && woken == 0) {
            woken = pthread_cond_timedwait(&p->wake, &p->lock, &next);
        }
        if (!p->is_ending && p->step[0] != '\0') {
            show(p);
        }
    }
    erase(p);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

// Around each line of the log.
static void give_way(void *ctx, bool is_before)
{
    struct progress *p = ctx;
    if (is_before) {
        pthread_mutex_lock(&p->lock);
        erase(p);
    } else {
        pthread_mutex_unlock(&p->lock);
    }
}

void progress_start(struct progress *p, const struct progress_settings *settings)
{
    *p = (struct progress){.settings = *settings, .started_us = clock_monotonic_us()};
    if (settings->kind == PROGRESS_NONE) {
        return;
    }
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, &clock);
    pthread_condattr_destroy(&clock);
    sigset_t all;
    sigset_t before;
    sigfillset(&all); // signals are for the threads that work
    pthread_sigmask(SIG_SETMASK, &all, &before);
    p->is_running = pthread_create(&p->thread, NULL, tell, p) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!p->is_running) {
        pthread_cond_destroy(&p->wake);
        pthread_mutex_destroy(&p->lock);
    } else if (settings->log != NULL) {
        log_set_guard(settings->log, give_way, p);
    }
}

void progress_stop(struct progress *p)
{
    if (!p->is_running) {
        return;
    }
    pthread_mutex_lock(&p->lock);
    p->is_ending = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    if (p->settings.log != NULL) {
        log_set_guard(p->settings.log, NULL, NULL);
    }
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    p->is_running = false;
}

static void set_step(struct progress *p, const char *verb, const char *name)
{
    snprintf(p->step, sizeof p->step, "%s%s%.60s", verb, name == NULL ? "" : " ",
             name == NULL ? "" : name);
    p->reading = (struct progress_reading){0};
    p->done = 0;
    p->total = 0;
}

void progress_step(struct progress *p, const char *verb, const char *name)
{
    if (!p->is_running) {
        return;
    }
    pthread_mutex_lock(&p->lock);
    set_step(p, verb, name);
    pthread_mutex_unlock(&p->lock);
}

void progress_step_reading(struct progress *p, const char *name,
                           const struct progress_reading *reading)
{
    if (!p->is_running) {
        return;
    }
    pthread_mutex_lock(&p->lock);
    set_step(p, "read", name);
    p->reading = *reading;
    if (p->reading_since_us == 0) {
        uint64_t total = 0;
        sum_inputs(reading, &p->bytes_before, &total);
        p->reading_since_us = clock_monotonic_us();
    }
    pthread_mutex_unlock(&p->lock);
}

void progress_count(struct progress *p, uint64_t done, uint64_t total)
{
    if (!p->is_running) {
        return;
    }
    pthread_mutex_lock(&p->lock);
    p->done = done < total ? done : total;
    p->total = total;
    pthread_mutex_unlock(&p->lock);
}
